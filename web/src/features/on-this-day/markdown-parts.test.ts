/** @jest-environment node */
import { describe, expect, it } from "@jest/globals";
import { partsOf } from "./markdown-parts.ts";

const read = (text: string) =>
  partsOf(text)
    .map((part) => part.text)
    .join("");
const lookOf = (text: string, words: string) =>
  partsOf(text).find((part) => part.text === words)?.look;

describe("Markdown that is read", () => {
  it.each([
    ["**Went well:** three *long* walks", "Went well: three long walks"],
    ["## Heading\n\nText", "Heading\n\nText"],
    ["> a quote", "a quote"],
    ["- bread\n- `milk`", "– bread\n– milk"],
    ["2. two", "2. two"],
    ["*first* word", "first word"],
    ["5 * 3 - 2 and a snake_case_word", "5 * 3 - 2 and a snake_case_word"],
    ["<b>HTML</b> stays as it was typed", "<b>HTML</b> stays as it was typed"],
    ["", ""],
  ])("%j reads %j", (text, words) => {
    expect(read(text)).toBe(words);
  });

  it("is set by its signs", () => {
    expect(lookOf("a **b** *c*", "b")).toContain("font-semibold");
    expect(lookOf("a **b** *c*", "c")).toContain("italic");
    expect(lookOf("# H", "H")).toContain("font-semibold");
    expect(lookOf("a **b** *c*", "a ")).toBe("");
  });
});
