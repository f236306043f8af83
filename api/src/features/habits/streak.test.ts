import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { addDays, daysBetween } from "../../lib/day.ts";
import { isDue, isMet, streakOf, type Checked, type Rhythm } from "./streak.ts";

const today = "2026-11-21"; // a Saturday
const daily: Rhythm = { goal: { type: "yes_no" }, schedule: { type: "daily" } };
const weekdays = (...days: number[]): Rhythm => ({
  ...daily,
  schedule: { type: "weekdays", days },
});
const perWeek = (times: number): Rhythm => ({ ...daily, schedule: { type: "per_week", times } });

/** Checks from a line of letters that ends today: x done, s skipped, anything else nothing. */
const line = (letters: string): Checked[] =>
  Array.from(letters).flatMap((letter, i): Checked[] => {
    const day = addDays(today, i - letters.length + 1);
    if (letter === "x") return [{ day, state: "done", value: null }];
    return letter === "s" ? [{ day, state: "skipped", value: null }] : [];
  });

describe("a streak of a habit of every day", () => {
  it.each([
    ["", 0, 0],
    ["x", 1, 1],
    ["xxx", 3, 3],
    ["xxx.", 3, 3],
    ["xxx..", 0, 3],
    ["xx.xx", 2, 2],
    ["xxxx.xx", 2, 4],
    ["xxsxx", 4, 4],
    ["xxs", 2, 2],
    ["xxss.", 2, 2],
    ["xx.s", 0, 2],
    ["sss", 0, 0],
    ["x.x.x", 1, 1],
  ])("of %j is %d, and was %d at most", (letters, current, longest) => {
    expect(streakOf(daily, line(letters), today)).toMatchObject({ unit: "days", current, longest });
  });

  it("goes on over the end of a year and a leap day", () => {
    const checks = daysBetween("2023-12-30", "2024-03-02").map((day) => ({
      day,
      state: "done" as const,
      value: null,
    }));
    expect(streakOf(daily, checks, "2024-03-02").current).toBe(64);
  });

  it("grows when a day is checked afterwards, whatever the order", () => {
    const checks = line("xx.xx");
    const late = { day: addDays(today, -2), state: "done" as const, value: null };
    expect(streakOf(daily, [late, ...checks], today).current).toBe(5);
    expect(streakOf(daily, [...checks, late], today).current).toBe(5);
  });

  it("does not count days that have not come, until they have", () => {
    const checks = [...line("xx"), { day: addDays(today, 1), state: "done" as const, value: null }];
    expect(streakOf(daily, checks, today)).toMatchObject({ current: 2, lastDone: today });
    expect(streakOf(daily, checks, addDays(today, 1)).current).toBe(3);
  });
});

describe("a streak of a habit of some days of the week", () => {
  // Monday, Wednesday, Friday: the last Friday was yesterday.
  it.each([
    ["x...", [1, 3, 5], 0],
    ["x.x.", [3, 5], 2],
    ["x....x.x.", [1, 3, 5], 2],
    ["x.x....x.", [5], 2],
  ])("of %j on %j is %d", (letters, days, current) => {
    expect(streakOf(weekdays(...days), line(letters), today).current).toBe(current);
  });

  it("passes over days on which it is not due", () => {
    const done = ["2026-11-16", "2026-11-18", "2026-11-20"];
    const checks = done.map((day) => ({ day, state: "done" as const, value: null }));
    expect(streakOf(weekdays(1, 3, 5), checks, today)).toMatchObject({ current: 3, longest: 3 });
    expect(streakOf(weekdays(1, 2, 3, 5), checks, today)).toMatchObject({ current: 2 });
  });

  it("is not broken by a due day that is today", () => {
    const checks = [{ day: "2026-11-14", state: "done" as const, value: null }];
    expect(streakOf(weekdays(6), checks, today).current).toBe(1);
    expect(streakOf(weekdays(6), checks, addDays(today, 1)).current).toBe(0);
  });
});

describe("a streak of a habit of so many times a week", () => {
  // Weeks from Monday: the last six letters are this week's, up to Saturday.
  it.each([
    ["xxx....xxx...", 3, 2],
    ["xxx....xx....", 3, 1],
    ["xx.....xxx...", 3, 1],
    ["xxs....xxx...", 3, 1],
    ["xxx....xx.....xxx...", 3, 1],
    ["xxx....xxs....xxx...", 3, 2],
  ])("of %j at %d times is %d weeks", (letters, times, current) => {
    expect(streakOf(perWeek(times), line(letters), today)).toMatchObject({
      unit: "weeks",
      current,
    });
  });
});

