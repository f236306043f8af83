import type { Redis } from "ioredis";
import { LRUCache } from "lru-cache";
import * as z from "zod";

/** When failures lead to a wait, and to how long a one. */
export interface LockoutRule {
  readonly name: string;
  /** How many failures lead to the first wait, and how many more to each one after it. */
  readonly first: number;
  readonly next: number;
  /** They count together when they come within this time from the first of them. */
  readonly withinSeconds: number;
  /** How long the first wait is. Each one after it is twice as long, up to the longest. */
  readonly waitSeconds: number;
  readonly maxWaitSeconds: number;
  /** How long after the last attempt all is forgotten. */
  readonly forgetSeconds: number;
}

/** An attempt that was counted as if it had failed. */
export interface CountedAttempt {
  /** 0 when it may be made, or how long to wait. One that has to wait is not counted. */
  readonly waitSeconds: number;
  /** Whether it is the one with which a wait begins, if it fails. */
  readonly begins: boolean;
}

export interface Lockout {
  /** Counts an attempt, in one step with the verdict: of many that come at once no more than the rule says are let by. */
  count(key: string, now: Date): Promise<CountedAttempt>;
  /** How many seconds there are to wait. Counts nothing. */
  look(key: string, now: Date): Promise<number>;
  /** Takes an attempt back that did not fail. */
  giveBack(key: string, attempt: CountedAttempt): Promise<void>;
  /** Forgets all failures. */
  forget(key: string): Promise<void>;
}

export type LockoutFactory = (rule: LockoutRule) => Lockout;

/**
 * A wait is set when it begins and never again: what is refused meanwhile neither counts nor makes it longer, so that
 * nobody can be kept waiting by somebody who goes on.
 */
const COUNT = `
local now, first, next, within, wait, longest, forget = unpack(ARGV)
now = tonumber(now)
local state = redis.call('HMGET', KEYS[1], 'until', 'failures', 'waits', 'since')
local ends, failures, waits, since = tonumber(state[1] or 0), tonumber(state[2] or 0), tonumber(state[3] or 0), tonumber(state[4] or now)
if ends > now then return {ends - now, 0} end
if now - since >= tonumber(within) then failures = 0 end
if failures == 0 then since = now end
failures = failures + 1
local begins = 0
if failures >= tonumber(waits == 0 and first or next) then
  begins = 1
  ends = now + math.min(tonumber(wait) * 2 ^ math.min(waits, 30), tonumber(longest))
  waits = waits + 1
  failures = 0
end
redis.call('HSET', KEYS[1], 'until', string.format('%.0f', ends), 'failures', failures, 'waits', waits, 'since', string.format('%.0f', since))
redis.call('PEXPIRE', KEYS[1], forget)
return {0, begins}
`;

const GIVE_BACK = `
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
local begins, first, next = unpack(ARGV)
if begins == '1' then
  local waits = math.max(redis.call('HINCRBY', KEYS[1], 'waits', -1), 0)
  redis.call('HSET', KEYS[1], 'until', 0, 'waits', waits, 'failures', tonumber(waits == 0 and first or next) - 1)
elseif tonumber(redis.call('HGET', KEYS[1], 'failures') or 0) > 0 then
  redis.call('HINCRBY', KEYS[1], 'failures', -1)
end
return 1
`;

const Counted = z.tuple([z.number(), z.number()]);

/**
 * Counts failures in Redis, for all instances; in memory while Redis is away, and then half as many are enough: a
 * lockout never fails open, and never shuts everyone out.
 */
export function lockoutFactory(redis: Redis): LockoutFactory {
  return (rule) => {
    const insurance = lockoutInMemory({
      ...rule,
      first: Math.ceil(rule.first / 2),
      next: Math.ceil(rule.next / 2),
    });
    const name = (key: string) => `lockout:${rule.name}:${key}`;
    const { first, next } = rule;
    return {
      count: (key, now) =>
        redis
          .eval(
            COUNT,
            1,
            name(key),
            now.getTime(),
            first,
            next,
            rule.withinSeconds * 1000,
            rule.waitSeconds * 1000,
            rule.maxWaitSeconds * 1000,
            rule.forgetSeconds * 1000,
          )
          .then(
            (answer) => {
              const [waitMs, begins] = Counted.parse(answer);
              return { waitSeconds: Math.ceil(waitMs / 1000), begins: begins === 1 };
            },
            () => insurance.count(key, now),
          ),
      look: (key, now) =>
        redis.hget(name(key), "until").then(
          (ends) => secondsUntil(Number(ends ?? 0), now.getTime()),
          () => insurance.look(key, now),
        ),
      giveBack: async (key, attempt) => {
        // Wherever it was counted, which may have changed since.
        await insurance.giveBack(key, attempt);
        await redis
          .eval(GIVE_BACK, 1, name(key), attempt.begins ? 1 : 0, first, next)
          .catch(() => undefined);
      },
      forget: async (key) => {
        await insurance.forget(key);
        await redis.del(name(key)).catch(() => undefined);
      },
    };
  };
}

/** The same lockouts. `tell` hears the name of one each time that it has somebody wait. */
export function heardLockouts(
  factory: LockoutFactory,
  tell: (name: string) => void,
): LockoutFactory {
  return (rule) => {
    const lockout = factory(rule);
    return {
      ...lockout,
      count: async (key, now) => {
        const attempt = await lockout.count(key, now);
        if (attempt.waitSeconds > 0) tell(rule.name);
        return attempt;
      },
      look: async (key, now) => {
        const waitSeconds = await lockout.look(key, now);
        if (waitSeconds > 0) tell(rule.name);
        return waitSeconds;
      },
    };
  };
}

const MAX_KEYS = 20_000;

/** The same, for this process alone. */
export function lockoutInMemory(rule: LockoutRule): Lockout {
  const states = new LRUCache<
    string,
    { ends: number; failures: number; waits: number; since: number }
  >({ max: MAX_KEYS, ttl: rule.forgetSeconds * 1000 });
  const enough = (waits: number) => (waits === 0 ? rule.first : rule.next);
  return {
    count: (key, now) => {
      const at = now.getTime();
      const state = states.get(key) ?? { ends: 0, failures: 0, waits: 0, since: at };
      if (state.ends > at)
        return Promise.resolve({ waitSeconds: secondsUntil(state.ends, at), begins: false });
      if (at - state.since >= rule.withinSeconds * 1000) state.failures = 0;
      if (state.failures === 0) state.since = at;
      state.failures += 1;
      const begins = state.failures >= enough(state.waits);
      if (begins) {
        const waitSeconds = Math.min(
          rule.waitSeconds * 2 ** Math.min(state.waits, 30),
          rule.maxWaitSeconds,
        );
        state.ends = at + waitSeconds * 1000;
        state.waits += 1;
        state.failures = 0;
      }
      states.set(key, state);
      return Promise.resolve({ waitSeconds: 0, begins });
    },
    look: (key, now) => Promise.resolve(secondsUntil(states.get(key)?.ends ?? 0, now.getTime())),
    giveBack: (key, { begins }) => {
      const state = states.get(key);
      if (state !== undefined) {
        if (begins) {
          state.waits = Math.max(state.waits - 1, 0);
          state.ends = 0;
          state.failures = enough(state.waits) - 1;
        } else state.failures = Math.max(state.failures - 1, 0);
      }
      return Promise.resolve();
    },
    forget: (key) => {
      states.delete(key);
      return Promise.resolve();
    },
  };
}

const secondsUntil = (ends: number, now: number) => Math.max(0, Math.ceil((ends - now) / 1000));
