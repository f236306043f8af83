/** @jest-environment node */
import { describe, expect, it } from "@jest/globals";
import { countDays, type HabitMark, type HabitRhythm, habitDay, scopeOf } from "./habit-year.ts";

const scope = { since: "2026-11-02", until: "2026-11-20" };
const daily: HabitRhythm = { goal: { type: "yes_no" }, schedule: { type: "daily" } };
const mark = (fields: Partial<HabitMark> = {}): HabitMark => ({
  day: "2026-11-10",
  state: "done",
  value: null,
  ...fields,
});

describe("a day of a habit", () => {
  it("is what was noted of it", () => {
    expect(habitDay(daily, "2026-11-10", mark(), scope)).toBe("done");
    expect(habitDay(daily, "2026-11-10", mark({ state: "skipped" }), scope)).toBe("skipped");
    // Also before the habit was made.
    expect(habitDay(daily, "2026-10-10", mark(), scope)).toBe("done");
  });

  it("falls short of a goal, and a check without an amount is taken at its word", () => {
    const goal = (type: "at_least" | "at_most"): HabitRhythm => ({
      goal: { type, value: 6, unit: "glasses" },
      schedule: { type: "daily" },
    });
    const kind = (type: "at_least" | "at_most", value: number | null) =>
      habitDay(goal(type), "2026-11-10", mark({ value }), scope);
    expect([5, 6, 7, null].map((value) => kind("at_least", value))).toEqual([
      "short",
      "done",
      "done",
      "done",
    ]);
    expect([5, 6, 7].map((value) => kind("at_most", value))).toEqual(["done", "done", "short"]);
  });

  it("is missed when it was due, is over, and is not before the habit", () => {
    const kinds = ["2026-11-01", "2026-11-02", "2026-11-19", "2026-11-20", "2026-11-21"].map(
      (day) => habitDay(daily, day, undefined, scope),
    );
    expect(kinds).toEqual(["open", "missed", "missed", "open", "open"]);
  });

  it("is due on the weekdays it names, 7 being Sunday", () => {
    const sundays: HabitRhythm = { ...daily, schedule: { type: "weekdays", days: [7] } };
    expect(habitDay(sundays, "2026-11-08", undefined, scope)).toBe("missed");
    expect(habitDay(sundays, "2026-11-09", undefined, scope)).toBe("open");
  });

  it("of one done so many times a week is never missed", () => {
    const twice: HabitRhythm = { ...daily, schedule: { type: "per_week", times: 2 } };
    expect(habitDay(twice, "2026-11-10", undefined, scope)).toBe("open");
  });

  it("can be missed from its first check, or from when it was made, until today or its last check", () => {
    const marks = [mark({ day: "2026-11-10" }), mark({ day: "2026-11-04" })];
    const made = { today: "2026-11-20", isArchived: false };
    expect(scopeOf(marks, { ...made, madeOn: "2026-11-20" })).toEqual({
      since: "2026-11-04",
      until: "2026-11-20",
    });
    expect(scopeOf(marks, { ...made, madeOn: "2026-11-01" }).since).toBe("2026-11-01");
    expect(scopeOf(marks, { ...made, madeOn: "2026-11-01", isArchived: true }).until).toBe(
      "2026-11-10",
    );
    expect(scopeOf([], { ...made, madeOn: "2026-11-01", isArchived: true })).toEqual({
      since: "2026-11-01",
      until: "2026-11-01",
    });
  });

  it("counts once, both ends included", () => {
    const kindOf = (day: string) => habitDay(daily, day, undefined, scope);
    expect(countDays("2026-11-01", "2026-11-30", kindOf)).toEqual({
      done: 0,
      short: 0,
      skipped: 0,
      missed: 18,
      open: 12,
    });
  });
});
