import { describe, expect, it } from "@jest/globals";
import { addDays, daysBetween } from "../../lib/day.ts";
import { Category } from "./contract.ts";
import { promptOf, promptsIn } from "./prompts.ts";

const USER = "7a0f5b0e-3f57-4c39-9a7c-0f1c2b3d4e5f";
const ask = (fields: Partial<Parameters<typeof promptOf>[0]> = {}) =>
  promptOf({ userId: USER, locale: "en", day: "2026-11-21", skip: 0, ...fields });

describe.each(["en", "de-CH"])("prompts in %s", (locale) => {
  const all = promptsIn(locale);

  it("are more than a year has days, each once, none longer than a line or two", () => {
    expect(all.length).toBeGreaterThanOrEqual(366);
    const texts = all.map(({ text }) => text.trim().toLowerCase());
    expect(new Set(texts).size).toBe(all.length);
    for (const { text } of all) expect(text).toMatch(/^(?=.{15,120}$)\S.*\S[.?]$/u);
  });

  it("are of every category, in which there is something for weeks", () => {
    for (const category of Category.options) {
      expect(all.filter((prompt) => prompt.category === category).length).toBeGreaterThan(20);
    }
  });
});

describe("the prompt of the day", () => {
  it("comes once until all have come, for a year and over its turn", () => {
    const days = daysBetween("2026-06-01", addDays("2026-06-01", promptsIn("en").length - 1));
    expect(new Set(days.map((day) => ask({ day }).id)).size).toBe(days.length);
    const money = daysBetween("1969-12-20", "1970-01-13").map((day) =>
      ask({ day, category: "money" }),
    );
    expect(new Set(money.map(({ id }) => id)).size).toBe(25);
    expect(money.every(({ category }) => category === "money")).toBe(true);
  });

  it("has a text in every language", () => {
    expect(promptsIn("de").map(({ id }) => id)).toEqual(promptsIn("en").map(({ id }) => id));
  });

  it("is the same all day and in every language, and another for somebody else", () => {
    expect(ask()).toEqual(ask());
    expect(ask({ locale: "de" }).id).toBe(ask().id);
    expect(ask({ locale: "xx" })).toEqual(ask());
    const others = Array.from({ length: 20 }, (_, i) => ask({ userId: `${USER}${i}` }).id);
    expect(new Set(others).size).toBeGreaterThan(10);
  });

  it("can be passed over", () => {
    const shown = Array.from({ length: 10 }, (_, skip) => ask({ skip }).id);
    expect(new Set(shown).size).toBe(10);
    expect(ask({ skip: 1 })).toEqual(ask({ day: "2026-11-22" }));
  });
});
