import { LRUCache } from "lru-cache";
import type { Broadcast } from "../../lib/broadcast.ts";
import type { CacheState } from "../../lib/cache.ts";
import type { Execute } from "../../lib/database.ts";
import type { Logger } from "../../lib/logger.ts";
import { findLiveSession, type LiveSession } from "../../platform/session-statement.ts";

/** How long an answer of the database is believed, counted from when it was asked: what revocation takes at most. */
const BELIEVED_MS = 1000;
const MAX_SESSIONS = 10_000;

/** What changed: one session, all that concerns a user, or what concerns everybody in a tenant. */
export type Changed =
  { readonly sessionId: string } | { readonly userId: string } | { readonly tenantId: string };

export interface LiveSessions {
  /** The session, if it is neither revoked nor over and its user is active. */
  find(sessionId: string, userId: string, now: Date): Promise<LiveSession | null>;
  /**
   * To be called at once after the commit of anything that {@link LiveSession} tells of: a session that ended or was
   * proven anew; a user's status, role, tenant or settings; a tenant's rules. From then on every request on this
   * instance reads anew; on the others too as soon as they hear of it, and within a second when they do not.
   *
   * Resolves when the others have been told, or cannot be; it never fails.
   */
  evict(changed: Changed): Promise<void>;
  /** Reads every session anew from now on: the database was put back. */
  evictAll(): void;
  /** What another instance said that it evicted. */
  onMessage(message: string): void;
  readonly cache: CacheState;
}

interface Asked {
  readonly userId: string;
  readonly found: Promise<LiveSession | null>;
}

/**
 * Live sessions, kept in memory for a second, so that the requests of one page ask the database once (ADR 0016).
 *
 * What is kept is the question under way, not its answer: an eviction drops it, so that an answer which was read before
 * the change and arrives after it has no place to go (better-auth#11073).
 *
 * @param time - A clock that nobody sets: a second is a second, whatever the date becomes.
 */
export function liveSessions(
  execute: Execute,
  others: Pick<Broadcast, "publish">,
  logger: Logger,
  time: { now(): number } = performance,
): LiveSessions {
  const cache = new LRUCache<string, Asked>({
    max: MAX_SESSIONS,
    ttl: BELIEVED_MS,
    ttlResolution: 0,
    perf: time,
  });

  let [finds, misses] = [0, 0];
  const ask = (sessionId: string, userId: string, now: Date): Asked => {
    misses++;
    const asked = { userId, found: findLiveSession(execute, sessionId, userId, now) };
    const forget = () => {
      if (cache.peek(sessionId) === asked) cache.delete(sessionId);
    };
    // Only what is there is remembered: neither a failure, nor that there is none.
    asked.found.then((live) => {
      if (live === null) forget();
    }, forget);
    cache.set(sessionId, asked);
    return asked;
  };

  const evictHere = (changed: Changed) => {
    if ("sessionId" in changed) cache.delete(changed.sessionId);
    else if ("tenantId" in changed) cache.clear();
    else {
      const sessions = [...cache.entries()].filter(([, asked]) => asked.userId === changed.userId);
      for (const [sessionId] of sessions) cache.delete(sessionId);
    }
  };

  return {
    find: async (sessionId, userId, now) => {
      finds++;
      const kept = cache.get(sessionId);
      const { found } = kept?.userId === userId ? kept : ask(sessionId, userId, now);
      const live = await found;
      return live !== null && live.session.absoluteExpiresAt > now ? live : null;
    },
    evict: async (changed) => {
      evictHere(changed);
      await others
        .publish(messageOf(changed))
        .catch((error: unknown) => logger.warn({ err: error }, "sessions were evicted here only"));
    },
    evictAll: () => cache.clear(),
    onMessage: (message) => {
      const [kind, id = ""] = message.split(":");
      if (kind === "session") evictHere({ sessionId: id });
      if (kind === "user") evictHere({ userId: id });
      if (kind === "tenant") evictHere({ tenantId: id });
    },
    cache: {
      get hits() {
        return finds - misses;
      },
      get misses() {
        return misses;
      },
      get size() {
        return cache.size;
      },
      limit: MAX_SESSIONS,
    },
  };
}

function messageOf(changed: Changed): string {
  if ("sessionId" in changed) return `session:${changed.sessionId}`;
  if ("userId" in changed) return `user:${changed.userId}`;
  return `tenant:${changed.tenantId}`;
}
