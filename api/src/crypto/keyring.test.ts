import { createHash, hkdfSync, randomBytes, type KeyObject } from "node:crypto";
import { describe, expect, it, jest } from "@jest/globals";
import {
  activateKey,
  createKeyring,
  decodeKeyring,
  KeyringError,
  mergeKeyrings,
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
  const count = Buffer.from([keys.length >> 8, keys.length & 255]);
  return sealed("TIMOSKR1", count, ...parts, tail);
}

/** The parts and their checksum. */
function sealed(magic: string, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat([Buffer.from(magic), ...parts]);
  return Buffer.concat([body, createHash("sha256").update(body).digest()]);
}

/** The keyring with the first key's id so long that the key lies within it. */
function idOverKey(bytes: Buffer): Buffer {
  const body = Buffer.from(bytes.subarray(8, -32));
  body[2] = 16 + 58;
  return sealed("TIMOSKR1", body);
}

function failureOf(bytes: Buffer): unknown {
  try {
    decodeKeyring(bytes);
    return "no failure";
  } catch (error) {
    return error;
  }
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
    ["no active key", keyringOf([{ status: 2 }]), "it must have exactly one active key"],
    [
      "two active keys",
      keyringOf([{ status: 1 }, { status: 1 }]),
      "it must have exactly one active key",
    ],
    ["no key at all", keyringOf([]), "it must have exactly one active key"],
    ["a status nobody knows", keyringOf([{ status: 3 }]), "it has a key of an unknown status"],
    ["the status 0", keyringOf([{ status: 0 }]), "it has a key of an unknown status"],
    [
      "a key under another key's id",
      keyringOf([{ status: 1, id: "0123456789abcdef" }]),
      "it has a key that its id does not name",
    ],
    [
      "a key without id",
      keyringOf([{ status: 1, id: "" }]),
      "it has a key that its id does not name",
    ],
    [
      "more bytes than it says",
      keyringOf([{ status: 1 }], Buffer.from("more")),
      "it holds more than it says",
    ],
    [
      "one key more than it says",
      keyringOf([{ status: 1 }], Buffer.alloc(58)),
      "it holds more than it says",
    ],
    [
      "a last key without its last byte",
      keyringOf([{ status: 1 }, { status: 2, key: randomBytes(31) }]),
      "it is cut short",
    ],
    ["no keys where it says one", sealed("TIMOSKR1", Buffer.from([0, 1])), "it is cut short"],
    ["an id longer than itself", sealed("TIMOSKR1", Buffer.from([0, 1, 255])), "it is cut short"],
    ["no number of keys", sealed("TIMOSKR1"), "it is cut short or damaged"],
    ["half a number of keys", sealed("TIMOSKR1", Buffer.from([0])), "it is cut short or damaged"],
    [
      "another version of the format",
      sealed("TIMOSKR2", Buffer.from([0, 0])),
      "it is not a keyring",
    ],
    [
      "other contents altogether",
      Buffer.from("-----BEGIN PRIVATE KEY-----"),
      "it is not a keyring",
    ],
    ["no contents", Buffer.alloc(0), "it is not a keyring"],
  ])("is refused with %s, and says so", (_, bytes, message) => {
    const error = failureOf(bytes);
    expect(error).toBeInstanceOf(KeyringError);
    expect(error).toMatchObject({ code: "keyring:damaged" });
    expect(String(error)).toContain(`KeyringError: ${message}`);
  });

  it("never shows a byte of a key in what it says", () => {
    const key = randomBytes(32);
    const faulty = [
      keyringOf([{ status: 2, key }]),
      keyringOf([{ status: 3, key }]),
      keyringOf([{ status: 1, key, id: "0123456789abcdef" }]),
      idOverKey(keyringOf([{ status: 1, key }, { status: 2 }])),
      keyringOf([{ status: 1, key }], Buffer.from("more")),
      keyringOf([
        { status: 1, key },
        { status: 2, key: randomBytes(31) },
      ]),
      Buffer.concat([keyringOf([{ status: 1, key }]), Buffer.alloc(1)]),
    ];
    for (const bytes of faulty) {
      const error = failureOf(bytes);
      const said = error instanceof Error ? `${error.message}${error.stack ?? ""}` : "";
      expect(said).toContain("KeyringError");
      for (let at = 0; at < key.length - 3; at++) {
        const part = key.subarray(at, at + 4);
        for (const form of ["hex", "latin1", "ascii"] as const) {
          expect(said.includes(part.toString(form))).toBe(false);
        }
      }
      expect(said).not.toContain(key.toString("base64").slice(0, 8));
    }
  });

  it("has the bytes that the format says, down to the last", () => {
    const bytes = createKeyring(now);
    expect(bytes).toHaveLength(100);
    const key = bytes.subarray(36, 68);
    expect(bytes.equals(keyringOf([{ status: 1, key }]))).toBe(true);
    const [made] = decodeKeyring(bytes);
    expect(made?.key.export()).toEqual(key);
    expect(made?.id).toBe(bytes.toString("ascii", 11, 27));
  });

  it("can hold as many keys as two bytes count", () => {
    const key = randomBytes(32);
    const keys = Array.from({ length: 300 }, (_, i) => ({ status: i === 299 ? 1 : 2, key }));
    expect(decodeKeyring(keyringOf(keys))).toHaveLength(300);
  });

  it("is written without leaving a copy of its keys", () => {
    const joined = jest.spyOn(Buffer, "concat");
    const bytes = createKeyring(now);
    const [[body, whole], [parts]] = [
      joined.mock.results.map(({ value }) => value),
      joined.mock.calls.map(([list]) => list),
    ];
    joined.mockRestore();
    // What it is joined of, the key being the last, and the body that only the checksum is missing of.
    expect(parts?.at(-1)).toEqual(Buffer.alloc(32));
    expect(body).toEqual(Buffer.alloc(68));
    expect(whole).toBe(bytes);
    expect(bytes.subarray(36, 68)).not.toEqual(Buffer.alloc(32));
  });
});

