import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { parseQuery, QueryError, type Query, type Term } from "./query.ts";

const said = ({ tokens, mode }: Term) =>
  `${tokens.map(({ text }) => text).join(" ")}${{ prefix: "*", whole: "", fuzzy: "~", near: "~~" }[mode]}`;
const shown = ({ groups, excluded }: Query) => [
  ...groups.map((group) => group.map(said).join("|")),
  ...excluded.map((term) => `-${said(term)}`),
];

describe("a query", () => {
  it.each<[string, string[]]>([
    ["rain", ["rain*"]],
    ["  Rain   SNOW ", ["rain*", "snow*"]],
    ["rain OR snow walk", ["rain*|snow*", "walk*"]],
    ["rain OR snow OR hail", ["rain*|snow*|hail*"]],
    ["rain or snow", ["rain*", "or*", "snow*"]],
    ["OR rain OR", ["rain*"]],
    ["rain -snow", ["rain*", "-snow"]],
    ['rain -"long walk"', ["rain*", "-long walk"]],
    ["rain OR -snow walk", ["rain*", "walk*", "-snow"]],
    ['"a long walk"', ["a long walk"]],
    ['walk "in the rain', ["walk*", "in the rain"]],
    ["“long walk” rain", ["long walk", "rain*"]],
    ['"rain"', ["rain"]],
    ['"long walk"rain', ["long walk", "rain*"]],
    ["rian~ snwo~2", ["rian~", "snwo~"]],
    ["well-being don't", ["well being*", "don t*"]],
    ["- -- ~ rain", ["rain*"]],
    ["rain Rain ráin", ["rain*"]],
    ["rain OR RAIN OR snow rain OR snow", ["rain*|snow*"]],
    ['rain OR rain~ "rain" -hail -Hail', ["rain*|rain~", "rain", "-hail"]],
    ["我的iPhone", ["我的 iphone*"]],
    ["雨~ 👍🏽", ["雨*", "👍*"]],
  ])("%s", (text, expected) => {
    expect(shown(parseQuery(text))).toEqual(expected);
  });

  it.each([
    ["", "a word to look for"],
    ["   ", "a word to look for"],
    [". , !", "a word to look for"],
    ['""', "a word to look for"],
    ["OR", "a word to look for"],
    ["-rain", "beside those to leave out"],
    ["a".repeat(201), "at most 200 characters"],
    ["a ".repeat(17), "at most 16 words"],
  ])("%j is refused, and the error says what to do", (text, message) => {
    expect(() => parseQuery(text)).toThrow(QueryError);
    expect(() => parseQuery(text)).toThrow(message);
  });

  it("counts characters, not halves of them", () => {
    expect(shown(parseQuery("🌧".repeat(200)))).toEqual([`${"🌧".repeat(200)}*`]);
  });

  it("is read or refused, whatever it is", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 250 }), (text) => {
        try {
          const { groups } = parseQuery(text);
          expect(groups.flat().length).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toBeInstanceOf(QueryError);
        }
      }),
    );
  });
});
