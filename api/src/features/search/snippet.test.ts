import { describe, expect, it } from "@jest/globals";
import { pace } from "../../vault/pace.ts";
import { needleOf } from "./needle.ts";
import { parseQuery } from "./query.ts";
import { snippetOf } from "./snippet.ts";

const needlesOf = (q: string) => parseQuery(q).groups.flat().map(needleOf);
const MIB = 2 ** 20;

describe("attack: a text that is full of what is looked for", () => {
  it.each([
    ["one word, again and again", "a ", "a OR a OR a OR a OR a OR a OR a OR a OR a OR a OR zz"],
    ["in ways that differ", "a ", 'a OR "a" OR a~ OR "a a" OR "a a a" OR "a a a a" OR zz'],
    ["beginnings of each other", "aaaaaaaaaa ", "a OR aa OR aaa OR aaaa OR aaaaa OR aaaaaa zz"],
    ["without spaces", "雨", "雨 OR 雨雨 OR 雨雨雨 OR 雨雨雨雨 zz"],
    ["halves of flags", "🇩", "🇩 OR 🇩🇩 OR 🇩🇩🇩 zz"],
    ["what becomes longer", "\ufdfa", "صلى OR الله OR عليه OR وسلم zz"],
  ])("%s: is answered, and others have their turns", async (_name, part, q) => {
    const text = part.repeat(MIB / part.length);
    let turns = 0;
    const paced = pace();
    const turn = () => {
      turns++;
      return paced();
    };
    const needles = needlesOf(q);
    const pieces = await snippetOf([text, text, text], needles, turn);
    expect(text).toContain(pieces.map((piece) => piece.text).join(""));
    expect(pieces.some(({ match }) => match)).toBe(true);
    // No piece and no needle without one; and not as many pieces as there are.
    expect(turns).toBeGreaterThan(needles.length);
    expect(turns).toBeLessThanOrEqual(32 * (needles.length + 1));
  });

  it("what is further behind is found where little of it stands before", async () => {
    const text = `rain ${"word ".repeat(30_000)} rain ${"word ".repeat(30_000)} rain and snow`;
    const pieces = await snippetOf([text], needlesOf("snow rain rain"), pace());
    const found = pieces.filter(({ match }) => match).map((piece) => piece.text);
    expect(found).toEqual(["rain", "snow"]);
  });

  it("a phrase is found wherever it stands in a long text", async () => {
    for (let before = 4050; before < 4110; before++) {
      const text = `${"x".repeat(before % 7)} ${"word ".repeat(before / 5)}${"y".repeat(before % 5)} long walk${" word".repeat(900)}`;
      const pieces = await snippetOf([text], needlesOf('"long walk"'), pace());
      expect(pieces.filter(({ match }) => match)).toEqual([{ text: "long walk", match: true }]);
    }
  });

  it("the first of several that are as good is shown, and of one word no more than a window", async () => {
    const pieces = await snippetOf(
      [`${"word ".repeat(100)}rain one ${"word ".repeat(100)}rain two ${"word ".repeat(100)}`],
      needlesOf("rain OR snow"),
      pace(),
    );
    expect(pieces.map((piece) => piece.text).join("")).toContain("rain one");
    const full = await snippetOf(["a ".repeat(MIB / 2)], needlesOf("a"), pace());
    expect(full.map((piece) => piece.text).join("").length).toBeLessThanOrEqual(161);
  });
});