describe("a keyring whose keys are rotated", () => {
  const later = new Date("2026-11-22T08:00:00.000Z");
  const statesOf = (bytes: Buffer) => decodeKeyring(bytes).map(({ id, status }) => [id, status]);

  /** A keyring, the same with a staged key beside its active one, and the ids of both keys. */
  function rotating() {
    const first = createKeyring(now);
    const staged = stageKey(first, later);
    const [old = "", fresh = ""] = decodeKeyring(staged).map((key) => key.id);
    return { first, staged, old, fresh };
  }

  it("has a staged key that makes no wraps, beside the active one", () => {
    const { first, staged, old, fresh } = rotating();
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
    const { staged, old, fresh } = rotating();
    const activated = activateKey(staged, fresh);
    expect(statesOf(activated)).toEqual([
      [old, "decrypt_only"],
      [fresh, "active"],
    ]);
    // The one before is not taken for one that was staged.
    expect(stagedKey(decodeKeyring(activated))).toBeUndefined();
    expect(activateKey(activated, fresh)).toEqual(activated);
    expect(() => activateKey(activated, "0123456789abcdef")).toThrow(
      "it does not have the key 0123456789abcdef",
    );
  });

  it("changes nothing of a key but its status", () => {
    const { staged, fresh } = rotating();
    const before = decodeKeyring(staged);
    const after = decodeKeyring(activateKey(staged, fresh));
    for (const [i, key] of after.entries()) {
      expect(key.createdAt).toEqual(before[i]?.createdAt);
      expect(key.key.export()).toEqual(before[i]?.key.export());
    }
  });

  it("takes the newest of several staged keys, and none that is older than the active one", () => {
    const { staged, old, fresh } = rotating();
    const twice = stageKey(staged, later);
    const ids = decodeKeyring(twice).map((key) => key.id);
    expect(ids.slice(0, 2)).toEqual([old, fresh]);
    expect(stagedKey(decodeKeyring(twice))?.id).toBe(ids[2]);
    expect(stagedKey(decodeKeyring(activateKey(twice, fresh)))?.id).toBe(ids[2]);
    expect(stagedKey(decodeKeyring(activateKey(twice, ids[2] ?? "")))).toBeUndefined();
  });

  it("lets go of a key, but never of the active one", () => {
    const { first, staged, old, fresh } = rotating();
    const activated = activateKey(staged, fresh);
    const left = removeKey(activated, old);
    expect(statesOf(left)).toEqual([[fresh, "active"]]);
    expect(left.includes(Buffer.from(keyOf(first).export()))).toBe(false);
    expect(() => removeKey(activated, fresh)).toThrow(`the key ${fresh} is the active one`);
    expect(() => removeKey(left, old)).toThrow(`it does not have the key ${old}`);
  });

  it("takes the keys of another that it lacks, which open only and count as none that was staged", () => {
    const { first, staged, old, fresh } = rotating();
    const activated = activateKey(staged, fresh);
    const restored = stageKey(first, later);
    const [, other] = decodeKeyring(restored);
    const merged = mergeKeyrings(restored, activated);
    expect(statesOf(merged)).toEqual([
      [fresh, "decrypt_only"],
      [old, "active"],
      [other?.id, "decrypt_only"],
    ]);
    expect(stagedKey(decodeKeyring(merged))?.id).toBe(other?.id);
    const exported = (bytes: Buffer) =>
      new Map(decodeKeyring(bytes).map(({ id, key }) => [id, key.export().toString("hex")]));
    expect(exported(merged)).toEqual(new Map([...exported(activated), ...exported(restored)]));
    expect(mergeKeyrings(merged, activated)).toEqual(merged);
    expect(mergeKeyrings(activated, first)).toEqual(activated);
    expect(() => mergeKeyrings(restored, Buffer.from("words"))).toThrow(KeyringError);
    expect(() => mergeKeyrings(Buffer.from("words"), restored)).toThrow(KeyringError);
  });

  it("is not written from a damaged one", () => {
    const { staged, old, fresh } = rotating();
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
