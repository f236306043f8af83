import { describe, expect, it } from "@jest/globals";
import { typedDay } from "./typed-day.ts";

const TODAY = "2026-11-22";

describe("a day that is typed", () => {
  it.each([
    ["2024-05-03", "2024-05-03"],
    [" 3 May ", "2026-05-03"],
    ["3 may 2024", "2024-05-03"],
    ["3rd May", "2026-05-03"],
    ["May 3", "2026-05-03"],
    ["May 3, 2024", "2024-05-03"],
    ["Friday 3 May 2024", "2024-05-03"],
    ["Fri, 3 May 2024", "2024-05-03"],
    ["3 Dec", "2025-12-03"],
    ["22 November", "2026-11-22"],
    ["3/5/2024", "2024-05-03"],
    ["3.5.2024", "2024-05-03"],
    ["today", "2026-11-22"],
    ["Yesterday", "2026-11-21"],
    ["29 Feb", "2024-02-29"],
  ])("in English: %j", (typed, day) => {
    expect(typedDay(typed, TODAY, "en-GB")).toBe(day);
  });

  it.each([
    ["3. Mai", "2026-05-03"],
    ["3. Mai 2024", "2024-05-03"],
    ["3.5.", "2026-05-03"],
    ["3.5.2024", "2024-05-03"],
    ["1. März", "2026-03-01"],
    ["1. marz", "2026-03-01"],
    ["Fr., 3. Mai 2024", "2024-05-03"],
    ["gestern", "2026-11-21"],
    ["vorgestern", "2026-11-20"],
  ])("in German: %j", (typed, day) => {
    expect(typedDay(typed, TODAY, "de-DE")).toBe(day);
  });

  it("takes the month first where that is how it is written", () => {
    expect(typedDay("5/3/2024", TODAY, "en-US")).toBe("2024-05-03");
    expect(typedDay("5/3/2024", TODAY, "en-GB")).toBe("2024-03-05");
  });

  it.each([
    "",
    "rain",
    "may",
    "ma 3",
    "31 April",
    "2024-02-30",
    "3 May 3",
    "walk 3 May",
    "1/2/3",
    "40 May",
  ])("is none: %j", (typed) => {
    expect(typedDay(typed, TODAY, "en-GB")).toBeNull();
  });
});
