/** @jest-environment node */
import { describe, expect, it } from "@jest/globals";
import { listOf, number, oneOf, orElse, orNull, shapeOf, text, truth } from "./shapes.ts";

interface Line {
  readonly text: string;
  readonly score: number | null;
  readonly done: boolean;
  readonly state: "open" | "shut";
  readonly tags: readonly string[];
}

const readLine = shapeOf<Line>({
  text,
  score: orNull(number),
  done: orElse(truth, false),
  state: oneOf("open", "shut"),
  tags: listOf(text),
});

const line = { text: "", score: null, state: "open", tags: ["a"] };

describe("what comes from outside", () => {
  it("is read with its defaults, and without what is not known", () => {
    expect(readLine({ ...line, score: 3, more: 1 })).toEqual({ ...line, score: 3, done: false });
    expect(readLine(line)).toEqual({ ...line, done: false });
  });

  it.each([
    ["nothing", undefined],
    ["null", null],
    ["a list", [line]],
    ["a text that is missing", { ...line, text: undefined }],
    ["a text for a number", { ...line, score: "3" }],
    ["a word that is not among them", { ...line, state: "ajar" }],
    ["a list with something else in it", { ...line, tags: ["a", 1] }],
    ["no list", { ...line, tags: { 0: "a" } }],
    ["null where there is no null", { ...line, done: null }],
  ])("is not read where it is %s", (_, value) => {
    expect(readLine(value)).toBeUndefined();
  });
});
