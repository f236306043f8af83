import { describe, expect, it } from "@jest/globals";
import { aroundChanges, diffOf } from "./text-diff.ts";

const brief = (before: string, after: string, patienceMs?: number) =>
  diffOf(before, after, patienceMs).map(
    ({ is, text }) => `${{ same: "=", removed: "-", added: "+" }[is]}${text}`,
  );

describe("the difference of two texts", () => {
  it("goes by words", () => {
    expect(brief("A grey morning.", "A bright morning.")).toEqual([
      "=A ",
      "-grey",
      "+bright",
      "= morning.",
    ]);
  });

  it("makes one change of words that changed one after the other", () => {
    expect(brief("It was grey and cold.", "It was bright but warm.")).toEqual([
      "=It was ",
      "-grey and cold",
      "+bright but warm",
      "=.",
    ]);
  });

  it("sees spaces, tabs and ends of lines", () => {
    expect(brief("a b", "a\tb")).toEqual(["=a", "- ", "+\t", "=b"]);
    expect(brief("a\r\nb", "a\nb")).not.toEqual(brief("a\nb", "a\nb"));
  });

  it("is nothing, or everything", () => {
    expect(brief("", "")).toEqual([]);
    expect(brief("same", "same")).toEqual(["=same"]);
    expect(brief("", "new")).toEqual(["+new"]);
    expect(brief("old", "")).toEqual(["-old"]);
  });

  it.each([
    ["one two three", "three two one"],
    ["👩🏽‍🚀 flies", "👩🏼‍🚀 flies"],
    ["שלום עולם", "שלום לכולם"],
    ["日本語の文章", "日本語の文"],
    ["  indented\n\n\ntext  ", "indented\ntext"],
  ])("loses no letter of either: %j", (before, after) => {
    const pieces = diffOf(before, after);
    const without = (left: string) =>
      pieces
        .filter(({ is }) => is !== left)
        .map(({ text }) => text)
        .join("");
    expect(without("added")).toBe(before);
    expect(without("removed")).toBe(after);
  });

  it("is all of both where comparing takes too long", () => {
    expect(brief("a b c d", "e f g h", -1)).toEqual(["-a b c d", "+e f g h"]);
  });
});

describe("what is shown of it", () => {
  const lines = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, index) => `line ${from + index}`).join("\n");

  it("leaves out what is far from any change", () => {
    const before = `${lines(1, 20)}\nold\n${lines(21, 40)}`;
    const after = `${lines(1, 20)}\nnew\n${lines(21, 40)}`;
    const shown = aroundChanges(diffOf(before, after));
    expect(shown).toEqual([
      null,
      { is: "same", text: "line 19\nline 20\n" },
      { is: "removed", text: "old" },
      { is: "added", text: "new" },
      { is: "same", text: "\nline 21\nline 22" },
      null,
    ]);
  });

  it("is all where nothing changed", () => {
    const pieces = diffOf(lines(1, 30), lines(1, 30));
    expect(aroundChanges(pieces)).toEqual(pieces);
  });
});
