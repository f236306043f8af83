import { createHash, hkdfSync, randomBytes, type KeyObject } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import {
  activateKey,
  createKeyring,
  decodeKeyring,
  KeyringError,
  removeKey,
  stagedKey,
  stageKey,
} from "./keyring.ts";

const now = new Date("2026-11-21T08:00:00.000Z");

/** A keyring file built from its description. */
function keyringOf(keys: { status: number; key?: Buffer; id?: string }[], tail = Buffer.alloc(0)) {
  const parts = keys.map(({ status, key = randomBytes(32), id }) => {
    const name =
      id ?? Buffer.from(hkdfSync("sha256", key, "", "timos/mek-id/v1", 8)).toString("hex");
    const created = Buffer.alloc(8);
    created.writeBigUInt64BE(BigInt(now.getTime()));
    return Buffer.concat([
      Buffer.from([name.length]),
      Buffer.from(name),
      Buffer.from([status]),
      created,
      key,
    ]);
  });
  const body = Buffer.concat([
    Buffer.from("TIMOSKR1"),
    Buffer.from([0, keys.length]),
    ...parts,
    tail,
  ]);
  return Buffer.concat([body, createHash("sha256").update(body).digest()]);
}

describe("a keyring", () => {
  it("is made with one active key, another one each time", () => {
    const [key, ...others] = decodeKeyring(createKeyring(now));
    expect(others).toEqual([]);
    expect(key).toMatchObject({ status: "active", createdAt: now });
    expect(key?.id).toMatch(/^[0-9a-f]{16}$/);
    expect(decodeKeyring(createKeyring(now))[0]?.id).not.toBe(key?.id);
  });

  it("may hold keys that only open", () => {
    const keys = decodeKeyring(keyringOf([{ status: 2 }, { status: 1 }, { status: 2 }]));
    expect(keys.map((key) => key.status)).toEqual(["decrypt_only", "active", "decrypt_only"]);
  });

  it("is refused when it is cut short anywhere", () => {
    const bytes = createKeyring(now);
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeKeyring(bytes.subarray(0, length))).toThrow(KeyringError);
    }
  });

  it("is refused when any byte of it is altered", () => {
    const bytes = createKeyring(now);
    for (let at = 0; at < bytes.length; at++) {
      const altered = Buffer.from(bytes);
      altered.writeUInt8(altered.readUInt8(at) ^ 0x10, at);
      expect(() => decodeKeyring(altered)).toThrow(KeyringError);
    }
  });

  it.each([
    ["no active key", keyringOf([{ status: 2 }])],
    ["two active keys", keyringOf([{ status: 1 }, { status: 1 }])],
    ["no key at all", keyringOf([])],
    ["a status nobody knows", keyringOf([{ status: 3 }])],
    ["a key under another key's id", keyringOf([{ status: 1, id: "0123456789abcdef" }])],
    ["more bytes than it says", keyringOf([{ status: 1 }], Buffer.from("more"))],
    ["fewer keys than it says", keyringOf([{ status: 1, key: randomBytes(8) }])],
    ["other contents altogether", Buffer.from("-----BEGIN PRIVATE KEY-----")],
  ])("is refused with %s", (_, bytes) => {
    expect(() => decodeKeyring(bytes)).toThrow(KeyringError);
  });

  it("says what is wrong and shows none of its bytes", () => {
    const key = randomBytes(32);
    const bytes = keyringOf([{ status: 2, key }]);
    expect(() => decodeKeyring(bytes)).toThrow("it must have exactly one active key");
  });
});

describe("a keyring whose keys are rotated", () => {
  const later = new Date("2026-11-22T08:00:00.000Z");
  const statesOf = (bytes: Buffer) => decodeKeyring(bytes).map(({ id, status }) => [id, status]);
  const first = createKeyring(now);
  const [old = ""] = decodeKeyring(first).map((key) => key.id);
  const staged = stageKey(first, later);
  const [, fresh = ""] = decodeKeyring(staged).map((key) => key.id);

  it("has a staged key that makes no wraps, beside the active one", () => {
    expect(statesOf(staged)).toEqual([
      [old, "active"],
      [fresh, "decrypt_only"],
    ]);
    expect(decodeKeyring(staged)[1]?.createdAt).toEqual(later);
    expect(decodeKeyring(staged)[0]?.key.equals(keyOf(first))).toBe(true);
    expect(stagedKey(decodeKeyring(staged))?.id).toBe(fresh);
    expect(stagedKey(decodeKeyring(first))).toBeUndefined();
  });

  it("makes the staged key active, and keeps the other for opening", () => {
    const activated = activateKey(staged, fresh);
    expect(statesOf(activated)).toEqual([
      [old, "decrypt_only"],
      [fresh, "active"],
    ]);
    // The one before is not taken for one that was staged.
    expect(stagedKey(decodeKeyring(activated))).toBeUndefined();
    expect(activateKey(activated, fresh)).toEqual(activated);
    expect(() => activateKey(activated, "0123456789abcdef")).toThrow("does not have the key");
  });

  it("lets go of a key, but never of the active one", () => {
    const activated = activateKey(staged, fresh);
    const left = removeKey(activated, old);
    expect(statesOf(left)).toEqual([[fresh, "active"]]);
    expect(left.includes(Buffer.from(keyOf(first).export()))).toBe(false);
    expect(() => removeKey(activated, fresh)).toThrow("is the active one");
    expect(() => removeKey(left, old)).toThrow("does not have the key");
  });

  it("is not written from a damaged one", () => {
    const damaged = Buffer.from(staged);
    damaged.writeUInt8(damaged.readUInt8(40) ^ 1, 40);
    expect(() => stageKey(damaged, later)).toThrow(KeyringError);
    expect(() => activateKey(damaged, fresh)).toThrow(KeyringError);
    expect(() => removeKey(damaged, old)).toThrow(KeyringError);
  });

  function keyOf(bytes: Buffer): KeyObject {
    const [key] = decodeKeyring(bytes);
    if (key === undefined) throw new Error("a keyring has a key");
    return key.key;
  }
});
