import {
  createDecipheriv,
  createSecretKey,
  type DecipherGCM,
  randomBytes,
  webcrypto,
} from "node:crypto";
import { describe, expect, it, jest } from "@jest/globals";
import { dekIdOf } from "./data-key.ts";
import { DecryptionError } from "./decryption-error.ts";
import {
  checkDek,
  SUITE_LOCAL_AES_256_GCM,
  unwrapDek,
  wrapBinding,
  wrapDek,
  type WrapContext,
} from "./wrap.ts";

const mek = createSecretKey(randomBytes(32));
const dek = randomBytes(32);
const context: WrapContext = {
  ownerId: randomBytes(16),
  version: 1,
  dekId: dekIdOf(dek),
  mekRef: "local:0123456789abcdef",
};

/** The associated data of a wrap for `context`, by docs/vault-format.md. */
const listed = Buffer.concat([
  Buffer.from("timos/dek/v1\0"),
  Buffer.from("00000004", "hex"),
  Buffer.from("00000010", "hex"),
  context.ownerId,
  Buffer.from("00000004" + "00000001", "hex"),
  Buffer.from("00000010", "hex"),
  context.dekId,
  Buffer.from("00000016", "hex"),
  Buffer.from("local:0123456789abcdef"),
]);

describe("a wrapped data key", () => {
  it("unwraps to the key", () => {
    const wrap = wrapDek(mek, dek, context);
    expect(wrap).toHaveLength(60);
    expect(unwrapDek(mek, wrap, context)).toEqual(dek);
  });

  it("is AES-256-GCM with the binding as associated data, as WebCrypto has it", async () => {
    const { subtle } = webcrypto;
    const raw = mek.export();
    const secret = await subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);
    const algorithm = (iv: Uint8Array) => ({
      name: "AES-GCM",
      iv: Buffer.from(iv),
      additionalData: listed,
      tagLength: 128,
    });
    const wrap = wrapDek(mek, dek, context);
    const body = Buffer.from(wrap.subarray(12));
    const opened = await subtle.decrypt(algorithm(wrap.subarray(0, 12)), secret, body);
    expect(Buffer.from(opened)).toEqual(dek);
    const iv = randomBytes(12);
    const made = Buffer.from(await subtle.encrypt(algorithm(iv), secret, dek));
    expect(unwrapDek(mek, Buffer.concat([iv, made]), context)).toEqual(dek);
  });

  it("is bound to the bytes that the format lists", () => {
    expect(wrapBinding(context)).toEqual(listed);
    expect(SUITE_LOCAL_AES_256_GCM).toBe(1);
  });

  it("has another nonce each time", () => {
    const wraps = Array.from({ length: 100 }, () => wrapDek(mek, dek, context));
    expect(new Set(wraps.map((wrap) => wrap.toString("hex", 0, 12))).size).toBe(100);
  });

  it("does not unwrap once any bit of it is flipped, nor cut short, nor longer", () => {
    const wrap = wrapDek(mek, dek, context);
    for (let bit = 0; bit < wrap.length * 8; bit++) {
      const altered = Buffer.from(wrap);
      altered.writeUInt8(altered.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(() => unwrapDek(mek, altered, context)).toThrow(DecryptionError);
    }
    for (let length = 0; length < wrap.length; length++) {
      expect(() => unwrapDek(mek, wrap.subarray(0, length), context)).toThrow(DecryptionError);
    }
    const longer = Buffer.concat([wrap, Buffer.alloc(1)]);
    expect(() => unwrapDek(mek, longer, context)).toThrow(DecryptionError);
  });

  it.each<[string, Partial<WrapContext>]>([
    ["another owner", { ownerId: randomBytes(16) }],
    ["another version", { version: 2 }],
    ["another key id", { dekId: randomBytes(16) }],
    ["another master key's name", { mekRef: "local:ffffffffffffffff" }],
  ])("does not unwrap for %s", (_, other) => {
    expect(() => unwrapDek(mek, wrapDek(mek, dek, context), { ...context, ...other })).toThrow(
      DecryptionError,
    );
  });

  it("does not unwrap under another master key", () => {
    const other = createSecretKey(randomBytes(32));
    expect(() => unwrapDek(other, wrapDek(mek, dek, context), context)).toThrow(DecryptionError);
  });

  it("is refused when it holds another key than the one it is bound to", () => {
    const planted = wrapDek(mek, randomBytes(32), context);
    expect(() => unwrapDek(mek, planted, context)).toThrow(DecryptionError);
  });

  it("is refused when it holds more or less than a key", () => {
    for (const length of [0, 16, 31, 33, 64]) {
      const planted = wrapDek(mek, randomBytes(length), context);
      expect(() => unwrapDek(mek, planted, context)).toThrow(DecryptionError);
    }
  });

  it("fails with words that say nothing of why", () => {
    const wrap = wrapDek(mek, dek, context);
    const planted = wrapDek(mek, randomBytes(32), context);
    for (const bytes of [wrap.subarray(1), Buffer.alloc(60), planted]) {
      expect(() => unwrapDek(mek, bytes, context)).toThrow(/^decryption failed$/);
    }
  });
});

describe("checking an unwrapped key", () => {
  it("leaves the right one as it is", () => {
    const right = Buffer.from(dek);
    checkDek(right, context);
    expect(right).toEqual(dek);
  });

  it("wipes what is another key, or none", () => {
    for (const length of [32, 31, 33, 16]) {
      const other = randomBytes(length);
      expect(() => {
        checkDek(other, context);
      }).toThrow(DecryptionError);
      expect(other).toEqual(Buffer.alloc(length));
    }
  });

  it("wipes bytes that have the id and are not 32, which no data key is", () => {
    const short = randomBytes(16);
    expect(() => {
      checkDek(short, { ...context, dekId: dekIdOf(short) });
    }).toThrow(DecryptionError);
    expect(short).toEqual(Buffer.alloc(16));
  });
});

it("leaves no key in memory of a wrap whose tag was altered", () => {
  const wrap = wrapDek(mek, dek, context);
  wrap.writeUInt8(wrap.readUInt8(59) ^ 1, 59);
  const any = createDecipheriv("aes-256-gcm", mek, Buffer.alloc(12));
  const update = jest.spyOn(Object.getPrototypeOf(any) as DecipherGCM, "update");
  try {
    expect(() => unwrapDek(mek, wrap, context)).toThrow(DecryptionError);
    expect(update.mock.results.map(({ value }) => value)).toEqual([Buffer.alloc(32)]);
  } finally {
    update.mockRestore();
  }
});
