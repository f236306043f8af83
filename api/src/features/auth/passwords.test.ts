import { randomBytes } from "node:crypto";
import { Writable } from "node:stream";
import { describe, expect, it } from "@jest/globals";
import { hash as hashByRust, verify } from "@node-rs/argon2";
import argon2 from "argon2";
import { createLogger } from "../../lib/logger.ts";
import { passwordHasher, type HashCost } from "./passwords.ts";

const pepper = randomBytes(32);
const COST: HashCost = { memoryKiB: 19_456, passes: 2, lanes: 1, atOnce: 1 };
const lines: string[] = [];
const logger = createLogger(
  "test",
  "info",
  new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      lines.push(chunk.toString());
      done();
    },
  }),
);
const hasher = (secret = pepper, cost = COST) => passwordHasher(secret, cost, logger);

describe("a password's hash", () => {
  it("is argon2id at the cost that is promised", async () => {
    const { hash } = await hasher();
    expect(await hash("correct horse battery")).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });

  it("is another one each time, and only its password is right", async () => {
    const { hash, isRight } = await hasher();
    const stored = await hash("correct horse battery");
    expect(await hash("correct horse battery")).not.toBe(stored);
    expect(await isRight(stored, "correct horse battery")).toBe(true);
    expect(await isRight(stored, "correct horse batterx")).toBe(false);
    expect(await isRight(null, "a password that nobody has")).toBe(false);
  });

  it("is of no use without the pepper", async () => {
    const stored = await (await hasher()).hash("correct horse battery");
    expect(await verify(stored, "correct horse battery")).toBe(false);
    const other = await hasher(randomBytes(32));
    expect(await other.isRight(stored, "correct horse battery")).toBe(false);
  });

  it("is the same for characters that another keyboard composes otherwise", async () => {
    const { hash, isRight } = await hasher();
    expect(await isRight(await hash("caf\u00e9 \ufb01ne"), "cafe\u0301 fine")).toBe(true);
    expect(await isRight(await hash("Caf\u00e9"), "caf\u00e9")).toBe(false);
  });

  it("is refused to a flood that would wait too long, and those who wait already get theirs", async () => {
    const { hash } = await hasher();
    const room = COST.atOnce + 64;
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

describe("a hash that another program made", () => {
  const secrets = [
    "correct horse battery",
    "x".repeat(256),
    "\u{1f511} schl\u00fcssel \u0000 bund",
  ];

  it.each(secrets)("of %j by the package argon2 is taken, and it takes ours", async (password) => {
    const { hash, isRight } = await hasher();
    const options = { type: argon2.argon2id, memoryCost: 19_456, timeCost: 2, parallelism: 1 };
    const theirs = await argon2.hash(password, { ...options, secret: pepper });
    expect(await isRight(theirs, password)).toBe(true);
    expect(await isRight(theirs, `${password}.`)).toBe(false);
    const ours = await hash(password);
    expect(await argon2.verify(ours, password, { secret: pepper })).toBe(true);
    expect(await argon2.verify(ours, password, { secret: randomBytes(32) })).toBe(false);
    expect(await argon2.verify(ours, password)).toBe(false);
  });

  it("is the same to the last bit for the same salt and secret, at any cost", async () => {
    const salt = randomBytes(16);
    for (const [memoryCost, timeCost, parallelism] of [
      [19_456, 2, 1],
      [65_536, 3, 1],
      [8192, 4, 4],
    ] as const) {
      const options = { memoryCost, timeCost, parallelism, salt, secret: pepper };
      expect(await hashByRust("correct horse battery", options)).toBe(
        await argon2.hash("correct horse battery", options),
      );
    }
  });
});

describe("a hash in the database that is damaged", () => {
  it.each([
    "",
    "not a hash",
    "$argon2id$",
    "$argon2id$v=19$m=19456,t=2,p=1$c2hvcnQ",
    "$argon2id$v=19$m=0,t=0,p=0$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "$2b$12$abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz012345",
  ])(
    "%j is right for no password, fails nothing, and is reported without being shown",
    async (stored) => {
      lines.length = 0;
      const { isRight, isCheap } = await hasher();
      expect(await isRight(stored, "correct horse battery")).toBe(false);
      expect(isCheap(stored)).toBe(false);
      expect(lines.join("")).toMatch(/"level":("error"|50).*cannot be read/);
      if (stored !== "") expect(lines.join("")).not.toContain(stored);
    },
  );
});

describe("a hash of a lower cost than is asked for now", () => {
  it("is told from one that is as dear or dearer", async () => {
    const [weak, strong] = [await hasher(), await hasher(pepper, { ...COST, passes: 3 })];
    const stored = await weak.hash("correct horse battery");
    expect(weak.isCheap(stored)).toBe(false);
    expect(strong.isCheap(stored)).toBe(true);
    expect(await strong.isRight(stored, "correct horse battery")).toBe(true);
    const dear = await strong.hash("correct horse battery");
    expect(weak.isCheap(dear)).toBe(false);
    expect(await weak.isRight(dear, "correct horse battery")).toBe(true);
  });
});
