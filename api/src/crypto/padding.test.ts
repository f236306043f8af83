import { describe, expect, it, jest } from "@jest/globals";
import fc from "fast-check";
import { DecryptionError } from "./decryption-error.ts";
import { pad, paddedLength, unpad } from "./padding.ts";

describe("the padded length", () => {
  it.each([
    [0, 64],
    [64, 64],
    [65, 128],
    [128, 128],
    [129, 256],
    [513, 1024],
    [1024, 1024],
    [1025, 1088],
    [1088, 1088],
    [1089, 1152],
    [2047, 2048],
    [2049, 2176],
    [1_048_580, 1_081_344],
  ])("of %i bytes is %i", (length, padded) => {
    expect(paddedLength(length)).toBe(padded);
  });

  it("is never shorter, never more than 12 % longer above 1 KiB, and is its own padded length", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1025, max: 2 ** 31 }), (length) => {
        const padded = paddedLength(length);
        expect(padded).toBeGreaterThanOrEqual(length);
        expect(padded / length).toBeLessThanOrEqual(1.12);
        expect(paddedLength(padded)).toBe(padded);
      }),
    );
  });

  it("hides a score, a grade and nothing at all behind one length", () => {
    const lengths = ["1", "10", '"A"', "null", '"Consistent"'].map((text) => pad(text).length);
    expect(new Set(lengths)).toEqual(new Set([64]));
  });
});

describe("padding", () => {
  it("writes length, text and zeros between the bytes left to the caller, whatever was there", () => {
    const texts = fc.oneof(
      fc.string({ unit: "binary", maxLength: 3000 }),
      fc.string({ unit: "grapheme", maxLength: 1500 }),
    );
    fc.assert(
      fc.property(texts, fc.nat(50), fc.nat(50), (text, before, after) => {
        const bytes = Buffer.from(text);
        const padded = pad(text, before, after);
        const content = padded.subarray(before, padded.length - after);
        expect(content).toHaveLength(paddedLength(4 + bytes.length));
        expect(content.readUInt32BE()).toBe(bytes.length);
        expect(content.subarray(4, 4 + bytes.length).equals(bytes)).toBe(true);
        expect(content.subarray(4 + bytes.length).every((byte) => byte === 0)).toBe(true);
      }),
    );
  });
});

describe("padding a text that turns out longer than was guessed", () => {
  // As many letters as make 1024 bytes with the length, of two and of three bytes each, and the same with one of them.
  it.each(["ä".repeat(1020), "語".repeat(1020), "a".repeat(1019) + "語", "語" + "a".repeat(59)])(
    "gives all of it, and wipes what was begun (%#)",
    (text) => {
      const buffers = jest.spyOn(Buffer, "allocUnsafe");
      const padded = pad(text, 3, 5);
      const made = buffers.mock.results
        .map(({ value }) => value)
        .filter((value) => Buffer.isBuffer(value));
      buffers.mockRestore();
      expect(unpad(padded.subarray(3, padded.length - 5)).toString("utf8")).toBe(text);
      expect(made.length).toBeGreaterThan(1);
      expect(made.at(-1)).toBe(padded);
      for (const begun of made.slice(0, -1)) expect(begun.every((byte) => byte === 0)).toBe(true);
    },
  );

  it("goes without a second try for a text that only could have been longer", () => {
    const buffers = jest.spyOn(Buffer, "allocUnsafe");
    pad("ä".repeat(20));
    expect(buffers).toHaveBeenCalledTimes(1);
    buffers.mockRestore();
  });
});

describe("unpadding", () => {
  it("gives back any text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 5000 }), (text) => {
        expect(unpad(pad(text)).toString("utf8")).toBe(Buffer.from(text).toString("utf8"));
      }),
    );
  });

  it("takes text that fills its length to the last byte, and one byte less", () => {
    for (const length of [0, 59, 60, 123, 124, 1019, 1020, 1084]) {
      const text = "x".repeat(length);
      expect(unpad(pad(text)).toString("utf8")).toBe(text);
    }
  });

  it("refuses a byte that is not zero after the text, wherever it is", () => {
    const padded = pad("x");
    for (let at = 5; at < padded.length; at++) {
      const dirty = Buffer.from(padded);
      dirty[at] = 1;
      expect(() => unpad(dirty)).toThrow(DecryptionError);
    }
  });

  it("refuses bytes that are all the same and not zero, and one alone", () => {
    for (const text of ["", "x", "x".repeat(58), "x".repeat(59)]) {
      for (const byte of [1, 0x20, 0x80, 0xff]) {
        const dirty = pad(text).fill(byte, 4 + text.length);
        expect(() => unpad(dirty)).toThrow(DecryptionError);
      }
    }
  });

  it("refuses what is shorter than any padding", () => {
    for (let length = 0; length < 64; length++) {
      expect(() => unpad(Buffer.alloc(length))).toThrow(DecryptionError);
    }
    expect(unpad(Buffer.alloc(64))).toHaveLength(0);
  });

  it("refuses a length that is padded to another, shorter or longer", () => {
    for (const length of [61, 62, 124, 1021, 2 ** 31, 2 ** 32 - 1]) {
      const padded = Buffer.alloc(64);
      padded.writeUInt32BE(length);
      expect(() => unpad(padded)).toThrow(DecryptionError);
    }
    const long = Buffer.alloc(128);
    for (const length of [0, 59, 60, 125]) {
      long.writeUInt32BE(length);
      expect(() => unpad(long)).toThrow(DecryptionError);
    }
    long.writeUInt32BE(61);
    expect(unpad(long)).toHaveLength(61);
  });

  it("shares the memory of what it was given", () => {
    const padded = pad("secret");
    unpad(padded).fill(0);
    expect(padded.includes("secret")).toBe(false);
  });
});
