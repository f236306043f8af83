import { randomBytes } from "node:crypto";
import { availableParallelism } from "node:os";
import { describe, expect, it } from "@jest/globals";
import { verify } from "@node-rs/argon2";
import { passwordHasher } from "./passwords.ts";

const pepper = randomBytes(32);

describe("a password's hash", () => {
  it("is argon2id at the cost that is promised", async () => {
    const { hash } = await passwordHasher(pepper);
    expect(await hash("correct horse battery")).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });

  it("is another one each time, and only its password is right", async () => {
    const { hash, isRight } = await passwordHasher(pepper);
    const stored = await hash("correct horse battery");
    expect(await hash("correct horse battery")).not.toBe(stored);
    expect(await isRight(stored, "correct horse battery")).toBe(true);
    expect(await isRight(stored, "correct horse batterx")).toBe(false);
    expect(await isRight(null, "a password that nobody has")).toBe(false);
  });

  it("is of no use without the pepper", async () => {
    const stored = await (await passwordHasher(pepper)).hash("correct horse battery");
    expect(await verify(stored, "correct horse battery")).toBe(false);
    const other = await passwordHasher(randomBytes(32));
    expect(await other.isRight(stored, "correct horse battery")).toBe(false);
  });

  it("is refused to a flood that would wait too long, and those who wait already get theirs", async () => {
    const { hash } = await passwordHasher(pepper);
    const room = Math.max(1, availableParallelism() - 1) + 64;
    const outcomes = await Promise.allSettled(
      Array.from({ length: room + 10 }, () => hash("correct horse battery")),
    );
    const refused = outcomes.filter((outcome) => outcome.status === "rejected");
    expect(refused.length).toBeGreaterThanOrEqual(9);
    expect(refused.length).toBeLessThanOrEqual(12);
    for (const { reason } of refused) {
      expect(reason).toMatchObject({ code: "overloaded", particulars: { retryAfterSeconds: 2 } });
    }
    expect(await hash("correct horse battery")).toMatch(/^\$argon2id/);
  });
});
