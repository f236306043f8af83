/** @jest-environment node */
import { describe, expect, it } from "@jest/globals";
import { dayAfterKey, daysOfMonth, monthsOf } from "./year.ts";

describe("a year of days", () => {
  it.each([
    [2024, 366],
    [2026, 365],
    [1900, 365],
    [2000, 366],
    [1, 365],
    [9999, 365],
  ])("%d has %d of them, in twelve months", (year, count) => {
    const days = monthsOf(year).flatMap(daysOfMonth);
    expect(days).toHaveLength(count);
    expect(new Set(days).size).toBe(count);
    expect([days[0]?.slice(4), days.at(-1)?.slice(4)]).toEqual(["-01-01", "-12-31"]);
    expect(days.every((day) => Number(day.slice(0, 4)) === year)).toBe(true);
  });
});

describe("keys in a year of days", () => {
  const scope = { first: "2024-01-01", last: "2024-11-21", isUpright: false };

  it.each([
    ["ArrowRight", "2024-02-28", "2024-02-29"],
    ["ArrowRight", "2024-02-29", "2024-03-01"],
    ["ArrowLeft", "2024-03-01", "2024-02-29"],
    ["ArrowUp", "2024-03-31", "2024-02-29"],
    ["ArrowDown", "2024-01-31", "2024-02-29"],
    ["Home", "2024-02-14", "2024-02-01"],
    ["End", "2024-02-14", "2024-02-29"],
    ["PageDown", "2024-02-14", "2024-03-14"],
    // Not beyond the days there are.
    ["ArrowLeft", "2024-01-01", "2024-01-01"],
    ["ArrowUp", "2024-01-15", "2024-01-01"],
    ["ArrowDown", "2024-10-31", "2024-11-21"],
    ["End", "2024-11-03", "2024-11-21"],
  ])("%s leads from %s to %s", (key, from, to) => {
    expect(dayAfterKey(key, from, scope)).toBe(to);
  });

  it("lead the way that is seen where months stand beside each other", () => {
    const upright = { ...scope, isUpright: true };
    expect(dayAfterKey("ArrowDown", "2024-02-28", upright)).toBe("2024-02-29");
    expect(dayAfterKey("ArrowRight", "2024-01-31", upright)).toBe("2024-02-29");
    expect(dayAfterKey("ArrowLeft", "2024-03-31", upright)).toBe("2024-02-29");
    expect(dayAfterKey("ArrowUp", "2024-03-01", upright)).toBe("2024-02-29");
  });

  it("that mean something else lead nowhere", () => {
    expect(dayAfterKey("a", "2024-02-28", scope)).toBeUndefined();
    expect(dayAfterKey("Enter", "2024-02-28", scope)).toBeUndefined();
  });
});
