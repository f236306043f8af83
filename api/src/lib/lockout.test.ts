import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { Redis } from "ioredis";
import { workerServices } from "../../test/databases.ts";
import { lockoutFactory, lockoutInMemory, type Lockout, type LockoutRule } from "./lockout.ts";

const STEPS: LockoutRule = {
  name: "steps",
  first: 5,
  next: 1,
  withinSeconds: 86_400,
  waitSeconds: 30,
  maxWaitSeconds: 900,
  forgetSeconds: 86_400,
};
const HOURLY: LockoutRule = {
  ...STEPS,
  name: "hourly",
  first: 20,
  next: 20,
  withinSeconds: 3600,
  waitSeconds: 900,
  maxWaitSeconds: 14_400,
};

let redis: Redis;
beforeAll(() => {
  redis = new Redis(workerServices().redisUrl);
});
afterAll(() => {
  redis.disconnect();
});

let keys = 0;

describe.each([
  ["in Redis", (rule: LockoutRule): Lockout => lockoutFactory(redis)(rule)],
  ["in memory", (rule: LockoutRule): Lockout => lockoutInMemory(rule)],
])("a lockout %s", (where, make) => {
  /** Failures of one key, at times that the test sets. */
  const scene = (rule: LockoutRule) => {
    const lockout = make(rule);
    const key = `${where}-${Date.now()}-${keys++}`;
    let at = Date.parse("2026-11-21T20:00:00.000Z");
    const now = () => new Date(at);
    return {
      fail: () => lockout.count(key, now()),
      look: () => lockout.look(key, now()),
      giveBack: (attempt: { waitSeconds: number; begins: boolean }) =>
        lockout.giveBack(key, attempt),
      forget: () => lockout.forget(key),
      pass: (seconds: number) => {
        at += seconds * 1000;
      },
      failTimes: async (times: number) => {
        for (let i = 0; i < times; i++) {
          expect(await lockout.count(key, now())).toMatchObject({ waitSeconds: 0 });
        }
      },
    };
  };
  const GOES_ON = { waitSeconds: 0, begins: false };

  it("lets four failures pass, and has the fifth followed by waits that double up to the longest", async () => {
    const { fail, look, pass, failTimes } = scene(STEPS);
    await failTimes(4);
    expect(await look()).toBe(0);
    for (const wait of [30, 60, 120, 240, 480, 900, 900, 900]) {
      expect(await fail()).toEqual({ waitSeconds: 0, begins: true });
      expect(await look()).toBe(wait);
      pass(wait - 1);
      expect(await fail()).toEqual({ waitSeconds: 1, begins: false });
      pass(1);
    }
  });

  it("is not made longer by what is refused (VilnaCRM-Org/user-service#476)", async () => {
    const { fail, pass, failTimes } = scene(STEPS);
    await failTimes(5);
    for (let second = 0; second < 30; second++) {
      expect(await fail()).toEqual({ waitSeconds: 30 - second, begins: false });
      pass(1);
    }
    expect(await fail()).toEqual({ waitSeconds: 0, begins: true });
  });

  it("lets of a burst only as many pass as the rule says (CVE-2024-1722)", async () => {
    const { fail } = scene(STEPS);
    const attempts = await Promise.all(Array.from({ length: 60 }, fail));
    expect(attempts.filter((attempt) => attempt.waitSeconds === 0)).toHaveLength(5);
    expect(attempts.filter((attempt) => attempt.begins)).toHaveLength(1);
  });

  it("counts those that come within the time, and doubles over the hours", async () => {
    const { fail, look, pass, failTimes } = scene(HOURLY);
    await failTimes(19);
    pass(3600);
    await failTimes(19);
    expect(await look()).toBe(0);
    for (const minutes of [15, 30, 60, 120, 240, 240]) {
      expect(await fail()).toMatchObject({ begins: true });
      expect(await look()).toBe(minutes * 60);
      pass(minutes * 60);
      await failTimes(19);
    }
  });

  it("takes back what did not fail, the one that began a wait too", async () => {
    const { fail, giveBack, look, pass, failTimes } = scene(STEPS);
    for (let i = 0; i < 20; i++) await giveBack(await fail());
    await failTimes(4);
    const fifth = await fail();
    expect(fifth).toEqual({ waitSeconds: 0, begins: true });
    await giveBack(fifth);
    expect(await look()).toBe(0);
    expect(await fail()).toEqual({ waitSeconds: 0, begins: true });
    expect(await look()).toBe(30);
    pass(30);
    await giveBack(await fail());
    expect(await fail()).toMatchObject({ begins: true });
    expect(await look()).toBe(60);
  });

  it("forgets", async () => {
    const { fail, forget, look, failTimes } = scene(STEPS);
    await failTimes(5);
    expect(await look()).toBe(30);
    await forget();
    expect(await look()).toBe(0);
    expect(await fail()).toEqual(GOES_ON);
  });

  it("gives back to a key that was forgotten without harm", async () => {
    const { fail, forget, giveBack, failTimes } = scene(STEPS);
    const attempt = await fail();
    await forget();
    await giveBack(attempt);
    await giveBack({ waitSeconds: 0, begins: true });
    await failTimes(4);
    expect(await fail()).toMatchObject({ begins: true });
  });
});

describe("a lockout whose Redis is away", () => {
  it("goes on in memory, at half the failures", async () => {
    const away = new Redis({ port: 1, enableOfflineQueue: false, lazyConnect: true });
    away.on("error", () => undefined);
    const lockout = lockoutFactory(away)(STEPS);
    const now = new Date();
    const attempts = [];
    for (let i = 0; i < 6; i++) attempts.push(await lockout.count("key", now));
    expect(attempts.map((attempt) => attempt.waitSeconds)).toEqual([0, 0, 0, 30, 30, 30]);
    expect(await lockout.look("key", now)).toBe(30);
    await lockout.forget("key");
    expect(await lockout.look("key", now)).toBe(0);
    away.disconnect();
  });

  it("lets every key expire in Redis", async () => {
    const lockout = lockoutFactory(redis)(STEPS);
    await lockout.count("expires", new Date());
    expect(await redis.ttl("lockout:steps:expires")).toBeGreaterThan(86_000);
  });
});
