import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { folded, foldInto, newSink, tokensOf } from "./fold.ts";

describe("folding", () => {
  it.each([
    ["case", "RAIN Rain rain", "rain rain rain"],
    ["accents", "Café crème brûlée, naïve Ångström", "cafe creme brulee naive angstrom"],
    ["accents that stand by themselves", "cafe\u0301", "cafe"],
    ["sharp s, small and capital", "Straße STRAẞE strasse", "strasse strasse strasse"],
    ["sigma wherever it stands", "ΟΔΟΣ οδος", "οδοσ οδοσ"],
    ["dotted and dotless i", "İstanbul ISTANBUL ıstanbul", "istanbul istanbul istanbul"],
    ["ligatures and forms of width", "ﬁsh Ｗｉｄｅ ㎏", "fish wide kg"],
    ["punctuation and Markdown", "**well-being**, don’t!", "well being don t"],
    ["what is not seen", "soft\u00adhyphen zero\u200bwidth", "softhyphen zerowidth"],
    ["vowel points", "שָׁלוֹם مُحَمَّد محـــمد", "שלום محمد محمد"],
    [
      "Korean, composed or not",
      "한국 \u1112\u1161\u11ab\u1100\u116e\u11a8",
      "한국 한국".normalize("NFD"),
    ],
    ["Chinese beside Latin and digits", "我的iPhone，2026年。", "我的 iphone 2026 年"],
    ["kana, whose voicing tells words apart", "がく カク ｶﾞ", "がく カク ガ".normalize("NFD")],
    ["Thai and Hindi, whose marks are letters", "ที่ कि", "ที่ कि"],
    ["emoji with what is joined to them", "❤️ 👍🏽 👨‍👩‍👧rain", "❤ 👍 👨👩👧 rain"],
    ["nothing", " .,;\n", ""],
  ])("%s", (_name, text, expected) => {
    expect(folded(text)).toBe(expected);
  });

  it("tells words from what has no spaces within", () => {
    expect(tokensOf("rain 雨 🌧 한")).toMatchObject([
      { isWord: true },
      { isWord: false },
      { isWord: false },
      { isWord: true },
    ]);
  });

  it("is the same done twice, whatever the case, for every character", () => {
    for (let point = 0; point < 0x20000; point++) {
      if (point >= 0xd800 && point < 0xe000) continue;
      const character = String.fromCodePoint(point);
      const once = folded(character);
      if (folded(once) !== once || folded(character.toUpperCase().toLowerCase()) !== once) {
        throw new Error(`U+${point.toString(16)}`);
      }
    }
  });

  it("says of each byte where it comes from", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "grapheme" }), (a, b) => {
        const text = `${a} ${b}`;
        const [sink, plain, origins] = [newSink(), newSink(), [] as number[]];
        foldInto(sink, text, origins);
        foldInto(plain, text);
        expect(origins).toHaveLength(sink.length);
        expect(plain.bytes.subarray(0, plain.length)).toEqual(sink.bytes.subarray(0, sink.length));
        expect(origins).toEqual([...origins].sort((x, y) => x - y));
        for (const [at, origin] of origins.entries()) {
          const byte = sink.bytes[at] ?? 0;
          const point = text.codePointAt(origin);
          if (byte === 0x20 || point === undefined) continue;
          expect(folded(String.fromCodePoint(point))).not.toBe("");
        }
      }),
    );
  });
});
