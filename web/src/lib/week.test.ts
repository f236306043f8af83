/** @jest-environment node */
import { describe, expect, it } from "@jest/globals";
import { addDays, weekdayOf } from "./day.ts";
import { addWeeks, isWeek, mondayOf, weekOf } from "./week.ts";

describe("the week of a day", () => {
  it.each([
    ["2026-11-22", "2026-W47"], // a Sunday
    ["2026-11-23", "2026-W48"],
    ["2024-12-30", "2025-W01"],
    ["2021-01-03", "2020-W53"],
    ["2026-12-31", "2026-W53"],
    ["2027-01-03", "2026-W53"],
    ["2027-01-04", "2027-W01"],
    ["2000-01-01", "1999-W52"],
    ["0099-06-15", "0099-W25"],
  ])("%s is %s", (day, week) => {
    expect(weekOf(day)).toBe(week);
  });

  it("is the same from its Monday to its Sunday, over all years of a calendar's cycle", () => {
    for (let monday = "1999-01-04"; monday < "2028-01-01"; monday = addDays(monday, 7)) {
      const week = weekOf(monday);
      expect(weekdayOf(monday)).toBe(1);
      expect(mondayOf(week)).toBe(monday);
      expect(weekOf(addDays(monday, 6))).toBe(week);
      expect(addWeeks(week, 1)).toBe(weekOf(addDays(monday, 7)));
      expect(addWeeks(addWeeks(week, 60), -60)).toBe(week);
    }
  });
});

describe("what a week is written as", () => {
  it.each(["2026-W47", "2026-W53", "2020-W53", "0001-W02", "9999-W51"])("can be %s", (text) => {
    expect(isWeek(text)).toBe(true);
  });

  it.each(["2025-W53", "2026-W00", "2026-W54", "2026-47", "26-W47", "2026-W5", "", "0000-W10"])(
    "cannot be %j",
    (text) => {
      expect(isWeek(text)).toBe(false);
    },
  );
});
