import { readFileSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { referenceOpen, referenceSeal } from "../../test/reference-box.ts";
import { boxVersion, open, OVERHEAD_BYTES, seal, type Place } from "./box.ts";
import { dataKey } from "./data-key.ts";
import { DecryptionError } from "./decryption-error.ts";
import { paddedLength } from "./padding.ts";

const dek = randomBytes(32);
const key = dataKey(3, dek);
const place: Place = {
  table: "daily_entries",
  box: "sealed",
  ownerId: randomBytes(16),
  rowId: randomBytes(16),
  rev: 7,
};
const json = JSON.stringify({ day: "2026-11-21", title: "The worst day" });

describe("a box", () => {
  it("opens to what was sealed, whatever the text, the place and the revision", () => {
    const anyPlace = fc.record({
      table: fc.string(),
      box: fc.string(),
      ownerId: fc.uint8Array({ minLength: 16, maxLength: 16 }),
      rowId: fc.uint8Array({ minLength: 16, maxLength: 16 }),
      rev: fc.maxSafeNat(),
    });
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 3000 }), anyPlace, (text, where) => {
        expect(open(key, where, seal(key, where, text)).toString("utf8")).toBe(text);
      }),
    );
  });

  it("has the bytes that the format says, down to the last", () => {
    const box = seal(key, place, json);
    expect(box.subarray(0, 2).toString("hex")).toBe("f901");
    expect(box.readUInt32BE(2)).toBe(3);
    expect(box.subarray(6, 22)).toEqual(key.dekId);
    expect(box).toHaveLength(OVERHEAD_BYTES + paddedLength(4 + Buffer.byteLength(json)));
    expect(OVERHEAD_BYTES).toBe(50);
    expect(referenceOpen({ dek, version: 3, ...place }, box)).toBe(json);
  });

  it("is what a second implementation makes, and the other way round", () => {
    const nonce = randomBytes(12);
    const box = referenceSeal({ dek, version: 3, ...place }, json, nonce);
    expect(open(key, place, box).toString("utf8")).toBe(json);
  });

  it("is to the byte what a second implementation makes with the same nonce, whatever the text", () => {
    const named = { dek, version: 3, ...place };
    const texts = fc.oneof(
      fc.string({ unit: "grapheme", maxLength: 3000 }),
      fc.string({ unit: "binary", maxLength: 300 }),
      fc
        .record({ letter: fc.constantFrom("a", "ä", "語", "😀"), times: fc.nat(1200) })
        .map(({ letter, times }) => letter.repeat(times)),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const box = seal(key, place, text);
        expect(box.equals(referenceSeal(named, text, box.subarray(22, 34)))).toBe(true);
      }),
    );
  });

  // Text, its length before it, padded: about one, two and more of the pieces that are encrypted at a time.
  it.each([65_532, 65_533, 126_972, 126_973, 131_068, 131_069, 1_048_576])(
    "of %i bytes, and of as many letters of two and three bytes, is no different",
    (length) => {
      const named = { dek, version: 3, ...place };
      for (const letter of ["a", "ä", "語"]) {
        const text = letter.repeat(length);
        const box = seal(key, place, text);
        expect(box.equals(referenceSeal(named, text, box.subarray(22, 34)))).toBe(true);
        expect(open(key, place, box).equals(Buffer.from(text))).toBe(true);
      }
    },
  );

  it("opens from bytes that lie within others, and leaves them as they are", () => {
    const box = seal(key, place, json);
    const around = new Uint8Array(box.length + 20).fill(0xee);
    around.set(box, 7);
    const before = Buffer.from(around);
    const opened = open(key, place, around.subarray(7, 7 + box.length));
    expect(opened.toString("utf8")).toBe(json);
    expect(Buffer.from(around)).toEqual(before);
    opened.fill(0);
    expect(open(key, place, box).toString("utf8")).toBe(json);
  });

  it("is bound to every bit of the revision", () => {
    for (const rev of [0, 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1, 2 ** 53 - 1]) {
      const box = seal(key, { ...place, rev }, json);
      expect(referenceOpen({ dek, version: 3, ...place, rev }, box)).toBe(json);
      for (const other of [0, 1, 2 ** 31, 2 ** 32, 2 ** 53 - 1].filter((other) => other !== rev)) {
        expect(() => open(key, { ...place, rev: other }, box)).toThrow(DecryptionError);
      }
    }
  });

  it.each<[string, Partial<Place>]>([
    ["an owner of 15 bytes", { ownerId: randomBytes(15) }],
    ["an owner of 17 bytes", { ownerId: randomBytes(17) }],
    ["a row without id", { rowId: new Uint8Array() }],
    ["a row of 17 bytes", { rowId: randomBytes(17) }],
    ["a negative revision", { rev: -1 }],
    ["half a revision", { rev: 0.5 }],
    ["a revision too large to be exact", { rev: 2 ** 53 }],
    ["no revision", { rev: NaN }],
  ])("has no place at %s", (_, nowhere) => {
    const where = { ...place, ...nowhere };
    expect(() => seal(key, where, json)).toThrow(
      new RangeError("ids have 16 bytes, and a revision is a whole number"),
    );
    expect(() => open(key, where, seal(key, place, json))).toThrow(DecryptionError);
  });

  it("never has the same bytes twice", () => {
    const boxes = new Set(
      Array.from({ length: 1000 }, () => seal(key, place, json).toString("hex")),
    );
    expect(boxes.size).toBe(1000);
  });

  it("tells its version without being opened", () => {
    expect(boxVersion(seal(key, place, json))).toBe(3);
  });

  it("does not open once any bit of it is flipped", () => {
    const box = seal(key, place, json);
    for (let bit = 0; bit < box.length * 8; bit++) {
      const altered = Buffer.from(box);
      altered.writeUInt8(altered.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(() => open(key, place, altered)).toThrow(DecryptionError);
    }
  });

  it("does not open when cut short anywhere, or made longer", () => {
    const box = seal(key, place, json);
    for (let length = 0; length < box.length; length++) {
      expect(() => open(key, place, box.subarray(0, length))).toThrow(DecryptionError);
    }
    for (const more of [1, 16, 64]) {
      expect(() => open(key, place, Buffer.concat([box, Buffer.alloc(more)]))).toThrow(
        DecryptionError,
      );
    }
  });

  it.each<[string, Partial<Place>]>([
    ["another table", { table: "feels_entries" }],
    ["another box of its row", { box: "body" }],
    ["another owner", { ownerId: randomBytes(16) }],
    ["another row", { rowId: randomBytes(16) }],
    ["the revision before", { rev: 6 }],
    ["the revision after", { rev: 8 }],
    ["the same letters split elsewhere", { table: "daily_entriess", box: "ealed" }],
  ])("does not open in %s", (_, elsewhere) => {
    const box = seal(key, place, json);
    expect(() => open(key, { ...place, ...elsewhere }, box)).toThrow(DecryptionError);
  });

  it("does not open under another key of the same version, nor another version of the same key", () => {
    const box = seal(key, place, json);
    expect(() => open(dataKey(3, randomBytes(32)), place, box)).toThrow(DecryptionError);
    expect(() => open(dataKey(4, dek), place, box)).toThrow(DecryptionError);
  });

  it("does not open when it names another key or version, even made by someone who has the key", () => {
    for (const named of [{ dekId: randomBytes(16) }, { version: 4 }]) {
      const forged = seal({ ...key, ...named }, place, json);
      expect(() => open(key, place, forged)).toThrow(DecryptionError);
      expect(open({ ...key, ...named }, place, forged).toString("utf8")).toBe(json);
    }
  });

  it("tells no version of bytes that are no box", () => {
    const box = seal(key, place, "");
    expect(box).toHaveLength(114);
    expect(boxVersion(box)).toBe(3);
    for (const bytes of [
      Buffer.alloc(0),
      box.subarray(0, 113),
      Buffer.concat([Buffer.from("f902", "hex"), box.subarray(2)]),
      Buffer.concat([Buffer.from("7b01", "hex"), box.subarray(2)]),
      Buffer.from(JSON.stringify({ title: "x".repeat(200) })),
    ]) {
      expect(() => boxVersion(bytes)).toThrow(DecryptionError);
    }
  });

  it("has a place for each table and box, whichever was used before", () => {
    const places = ["a", "b", "ab", ""].flatMap((table) =>
      ["sealed", "body", ""].map((name) => ({ ...place, table, box: name })),
    );
    const boxes = places.map((where) => seal(key, where, json));
    for (const [i, box] of boxes.entries()) {
      for (const [j, where] of places.entries()) {
        if (i === j) expect(open(key, where, box).toString("utf8")).toBe(json);
        else expect(() => open(key, where, box)).toThrow(DecryptionError);
      }
    }
  });

  it("does not open when its padding is not what sealing makes", () => {
    const named = { dek, version: 3, ...place };
    const nonce = randomBytes(12);
    const good = Buffer.alloc(64);
    good.writeUInt32BE(2);
    good.write("{}", 4);
    expect(open(key, place, referenceSeal(named, good, nonce)).toString()).toBe("{}");
    const dirty = Buffer.from(good);
    dirty[63] = 1;
    const tooLong = Buffer.concat([good, Buffer.alloc(64)]);
    const overstated = Buffer.from(good);
    overstated.writeUInt32BE(61);
    const huge = Buffer.from(good);
    huge.writeUInt32BE(0xffff_ffff);
    for (const padded of [dirty, tooLong, overstated, huge, Buffer.alloc(0), Buffer.alloc(3)]) {
      expect(() => open(key, place, referenceSeal(named, padded, nonce))).toThrow(DecryptionError);
    }
  });

  it("fails with words that say nothing of why", () => {
    const box = seal(key, place, json);
    const failures = [
      () => open(key, { ...place, rev: 8 }, box),
      () => open(key, place, box.subarray(1)),
      () => open(dataKey(3, randomBytes(32)), place, box),
    ].map((attempt) => {
      try {
        attempt();
        return "opened";
      } catch (error) {
        return String(error);
      }
    });
    expect(new Set(failures)).toEqual(new Set(["DecryptionError: decryption failed"]));
  });
});

describe("the committed vectors", () => {
  interface Vector {
    name: string;
    dek: string;
    version: number;
    table: string;
    box: string;
    ownerId: string;
    rowId: string;
    rev: number;
    text: string;
    sealed: string;
  }
  const vectors = JSON.parse(
    readFileSync(new URL("./box.vectors.json", import.meta.url), "utf8"),
  ) as Vector[];

  it.each(vectors.map((vector) => [vector.name, vector] as const))("%s", (_, vector) => {
    const hex = (text: string) => Buffer.from(text, "hex");
    const where: Place = { ...vector, ownerId: hex(vector.ownerId), rowId: hex(vector.rowId) };
    const opened = open(dataKey(vector.version, hex(vector.dek)), where, hex(vector.sealed));
    expect(opened.toString("utf8")).toBe(vector.text);
  });
});
