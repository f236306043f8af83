import type { Goal, Schedule } from "../habits/contract.ts";
import { isDue, isMet, type Checked } from "../habits/streak.ts";
import { gradeOf } from "../daily-recaps/grade.ts";
import type { Measure } from "./contract.ts";
import type { DayFacts } from "./days.ts";
import { meanOf } from "./statistics.ts";

/** One measure, day by day: `values` is in the order of the days, without those of which it is not known. */
export interface Series {
  readonly measure: Measure;
  /** Whether a value is 1 for yes or 0 for no. */
  readonly isYesNo: boolean;
  readonly values: ReadonlyMap<string, number>;
}

/** How days went, by each measure of it: mood, mental state, purpose, the mean of the scores, and each pillar. */
export function outcomesOf(days: readonly DayFacts[]): Series[] {
  const series = (kind: Measure["kind"], valueOf: (day: DayFacts) => number | null): Series => ({
    measure: { kind, id: null },
    isYesNo: false,
    values: new Map(
      days.flatMap((day) => {
        const value = valueOf(day);
        return value === null ? [] : [[day.day, value] as const];
      }),
    ),
  });
  const pillars = new Map<string, Map<string, number>>();
  for (const { pillarId, day, score } of days.flatMap(({ scores }) => scores)) {
    const values = pillars.get(pillarId) ?? new Map<string, number>();
    pillars.set(pillarId, values.set(day, score));
  }
  return [
    series("mood", ({ moods }) => (moods.length === 0 ? null : meanOf(moods))),
    series("mental_state", ({ mentalState }) => mentalState),
    series("purpose", ({ purpose }) => purpose),
    series("overall", ({ scores }) => gradeOf(scores.map(({ score }) => score)).overall),
    ...[...pillars].map(([id, values]) => ({
      measure: { kind: "pillar" as const, id },
      isYesNo: false,
      values,
    })),
  ];
}

/** A habit as far as its series depends on it. */
export interface HabitFacts {
  readonly id: string;
  readonly goal: Goal;
  readonly schedule: Schedule;
  readonly archived: boolean;
  /** The day on which it was made. */
  readonly madeOn: string;
}

export type CheckFacts = Checked & { readonly habitId: string };

/**
 * What was done of a habit. With an amount for its goal it is the amount, on days that have one. Any other was done or
 * not: not done are days on which it was due, that have something written, and that are over; skipped days are neither.
 * It begins with the habit or its first check, and ends, for one that is archived, with its last.
 *
 * @param written - The days that have something written, in their order.
 * @param today - The day that it is: what is not done yet may still be.
 */
export function habitSeries(
  { id, goal, schedule, archived, madeOn }: HabitFacts,
  checks: readonly CheckFacts[],
  written: readonly string[],
  today: string,
): Series {
  const own = new Map(
    checks.filter(({ habitId }) => habitId === id).map((check) => [check.day, check]),
  );
  const measure = { kind: "habit", id } as const;
  if (goal.type !== "yes_no") {
    const amounts = [...own].flatMap(([day, { state, value }]) =>
      state === "done" && value !== null ? [[day, value] as const] : [],
    );
    return { measure, isYesNo: false, values: new Map(amounts) };
  }
  const checked = [...own.keys()].sort();
  const [first = madeOn] = checked;
  const from = first < madeOn ? first : madeOn;
  const to = archived ? (checked.at(-1) ?? "") : today;
  const values = new Map<string, number>();
  for (const day of written) {
    const check = own.get(day);
    if (check?.state === "skipped") continue;
    if (check !== undefined) values.set(day, Number(isMet(goal, check)));
    else if (day >= from && day <= to && day < today && isDue(schedule, day)) values.set(day, 0);
  }
  return { measure, isYesNo: true, values };
}
