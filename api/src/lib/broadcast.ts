import type { Redis } from "ioredis";

/** Where instances tell each other whose keys to forget: the id of a user, or {@link EVERYBODY}. */
export const FORGET_KEYS = "timos:forget-keys";

/** Said by whoever put a database back: nothing that was read before may be believed any more. */
export const EVERYBODY = "*";

/** Says things to every instance of the server, this one included. */
export interface Broadcast {
  /** @throws when Redis is away: nobody else heard it. */
  readonly publish: (message: string) => Promise<void>;
  close(): void;
}

/**
 * Listens on a channel of Redis and speaks there. What is said while an instance is cut off from Redis it never hears,
 * so nothing may depend on being heard. A channel is one for all databases of a Redis server.
 */
export function broadcast(
  redis: Redis,
  channel: string,
  onMessage: (message: string) => void,
): Broadcast {
  // A connection that listens can do nothing else. It subscribes again by itself whenever it is connected anew.
  const listener = redis.duplicate({ enableOfflineQueue: true, maxRetriesPerRequest: null });
  // The other connection says so already.
  listener.on("error", () => undefined);
  listener.on("message", (_channel, message) => onMessage(message));
  listener.subscribe(channel).catch(() => undefined);
  return {
    publish: async (message) => {
      await redis.publish(channel, message);
    },
    close: () => listener.disconnect(),
  };
}
