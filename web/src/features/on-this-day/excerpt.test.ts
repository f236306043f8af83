/** @jest-environment node */
import { describe, expect, it } from "@jest/globals";
import { excerptOf } from "./excerpt.ts";

describe("the beginning of a text", () => {
  it("is the whole of a short one", () => {
    expect(excerptOf("\n A kingfisher. \n")).toEqual({ text: "A kingfisher.", isCut: false });
  });

  it("ends with a word, and says that there is more", () => {
    const { text, isCut } = excerptOf("river ".repeat(400));
    expect(isCut).toBe(true);
    expect(text).toMatch(/^(river )+…$/);
    expect(text.length).toBeLessThanOrEqual(1_202);
  });

  it("ends between letters where there are no words", () => {
    const { text } = excerptOf("🦦".repeat(2_000));
    expect(text.isWellFormed()).toBe(true);
  });
});
