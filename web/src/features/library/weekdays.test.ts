/** @jest-environment node */
import { describe, expect, it } from "@jest/globals";
import { listWeekdays, namedWeekdays, weekFrom } from "./weekdays.ts";

describe("days of the week", () => {
  it.each([
    [0, [7, 1, 2, 3, 4, 5, 6]],
    [1, [1, 2, 3, 4, 5, 6, 7]],
    [6, [6, 7, 1, 2, 3, 4, 5]],
  ])("from day %d on are %j", (weekStartsOn, days) => {
    expect(weekFrom(weekStartsOn)).toEqual(days);
  });

  it.each([
    [[1, 2, 3, 4, 5, 6, 7], "everyDay"],
    [[5, 4, 3, 2, 1], "workdays"],
    [[7, 6], "weekends"],
    [[1, 3], null],
    [[1], null],
  ])("%j together are %s", (days, name) => {
    expect(namedWeekdays(days)).toBe(name);
  });

  it.each([
    [[7, 1, 3], "en-GB", 1, "Mon, Wed, Sun"],
    [[7, 1, 3], "en-US", 0, "Sun, Mon, Wed"],
    [[7, 1, 3], "de", 6, "So, Mo und Mi"],
    [[2], "de", 1, "Dienstag"],
    [[2], "en-GB", 1, "Tuesday"],
  ])("%j in %s, weeks from %d on, read %s", (days, locale, weekStartsOn, text) => {
    expect(listWeekdays(days, locale, weekStartsOn)).toBe(text);
  });
});
