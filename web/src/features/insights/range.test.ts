/** @jest-environment node */
import { describe, expect, it } from "@jest/globals";
import { daysIn, faultOf, rangeIn } from "./range.ts";

const TODAY = "2026-11-21";
const asked = (query: string) => rangeIn(new URLSearchParams(query), TODAY);

describe("the days that an address asks for", () => {
  it.each([
    ["", 90],
    ["days=30", 30],
    ["days=90", 90],
    ["days=365", 365],
    ["days=31", 90],
    ["from=2026-11-01", 90],
    ["from=2026-11-02&to=2026-11-01", 90],
    ["from=2025-01-01&to=2026-01-02", 90],
    ["from=2026-02-30&to=2026-03-01", 90],
  ])("by '%s' are the last %d up to today", (query, days) => {
    const range = asked(query);
    expect(range).toMatchObject({ to: TODAY, preset: days });
    expect(daysIn(range)).toBe(days);
  });

  it("may be one's own, of a leap year whole", () => {
    const range = asked("from=2024-01-01&to=2024-12-31&days=30");
    expect(range).toEqual({ from: "2024-01-01", to: "2024-12-31", preset: null });
    expect(daysIn(range)).toBe(366);
  });

  it("are refused with what is wrong of them", () => {
    expect(faultOf("2026-11-01", "")).toBe("isIncomplete");
    expect(faultOf("2026-11-02", "2026-11-01")).toBe("isReversed");
    expect(faultOf("2025-11-20", "2026-11-21")).toBe("isTooLong");
    expect(faultOf("2025-11-21", "2026-11-21")).toBeUndefined();
    expect(faultOf("2026-11-21", "2026-11-21")).toBeUndefined();
  });
});
