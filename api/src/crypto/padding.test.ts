import { describe, expect, it } from "@jest/globals";
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

describe("unpadding", () => {
  it("gives back any text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 5000 }), (text) => {
        expect(unpad(pad(text)).toString("utf8")).toBe(Buffer.from(text).toString("utf8"));
      }),
    );
  });

  it("refuses a byte that is not zero after the text, wherever it is", () => {
    const padded = pad("x");
    for (let at = 5; at < padded.length; at++) {
      const dirty = Buffer.from(padded);
      dirty[at] = 1;
      expect(() => unpad(dirty)).toThrow(DecryptionError);
    }
  });
});
