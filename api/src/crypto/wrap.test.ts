import { createSecretKey, randomBytes } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import { dekIdOf } from "./data-key.ts";
import { DecryptionError } from "./decryption-error.ts";
import { unwrapDek, wrapDek, type WrapContext } from "./wrap.ts";

const mek = createSecretKey(randomBytes(32));
const dek = randomBytes(32);
const context: WrapContext = {
  ownerId: randomBytes(16),
  version: 1,
  dekId: dekIdOf(dek),
  mekRef: "local:0123456789abcdef",
};

describe("a wrapped data key", () => {
  it("unwraps to the key", () => {
    const wrap = wrapDek(mek, dek, context);
    expect(wrap).toHaveLength(60);
    expect(unwrapDek(mek, wrap, context)).toEqual(dek);
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
    expect(() => unwrapDek(mek, Buffer.concat([wrap, Buffer.alloc(1)]), context)).toThrow();
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
});
