import { describe, expect, it, jest } from "@jest/globals";
import { seal } from "./box.ts";
import { dataKey } from "./data-key.ts";
import { nonce, randomToken, writeNonce } from "./random.ts";

const distinct = (nonces: readonly Buffer[]) => new Set(nonces.map((n) => n.toString("hex"))).size;

describe("a nonce", () => {
  it("is 96 bits, its own, and not one of a buffer that is written again", () => {
    const early = nonce();
    const copy = Buffer.from(early);
    expect(early).toHaveLength(12);
    for (let i = 0; i < 1000; i++) nonce();
    expect(early).toEqual(copy);
  });

  it("is written where it is asked for and nowhere else", () => {
    const target = Buffer.alloc(32, 0xaa);
    writeNonce(target, 10);
    expect(target.subarray(0, 10)).toEqual(Buffer.alloc(10, 0xaa));
    expect(target.subarray(22)).toEqual(Buffer.alloc(10, 0xaa));
    expect(target.subarray(10, 22)).not.toEqual(Buffer.alloc(12, 0xaa));
  });

  it("is drawn from the very first on", async () => {
    jest.resetModules();
    const random = await import("./random.ts");
    const target = Buffer.alloc(12, 0xaa);
    random.writeNonce(target, 0);
    expect(target).not.toEqual(Buffer.alloc(12, 0xaa));
    expect(target).not.toEqual(Buffer.alloc(12));
  });

  it("has no bit that is always the same", () => {
    const seen = Buffer.alloc(12);
    const missing = Buffer.alloc(12);
    for (let i = 0; i < 1000; i++) {
      for (const [at, byte] of nonce().entries()) {
        seen.writeUInt8(seen.readUInt8(at) | byte, at);
        missing.writeUInt8(missing.readUInt8(at) | (~byte & 255), at);
      }
    }
    expect(seen).toEqual(Buffer.alloc(12, 255));
    expect(missing).toEqual(Buffer.alloc(12, 255));
  });

  it("does not come twice in 100,000 boxes", () => {
    const id = Buffer.alloc(16);
    const place = { table: "moods", box: "sealed", ownerId: id, rowId: id, rev: 1 };
    const key = dataKey(1, Buffer.alloc(32));
    const nonces = Array.from({ length: 100_000 }, () =>
      Buffer.from(seal(key, place, "{}").subarray(22, 34)),
    );
    expect(distinct(nonces)).toBe(100_000);
  });
});

describe("a token", () => {
  it("is 256 random bits in letters that a URL may hold", () => {
    expect(randomToken()).toMatch(/^[\w-]{43}$/);
    expect(randomToken()).not.toBe(randomToken());
  });
});
