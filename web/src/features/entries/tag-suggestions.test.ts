import { expect, it } from "@jest/globals";
import { tagsLike } from "./tag-suggestions.ts";

const USED = ["walk", "sea", "Café", "work", "seaside", "a", "b", "c"];

it.each([
  ["", [], ["walk", "sea", "Café", "work", "seaside", "a"]],
  ["wa", [], ["walk"]],
  ["cafe", [], ["Café"]],
  ["e", [], ["sea", "Café", "seaside"]],
  ["sea", [], ["seaside"]],
  ["w", ["walk"], ["work"]],
  ["none", [], []],
])("tags like %j beside %j", (typed, there, expected) => {
  expect(tagsLike(typed, USED, there)).toEqual(expected);
});
