import { createHmac, hkdfSync, randomBytes } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import {
  chainKey,
  decodeLeaves,
  encodeLeaves,
  eventMac,
  NO_HASH,
  sealedBy,
  sealHash,
  type SealedBatch,
} from "./audit-chain.ts";

const root = Buffer.alloc(32, 7);
const key = chainKey(root);
const u32 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};
/** A list of parts under a purpose, as it is described, by other code than the program's. */
const macOf = (purpose: string, parts: readonly (string | Uint8Array)[]) => {
  const derived = Buffer.from(hkdfSync("sha256", root, "", purpose, 32));
  const mac = createHmac("sha256", derived).update(`${purpose}\0`).update(u32(parts.length));
  for (const part of parts) mac.update(u32(Buffer.byteLength(part))).update(part);
  return mac.digest();
};

const batch: SealedBatch = {
  id: 3n,
  firstId: 10n,
  lastId: 300n,
  leaves: encodeLeaves([
    { id: 10n, mac: Buffer.alloc(16, 1) },
    { id: 300n, mac: Buffer.alloc(16, 2) },
  ]),
  sealedAt: "2026-11-21 20:00:00.000",
};
const previous = Buffer.alloc(32, 9);

describe("the mac of an event", () => {
  it("is over the names and values of its columns, to the byte, and leaves out what is null", () => {
    const columns = [
      ["action", "key.unwrapped"],
      ["ip", null],
      ["user_id", Buffer.alloc(16, 3)],
    ] as const;
    const parts = ["action", "key.unwrapped", "user_id", Buffer.alloc(16, 3)];
    expect(eventMac(key, columns)).toEqual(macOf("timos/audit-event/v1", parts).subarray(0, 16));
  });

  it("differs for values in other columns, and under another key", () => {
    const mac = eventMac(key, [["a", "b"]]);
    expect(eventMac(key, [["b", "a"]])).not.toEqual(mac);
    expect(eventMac(key, [["a", ""]])).not.toEqual(eventMac(key, [["a", null]]));
    expect(eventMac(chainKey(randomBytes(32)), [["a", "b"]])).not.toEqual(mac);
  });
});

describe("a seal", () => {
  const u64 = (value: number) => Buffer.concat([u32(0), u32(value)]);
  const hash = sealHash(key, previous, batch);

  it("is over its batch and the hash before it, to the byte", () => {
    const parts = [previous, u64(3), u64(10), u64(300), batch.leaves, batch.sealedAt];
    expect(hash).toEqual(macOf("timos/audit-seal/v1", parts));
  });

  it("is found to be of the key that made it, among others", () => {
    const former = chainKey(randomBytes(32));
    expect(sealedBy([former, key], previous, { ...batch, hash })).toBe(key);
    expect(sealedBy([former], previous, { ...batch, hash })).toBeNull();
    expect(sealedBy([], previous, { ...batch, hash })).toBeNull();
  });

  it.each<[string, Partial<SealedBatch & { hash: Buffer }>, Uint8Array?]>([
    ["another number", { id: 4n }],
    ["another first event", { firstId: 9n }],
    ["another last event", { lastId: 301n }],
    ["other events", { leaves: batch.leaves.slice(0, 24) }],
    ["another time", { sealedAt: "2026-11-21 20:00:00.001" }],
    ["a hash that is cut", { hash: hash.subarray(0, 31) }],
    ["no seal before it", {}, NO_HASH],
  ])("is nobody's with %s", (_, change, before = previous) => {
    expect(sealedBy([key], before, { ...batch, hash, ...change })).toBeNull();
  });

  it("begins with 32 zero bytes where there is none before", () => {
    expect(Buffer.from(NO_HASH)).toEqual(Buffer.alloc(32));
  });
});

describe("the events in a seal", () => {
  it("are read as they were written: eight bytes of id, sixteen of mac", () => {
    const leaves = [
      { id: 1n, mac: randomBytes(16) },
      { id: 2n ** 64n - 1n, mac: randomBytes(16) },
    ];
    const bytes = encodeLeaves(leaves);
    expect(bytes).toHaveLength(48);
    expect(bytes.subarray(24, 32)).toEqual(Buffer.alloc(8, 255));
    // Also where they are part of something longer, as a database gives them.
    const inside = new Uint8Array(Buffer.concat([randomBytes(5), bytes])).subarray(5);
    expect(decodeLeaves(inside)).toEqual(leaves);
    expect(decodeLeaves(bytes.subarray(0, 47))).toEqual(leaves.slice(0, 1));
    expect(decodeLeaves(new Uint8Array())).toEqual([]);
  });
});
