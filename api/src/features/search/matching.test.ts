import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { pace } from "../../vault/pace.ts";
import { folded } from "./fold.ts";
import { findMatches, loosened } from "./matching.ts";
import { needleOfWord } from "./needle.ts";
import { parseQuery } from "./query.ts";
import { Segment } from "./segment.ts";
import { snippetOf } from "./snippet.ts";

/** Texts in memory, without a vault. */

const turn = pace();
const about = { kind: "entries", rev: 1, day: null, tags: [], pillarIds: [] } as const;

function segmentOf(texts: readonly string[]): Segment {
  const segment = new Segment();
  for (const [id, text] of texts.entries()) segment.add({ ...about, id: String(id) }, "", [text]);
  return segment;
}
async function matches(texts: readonly string[], q: string) {
  const query = parseQuery(q);
  const found = await findMatches([segmentOf(texts)], query, () => true, turn);
  const looser = loosened(query, found);
  return looser === null ? found : findMatches([segmentOf(texts)], looser, () => true, turn);
}
const idsOf = async (texts: readonly string[], q: string) =>
  (await matches(texts, q)).found.map(({ doc }) => Number(doc.id));
const snippet = async (text: string, q: string) =>
  snippetOf([text], (await matches([text], q)).needles, turn);
const shown = async (text: string, q: string) =>
  (await snippet(text, q)).map((piece) => (piece.match ? `[${piece.text}]` : piece.text)).join("");

const word = fc.stringMatching(/^[a-zé]{1,9}$/);
const alphabet = fc.constantFrom(
  ...Array.from("abcñé ßİ  我的雨が👍🏽❤️\u0301\n.-"),
  "👨‍👩‍👧",
  "ﬁ",
  "ที่",
  "한",
);
const anyText = fc.array(alphabet, { maxLength: 60 }).map((parts) => parts.join(""));

describe("what is found", () => {
  it.each<[string, string, string[], number[]]>([
    ["by the beginning of a word", "rai", ["the rain", "a train", "Raisin"], [0, 2]],
    [
      "all words, wherever they stand",
      "walk rain",
      ["rain, a walk", "rain", "walks; rain"],
      [0, 2],
    ],
    ["either", "rain OR snow", ["rain", "snow", "hail"], [0, 1]],
    ["without", "rain -snow", ["rain snow", "rain", "rain snowed"], [1, 2]],
    ["a phrase", '"long walk"', ["a long walk", "long walks", "walk long", "long, walk!"], [0, 3]],
    ["not over the end of a field", '"end begin"', ["end", "end. begin"], [1]],
    ["accents or none", "creme", ["Crème", "cre me"], [0]],
    ["Chinese anywhere", "雨在", ["今天下雨在家", "雨 在"], [0]],
    ["Japanese anywhere", "読書", ["昨日は読書をした", "読んだ書"], [0]],
    ["Thai anywhere", "รักแม่", ["ฉันรักแม่มาก", "รัก"], [0]],
    ["Korean by its beginning", "하", ["한국", "국한"], [0]],
    ["emoji, whatever is joined to them", "👍", ["👍🏽 good", "thumb"], [0]],
    ["a heart with and without its selector", "❤️", ["I ❤ it", "I ❤️ it", "heart"], [0, 1]],
    ["one of a family", "👩", ["the 👨‍👩‍👧", "👨"], [0]],
    ["misspelt", "brekfast~", ["at breakfast", "fast"], [0]],
    ["two letters swapped", "brian~", ["my brain", "Brian", "bran"], [0, 1, 2]],
    ["a word that is nowhere, as if it were misspelt", "brekfast", ["at breakfast"], [0]],
    ["no word of three letters that way", "brk", ["bro"], []],
    ["words by one mistake, long ones by two", "mornig~ restarant~", ["morning restaurants"], [0]],
  ])("%s", async (_name, q, texts, ids) => {
    expect(await idsOf(texts, q)).toEqual(ids);
  });

  it("is in texts what a slow look finds in them", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(word, { maxLength: 12 }), { maxLength: 6 }),
        word,
        async (texts, q) => {
          const found = await findMatches(
            [segmentOf(texts.map((words) => words.join(" ")))],
            parseQuery(q),
            () => true,
            turn,
          );
          const slow = texts.flatMap((words, i) =>
            words.some((one) => folded(one).startsWith(folded(q))) ? [String(i)] : [],
          );
          expect(found.found.map(({ doc }) => doc.id)).toEqual(slow);
        },
      ),
    );
  });

  it("is not less for a word that may be misspelt", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyText, { maxLength: 6 }), word, async (texts, q) => {
        const exact = await findMatches([segmentOf(texts)], parseQuery(q), () => true, turn);
        const fuzzy = await idsOf(texts, `${q}~`);
        expect(fuzzy).toEqual(expect.arrayContaining(exact.found.map(({ doc }) => Number(doc.id))));
      }),
    );
  });

  it("fits better whole than begun, in a title than in a text, twice than once, and misspelt least", async () => {
    const segment = new Segment();
    const texts = ["rain", "rainy", "rain and rain", "train", "rein"];
    for (const [id, text] of texts.entries()) segment.add({ ...about, id: String(id) }, "", [text]);
    segment.add({ ...about, id: "titled" }, "rain", []);
    const { found } = await findMatches([segment], parseQuery("rain~"), () => true, turn);
    const order = found.toSorted((a, b) => (b.fits[0] ?? 0) - (a.fits[0] ?? 0));
    expect(order.map(({ doc }) => doc.id)).toEqual(["titled", "2", "0", "1", "3", "4"]);
  });
});

