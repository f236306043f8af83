import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { addDays, daysBetween, mondayOf, weekOf } from "../../lib/day.ts";
import { isDue, isMet, streakOf, type Checked, type Rhythm, type Streak } from "./streak.ts";

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

describe("from the checks alone", () => {
  const goals = fc.constantFrom<Rhythm["goal"]>(
    { type: "yes_no" },
    { type: "at_least", value: 2, unit: "" },
    { type: "at_most", value: 1, unit: "" },
  );
  const schedules = fc.oneof(
    fc.constant<Rhythm["schedule"]>({ type: "daily" }),
    fc
      .uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 })
      .map((days): Rhythm["schedule"] => ({ type: "weekdays", days })),
    fc
      .integer({ min: 1, max: 7 })
      .map((times): Rhythm["schedule"] => ({ type: "per_week", times })),
  );
  const check = fc.record({
    back: fc.integer({ min: -5, max: 100 }),
    state: fc.constantFrom("done" as const, "done" as const, "skipped" as const),
    value: fc.constantFrom(null, 0, 1, 2, 3),
  });
  // Some with a few checks far apart, some with one on nearly every day.
  const many = fc.oneof(
    fc.uniqueArray(check, { selector: ({ back }) => back, maxLength: 12 }),
    fc.uniqueArray(check, { selector: ({ back }) => back, size: "max", maxLength: 106 }),
  );

  it("comes what comes of going through every day", () => {
    fc.assert(
      fc.property(
        goals,
        schedules,
        many,
        fc.integer({ min: 0, max: 400 }),
        (goal, schedule, some, later) => {
          const now = addDays("2025-12-01", later);
          const checks = some.map(({ back, ...rest }) => ({ day: addDays(now, -back), ...rest }));
          const rhythm = { goal, schedule };
          expect(streakOf(rhythm, checks, now)).toEqual(dayByDay(rhythm, checks, now));
        },
      ),
      { numRuns: 300 },
    );
  });

  it.each([daily, weekdays(2, 3), perWeek(1), perWeek(3)])(
    "comes what comes of every day over half-lives and years, for %j",
    (rhythm) => {
      // A half-life of thirteen days makes halves of a percent, where rounding could go either way.
      for (const [done, missed] of [
        [13, 26],
        [39, 13],
        [26, 1],
        [1, 1500],
      ] as const) {
        const checks = line(`${"x".repeat(done)}${".".repeat(missed)}${"x".repeat(done)}.`);
        expect(streakOf(rhythm, checks, today)).toEqual(dayByDay(rhythm, checks, today));
      }
    },
  );

  it.each([
    [daily, { current: 1, longest: 1, strength: 5 }],
    [weekdays(1, 6), { current: 1, longest: 1, strength: 3 }],
    [perWeek(1), { current: 1, longest: 1, strength: 2 }],
  ])(
    "the first day of the calendar is no further away than yesterday, for %j",
    (rhythm, streak) => {
      const ends = ["0001-01-01", today].map((day) => ({
        day,
        state: "done" as const,
        value: null,
      }));
      // Going through the days between would take hours.
      for (let habit = 0; habit < 5_000; habit++) {
        expect(streakOf(rhythm, ends, today)).toMatchObject(streak);
      }
    },
  );

  it("the last days of the calendar count as others do", () => {
    const last = "9999-12-31";
    const checks = daysBetween("9999-12-20", last).map((day) => ({
      day,
      state: "done" as const,
      value: null,
    }));
    expect(streakOf(daily, checks, last)).toMatchObject({ current: 12, lastDone: last });
    expect(streakOf(weekdays(5, 7), checks, last)).toMatchObject({ current: 3 });
    expect(streakOf(perWeek(4), checks, last)).toMatchObject({ current: 2 });
  });
});

/** What {@link streakOf} answers, by going through every day from the first check to today. */
function dayByDay({ goal, schedule }: Rhythm, checks: readonly Checked[], now: string): Streak {
  const past = checks.filter(({ day }) => day <= now);
  const byDay = new Map(past.map((check) => [check.day, check]));
  const met = new Set(past.filter((check) => isMet(goal, check)).map(({ day }) => day));
  const isSkipped = (day: string) => byDay.get(day)?.state === "skipped";
  const first = past.map(({ day }) => day).sort()[0] ?? now;
  const days = daysBetween(first, now).filter((day) => isDue(schedule, day));

  let [current, longest] = [0, 0];
  const outcome = (isKept: boolean, isForgiven: boolean) => {
    if (isKept) current++;
    else if (!isForgiven) current = 0;
    longest = Math.max(longest, current);
  };
  if (schedule.type === "per_week") {
    for (let monday = mondayOf(weekOf(first)); monday <= now; monday = addDays(monday, 7)) {
      const week = daysBetween(monday, addDays(monday, 6));
      const done = week.filter((day) => met.has(day)).length;
      const left = week.filter(isSkipped).length;
      outcome(done >= schedule.times, done + left >= schedule.times || week.includes(now));
    }
  } else {
    for (const day of days) outcome(met.has(day), isSkipped(day) || day === now);
  }

  const timesAWeek =
    schedule.type === "per_week"
      ? schedule.times
      : daysBetween("2026-11-16", "2026-11-22").filter((day) => isDue(schedule, day)).length;
  const keeps = 0.5 ** (Math.sqrt(timesAWeek / 7) / 13);
  let strength = 0;
  for (const day of days) {
    if (!met.has(day) && (isSkipped(day) || day === now)) continue;
    const lately = daysBetween(addDays(day, -6), day).filter((one) => met.has(one)).length;
    const share =
      schedule.type === "per_week" ? Math.min(1, lately / schedule.times) : Number(met.has(day));
    strength = strength * keeps + share * (1 - keeps);
  }
  return {
    unit: schedule.type === "per_week" ? "weeks" : "days",
    current,
    longest,
    strength: Math.round(100 * strength),
    lastDone: [...met].sort().at(-1) ?? null,
  };
}
