import { describe, expect, it } from "@jest/globals";
import { isSameSitting, recordKey } from "./versions.ts";

const now = new Date("2026-11-21T20:00:00.000Z");
const ago = (ms: number) => new Date(now.getTime() - ms).toISOString();
const minute = 60_000;

const isSame = (before: object, after: object) => isSameSitting(ago(minute), now, before, after);

describe("a state that is written over within one sitting", () => {
  it("is kept when none was kept before, whatever changed", () => {
    expect(isSameSitting(undefined, now, { text: "a" }, { text: "ab" })).toBe(false);
  });

  it.each([
    ["just now", 0, true],
    ["a moment less than ten minutes ago", 10 * minute - 1, true],
    ["ten minutes ago", 10 * minute, false],
    ["long ago", 60 * minute, false],
    ["a moment ahead, by another clock", -1000, true],
  ])("is kept once the last one is ten minutes old: %s", (_, ms, isSameNow) => {
    expect(isSameSitting(ago(ms), now, { text: "a" }, { text: "ab" })).toBe(isSameNow);
  });

  it.each<[string, string, string, boolean]>([
    ["nothing changed", "abc", "abc", true],
    ["put in at the end", "abc", "abcd", true],
    ["put in at the start", "abc", "zabc", true],
    ["put in inside", "abc", "abxxc", true],
    ["put into nothing", "", "abc", true],
    ["what is put in repeats what was there", "aba", "ababa", true],
    ["a letter doubled", "aa", "aaa", true],
    ["put in at two places", "abc", "xabxc", false],
    ["a letter gone", "abc", "ab", false],
    ["a letter gone at the start", "abc", "bc", false],
    ["a doubled letter gone", "aa", "a", false],
    ["everything gone", "abc", "", false],
    ["a letter changed", "abc", "axc", false],
    ["a letter changed, and more put in", "abc", "axcd", false],
    ["as long as before", "ab", "ba", false],
  ])("is kept when anything was taken out of a text: %s", (_, before, after, isSameText) => {
    expect(isSame({ text: before }, { text: after })).toBe(isSameText);
  });

  it.each<[string, unknown[], unknown, boolean]>([
    ["the same", ["a", "b"], ["a", "b"], true],
    ["one more", ["a"], ["b", "a"], true],
    ["another order", ["a", "b"], ["b", "a"], true],
    ["one less", ["a", "b"], ["a"], false],
    ["one replaced", ["a", "b"], ["a", "c"], false],
    ["none left", ["a"], [], false],
    ["the list itself gone", ["a"], undefined, false],
    ["no list any more", ["a"], "a", false],
    ["nothing was in it", [], undefined, true],
    ["items that are objects", [{ a: 1 }], [{ a: 1 }], true],
    ["objects that differ", [{ a: 1 }], [{ a: 2 }], false],
  ])("is kept when an item of a list is gone: %s", (_, before, after, isSameList) => {
    expect(isSame({ tags: before }, { tags: after })).toBe(isSameList);
  });

  it("is kept when a text is gone altogether, or one of several fields lost something", () => {
    expect(isSame({ text: "a" }, {})).toBe(false);
    expect(isSame({ one: "a", two: "b" }, { one: "ab", two: "" })).toBe(false);
    expect(isSame({ one: "a", tags: ["x"] }, { one: "ab", tags: [] })).toBe(false);
  });

  it("is not kept for a value that is neither text nor list, which says little of what was written", () => {
    expect(isSame({ starred: true, mood: null, n: 1 }, { starred: false, mood: "x", n: 2 })).toBe(
      true,
    );
  });
});

describe("what the states of a record are found by", () => {
  it("differs for other kinds and other records", () => {
    const keys = [recordKey("entries", "1"), recordKey("goals", "1"), recordKey("entries", "2")];
    expect(new Set(keys).size).toBe(3);
    expect(recordKey("entries", "1")).toBe("entries/1");
  });
});
