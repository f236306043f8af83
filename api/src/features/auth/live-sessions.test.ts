import { describe, expect, it } from "@jest/globals";
import type { RowDataPacket } from "mysql2/promise";
import type { Execute } from "../../lib/database.ts";
import { createLogger } from "../../lib/logger.ts";
import { liveSessions } from "./live-sessions.ts";

const now = new Date("2026-11-21T20:00:00.000Z");
const ends = new Date("2026-12-21T20:00:00.000Z");
const logger = createLogger("api", "silent");

/** A database whose answers the test gives, when it likes. */
function instance({ publish = () => Promise.resolve() }: { publish?: () => Promise<void> } = {}) {
  const asked: { answer: (rows: object[]) => void; fail: (error: Error) => void }[] = [];
  const execute = (() =>
    new Promise((answer, fail) => {
      asked.push({ answer, fail });
    })) as unknown as Execute;
  const time = { at: 5000, now: () => time.at };
  const sessions = liveSessions(execute, { publish }, logger, time);
  const find = (sessionId = "s1", userId = "u1", at = now) => sessions.find(sessionId, userId, at);
  /** Asks, and has it answered at once. */
  const findAnswered = async (...of: Parameters<typeof find>) => {
    const before = asked.length;
    const found = find(...of);
    if (asked.length > before) asked.at(-1)?.answer([row]);
    return found;
  };
  return { sessions, asked, time, find, findAnswered };
}

const row = {
  id: "u1",
  tenantId: "t1",
  mfaRequired: 0,
  authTime: now,
  assurance: 1,
  absoluteExpiresAt: ends,
} as unknown as RowDataPacket;

describe("a live session in memory", () => {
  it("spares the database for a second, counted from when it was asked", async () => {
    const { asked, time, find, findAnswered } = instance();
    const first = find();
    // The answer takes 900 ms, and is believed for 100 more.
    time.at += 900;
    asked[0]?.answer([row]);
    expect(await first).toMatchObject({ user: { id: "u1" } });
    time.at += 100;
    await findAnswered();
    expect(asked).toHaveLength(1);
    time.at += 1;
    await findAnswered();
    expect(asked).toHaveLength(2);
  });

  it("is asked for once by requests that come at once", async () => {
    const { asked, find } = instance();
    const all = Array.from({ length: 50 }, () => find());
    asked[0]?.answer([row]);
    expect(await Promise.all(all)).toHaveLength(50);
    expect(asked).toHaveLength(1);
  });

  it.each([
    ["its session", { sessionId: "s1" }],
    ["its user", { userId: "u1" }],
    ["its tenant", { tenantId: "t1" }],
  ])("is asked for again when %s changed", async (_, changed) => {
    const { sessions, asked, findAnswered } = instance();
    await findAnswered();
    await sessions.evict(changed);
    const found = findAnswered();
    expect(asked).toHaveLength(2);
    await found;
  });

  it.each([
    ["session:s1", 2],
    ["user:u1", 2],
    ["tenant:t1", 2],
    ["session:s2", 1],
    ["user:u2", 1],
    ["", 1],
    ["nonsense", 1],
    ["__proto__:s1", 1],
  ])("is asked for again when another instance says so: %j", async (message, times) => {
    const { sessions, asked, findAnswered } = instance();
    await findAnswered();
    sessions.onMessage(message);
    await findAnswered();
    expect(asked).toHaveLength(times);
  });

  it.each([
    ["session", { sessionId: "s1" }],
    ["user", { userId: "u1" }],
  ])(
    "does not come back by an answer from before the change of its %s (better-auth#11073)",
    async (_, changed) => {
      const { sessions, asked, find } = instance();
      const before = find();
      await sessions.evict(changed);
      // Whoever comes after the change does not wait for the answer from before it,
      const after = find();
      expect(asked).toHaveLength(2);
      asked[0]?.answer([row]);
      expect(await before).not.toBeNull();
      // nor does that answer stand in for theirs.
      asked[1]?.answer([]);
      expect(await after).toBeNull();
      const later = find();
      asked[2]?.answer([]);
      expect(await later).toBeNull();
    },
  );

  it("does not take the place of a newer answer by failing late", async () => {
    const { sessions, asked, find, findAnswered } = instance();
    const before = find();
    await sessions.evict({ sessionId: "s1" });
    await findAnswered();
    asked[0]?.fail(new Error("lost"));
    await expect(before).rejects.toThrow("lost");
    await findAnswered();
    expect(asked).toHaveLength(2);
  });

  it("remembers neither that there is none, nor that the database was away (better-auth#10884)", async () => {
    const { asked, find } = instance();
    const none = find();
    asked[0]?.answer([]);
    expect(await none).toBeNull();
    const away = find();
    asked[1]?.fail(new Error("away"));
    await expect(away).rejects.toThrow("away");
    const there = find();
    asked[2]?.answer([row]);
    expect(await there).not.toBeNull();
  });

  it("is over when its thirty days are, though it is in memory", async () => {
    const { asked, find, findAnswered } = instance();
    await findAnswered();
    expect(await find("s1", "u1", new Date(ends.getTime() - 1))).not.toBeNull();
    expect(await find("s1", "u1", ends)).toBeNull();
    expect(asked).toHaveLength(1);
  });

  it("is its user's alone", async () => {
    const { asked, find, findAnswered } = instance();
    await findAnswered();
    const other = find("s1", "u2");
    asked[1]?.answer([]);
    expect(await other).toBeNull();
  });

  it("is gone here at once, though nobody else can be told", async () => {
    const { sessions, asked, findAnswered } = instance({
      publish: () => Promise.reject(new Error("Redis is away")),
    });
    await findAnswered();
    const told = sessions.evict({ sessionId: "s1" });
    const again = findAnswered();
    expect(asked).toHaveLength(2);
    await told;
    await again;
  });

  it("is told of by its id, and by nothing else", async () => {
    const said: unknown[] = [];
    const { sessions } = instance({
      publish: (...message: unknown[]) => {
        said.push(...message);
        return Promise.resolve();
      },
    });
    await sessions.evict({ sessionId: "s1" });
    await sessions.evict({ userId: "u1" });
    await sessions.evict({ tenantId: "t1" });
    expect(said).toEqual(["session:s1", "user:u1", "tenant:t1"]);
  });
});
