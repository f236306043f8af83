import { expect, it } from "@jest/globals";
import { changeBetween } from "./text-change.ts";

it.each([
  ["", "new"],
  ["old", ""],
  ["aaa", "aa"],
  ["aa", "aaaa"],
  ["one two three", "one 2 three"],
  ["👩🏽‍🚀", "👩🏼‍🚀"],
  ["line\r\nline", "line\nline"],
])("the change from %j makes %j", (before, after) => {
  const change = changeBetween(before, after);
  expect(change).not.toBeNull();
  const { from, to, insert } = change ?? { from: 0, to: 0, insert: "" };
  expect(before.slice(0, from) + insert + before.slice(to)).toBe(after);
});

it("there is none between the same texts", () => {
  expect(changeBetween("same", "same")).toBeNull();
});
