import type { Redis } from "ioredis";
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from "rate-limiter-flexible";

/** What is left of a limit after one more use. */
export interface Usage {
  readonly isExceeded: boolean;
  readonly remaining: number;
  readonly resetSeconds: number;
}

/** Counts uses by key, over all instances. */
export interface Limiter {
  readonly points: number;
  readonly seconds: number;
  /** Counts one use. Counted first and judged after, so that a burst cannot slip through. */
  use(key: string): Promise<Usage>;
  /** Takes one use back, of what turned out not to count. */
  giveBack(key: string): Promise<void>;
  /** Forgets what was counted. */
  reset(key: string): Promise<void>;
}

export type LimiterFactory = (limit: {
  readonly name: string;
  readonly points: number;
  readonly seconds: number;
}) => Limiter;

/**
 * Makes limiters that count in Redis, and in memory at half the points while Redis is away: a limit never fails open,
 * and never shuts everyone out.
 *
 * @param onRefused - Is told the name of a limit each time that it is exceeded.
 */
export function limiterFactory(
  redis: Redis,
  onRefused: (name: string) => void = () => undefined,
): LimiterFactory {
  return ({ name, points, seconds }) => {
    const insuranceLimiter = new RateLimiterMemory({
      keyPrefix: `limit:${name}`,
      points: Math.ceil(points / 2),
      duration: seconds,
    });
    const limiter = new RateLimiterRedis({
      storeClient: redis,
      keyPrefix: `limit:${name}`,
      points,
      duration: seconds,
      insuranceLimiter,
      rejectIfRedisNotReady: true,
    });
    return {
      points,
      seconds,
      use: async (key) => {
        try {
          return usage(await limiter.consume(key), false);
        } catch (refusal) {
          if (!(refusal instanceof RateLimiterRes)) throw refusal;
          onRefused(name);
          return usage(refusal, true);
        }
      },
      giveBack: async (key) => {
        await limiter.reward(key);
      },
      reset: async (key) => {
        await limiter.delete(key);
      },
    };
  };
}

function usage(result: RateLimiterRes, isExceeded: boolean): Usage {
  return {
    isExceeded,
    remaining: Math.max(0, result.remainingPoints),
    resetSeconds: Math.ceil(result.msBeforeNext / 1000),
  };
}
