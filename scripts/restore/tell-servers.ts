import { Redis } from "ioredis";
import { EVERYBODY, FORGET_KEYS } from "../../api/src/lib/broadcast.ts";

const PATIENCE_MS = 3000;

/**
 * Tells every server that runs to believe nothing any more that it read before: data keys, sessions, what was opened to
 * be searched.
 *
 * @returns how many processes heard it; null when Redis is away, and nobody did.
 */
export async function tellServers(redisUrl: string): Promise<number | null> {
  const redis = new Redis(redisUrl, {
    lazyConnect: true,
    maxRetriesPerRequest: 0,
    connectTimeout: PATIENCE_MS,
    commandTimeout: PATIENCE_MS,
    retryStrategy: () => null,
  });
  // What fails is thrown as well, where it is asked for.
  redis.on("error", () => undefined);
  try {
    await redis.connect();
    return await redis.publish(FORGET_KEYS, EVERYBODY);
  } catch {
    return null;
  } finally {
    redis.disconnect();
  }
}