describe("a segment", () => {
  it("wipes what is removed, and keeps the rest where it moves", () => {
    const segment = segmentOf(["rain one", "rain two", "rain three"]);
    const [first, second] = segment.docs;
    for (const doc of [first, second]) if (doc !== undefined) segment.remove(doc);
    const fits = (of: Segment) => {
      const found = new Float32Array(of.docs.length);
      of.find(needleOfWord("rain"), 1, found);
      return [...found];
    };
    expect(fits(segment)).toEqual([0, 0, 1]);
    expect(segment.isSparse).toBe(true);
    const rest = new Segment();
    expect(rest.adopt(segment)).toMatchObject([{ id: "2", segment: rest, isGone: false }]);
    expect(fits(rest)).toEqual([1]);
    expect(segment.docs).toEqual([]);
  });

  it("finds what is misspelt after it was trimmed, added to, and moved", async () => {
    const segment = segmentOf(["breakfast"]);
    const found = async (of: Segment) => {
      const { found: all } = await findMatches([of], parseQuery("brekfast~"), () => true, turn);
      return all.length;
    };
    expect(await found(segment)).toBe(1);
    segment.trim();
    expect(await found(segment)).toBe(1);
    segment.add({ ...about, id: "2" }, "", ["breakfasts", "breakfast"]);
    expect(await found(segment)).toBe(2);
    const rest = new Segment();
    rest.adopt(segment);
    expect(await found(rest)).toBe(2);
  });
});

describe("a snippet", () => {
  it.each([
    ["shows a beginning", "It rained all day", "rai", "It [rai]ned all day"],
    [
      "keeps the text as it is written",
      "Ein Café,\n**kalt**",
      "cafe kalt",
      "Ein [Café],\n**[kalt]**",
    ],
    ["shows a phrase as one", "a long — long, walk", '"long walk"', "a long — [long, walk]"],
    ["does not cut what is joined", "so 👨‍👩‍👧 and ❤️!", "👩 ❤", "so [👨‍👩‍👧] and [❤️]!"],
    ["joins what overlaps", "雨雨雨", "雨雨", "[雨雨雨]"],
    ["shows what was misspelt", "at breakfast", "brekfast~", "at [breakfast]"],
    ["shows İ whole", "İstanbul", "istan", "[İstan]bul"],
  ])("%s", async (_name, text, q, expected) => {
    expect(await shown(text, q)).toBe(expected);
  });

  it("is about 160 characters around where most stands together", async () => {
    const text = `${"rain ".repeat(100)}${"word ".repeat(200)}rain and snow ${"word ".repeat(200)}`;
    const pieces = await snippet(text, "rain snow");
    const whole = pieces.map((piece) => piece.text).join("");
    expect(text).toContain(whole);
    expect(whole.length).toBeGreaterThan(120);
    expect(whole.length).toBeLessThanOrEqual(161);
    expect(pieces.filter(({ match }) => match).map((piece) => piece.text)).toEqual([
      "rain",
      "snow",
    ]);
  });

  it("is the beginning of a text in which there is nothing of it, and finds it far behind in a long one", async () => {
    const needles = [needleOfWord("rain")];
    expect(await snippetOf(["", " \n", "Nothing here"], needles, turn)).toEqual([
      { text: "Nothing here", match: false },
    ]);
    expect(await snippetOf([], needles, turn)).toEqual([]);
    for (const filler of ["word ", "雨"]) {
      const far = await snippetOf([`${filler.repeat(30_000)} rain`], needles, turn);
      expect(far.at(-1)).toEqual({ text: "rain", match: true });
    }
  });

  it("is a part of a text, cut where graphemes end, and what matches folds to what was looked for", async () => {
    const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });
    await fc.assert(
      fc.asyncProperty(
        anyText,
        anyText,
        fc.integer({ min: 0, max: 400 }),
        async (q, text, times) => {
          const long = `${"x ".repeat(times)}${text}${q}${text} ${"y ".repeat(times)}`;
          let pieces;
          try {
            pieces = await snippet(long, q);
          } catch {
            return;
          }
          const whole = pieces.map((piece) => piece.text).join("");
          const at = long.indexOf(whole);
          expect(at).toBeGreaterThanOrEqual(0);
          const bounds = new Set([...graphemes.segment(long)].map(({ index }) => index)).add(
            long.length,
          );
          const isCutWell = (from: number) => bounds.has(from) && bounds.has(from + whole.length);
          let isWell = false;
          for (let from = at; from !== -1; from = long.indexOf(whole, from + 1))
            isWell ||= isCutWell(from);
          expect(isWell).toBe(true);
          const query = parseQuery(q);
          const exact = await findMatches([segmentOf([long])], query, () => true, turn);
          // Words that are nearly what was looked for are other words.
          if (loosened(query, exact) !== null) return;
          const terms = query.groups.flat();
          for (const piece of pieces.filter(({ match }) => match)) {
            const isOne = terms.some(({ tokens }) =>
              folded(piece.text).includes(tokens.map((token) => token.text).join(" ")),
            );
            expect(isOne).toBe(true);
          }
        },
      ),
    );
  });
});