describe("a goal", () => {
  it.each([
    [{ type: "yes_no" }, null, true],
    [{ type: "at_least", value: 8, unit: "glasses" }, 8, true],
    [{ type: "at_least", value: 8, unit: "glasses" }, 7.9, false],
    [{ type: "at_least", value: 8, unit: "glasses" }, null, true],
    [{ type: "at_most", value: 2, unit: "coffees" }, 2, true],
    [{ type: "at_most", value: 2, unit: "coffees" }, 3, false],
    [{ type: "at_most", value: 0, unit: "cigarettes" }, 0, true],
  ] as const)("of %j is met by %p: %p", (goal, value, met) => {
    expect(isMet(goal, { day: today, state: "done", value })).toBe(met);
    expect(isMet(goal, { day: today, state: "skipped", value })).toBe(false);
  });

  it("that is not met breaks a streak", () => {
    const water = { ...daily, goal: { type: "at_least", value: 8, unit: "glasses" } } as const;
    const checks = [8, 9, 3, 10].map((value, i) => ({
      day: addDays(today, i - 3),
      state: "done" as const,
      value,
    }));
    expect(streakOf(water, checks, today)).toMatchObject({ current: 1, longest: 2 });
  });
});

it("a habit of so many times a week is due on any day", () => {
  expect(isDue({ type: "per_week", times: 1 }, today)).toBe(true);
  expect(isDue({ type: "weekdays", days: [6] }, today)).toBe(true);
  expect(isDue({ type: "weekdays", days: [7] }, today)).toBe(false);
});

describe("strength", () => {
  const strength = (letters: string, rhythm = daily) =>
    streakOf(rhythm, line(letters), today).strength;

  it("rises to half within 13 days, and towards 100", () => {
    expect(strength("x".repeat(13))).toBe(50);
    expect(strength("x".repeat(26))).toBe(75);
    expect(strength("x".repeat(200))).toBe(100);
  });

  it("loses little by one day that was missed, and nothing by one that was skipped", () => {
    const whole = strength("x".repeat(60));
    expect(strength(`${"x".repeat(60)}.x`)).toBeGreaterThan(whole - 10);
    expect(strength(`${"x".repeat(60)}s`)).toBe(whole);
    expect(strength(`${"x".repeat(60)}.`)).toBe(whole);
  });
});

describe("whatever is checked", () => {
  const checks = fc
    .uniqueArray(fc.tuple(fc.integer({ min: -60, max: 5 }), fc.constantFrom("done", "skipped")), {
      selector: ([offset]) => offset,
    })
    .map((all) =>
      all.map(([offset, state]): Checked => ({ day: addDays(today, offset), state, value: null })),
    );
  const rhythms = fc.constantFrom(daily, weekdays(1, 4), weekdays(6, 7), perWeek(2), perWeek(7));

  it("no streak is longer than the longest, and strength is from 0 to 100", () => {
    fc.assert(
      fc.property(rhythms, checks, (rhythm, some) => {
        const { current, longest, strength } = streakOf(rhythm, some, today);
        expect(current).toBeLessThanOrEqual(longest);
        expect(strength).toBeGreaterThanOrEqual(0);
        expect(strength).toBeLessThanOrEqual(100);
      }),
    );
  });

  it("the order of the checks is nothing to it", () => {
    fc.assert(
      fc.property(rhythms, checks, (rhythm, some) => {
        expect(streakOf(rhythm, some.toReversed(), today)).toEqual(streakOf(rhythm, some, today));
      }),
    );
  });

  it("one more day done never makes a streak of days shorter", () => {
    fc.assert(
      fc.property(checks, fc.integer({ min: -60, max: 0 }), (some, offset) => {
        const day = addDays(today, offset);
        const more = [
          ...some.filter((check) => check.day !== day),
          { day, state: "done" as const, value: null },
        ];
        expect(streakOf(daily, more, today).current).toBeGreaterThanOrEqual(
          streakOf(daily, some, today).current,
        );
      }),
    );
  });
});
