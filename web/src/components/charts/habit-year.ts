import { addDays, type Day, daysBetween, weekdayOf } from "@/lib/day.ts";

/** What a habit is to be, as the API has it. */
export interface HabitRhythm {
  readonly goal:
    | { readonly type: "yes_no" }
    | { readonly type: "at_least" | "at_most"; readonly value: number; readonly unit: string };
  readonly schedule:
    | { readonly type: "daily" }
    | { readonly type: "weekdays"; readonly days: readonly number[] }
    | { readonly type: "per_week"; readonly times: number };
}

/** A check of a habit, as its history has it. */
export interface HabitMark {
  readonly day: Day;
  readonly state: "done" | "skipped";
  readonly value: number | null;
}

/**
 * How a habit went on a day. `short`: something was noted, and not what the goal says. `open`: nothing was noted, and
 * nothing had to be, that day, before the habit, or today while it lasts.
 */
export type HabitDay = "done" | "short" | "skipped" | "missed" | "open";
export const HABIT_DAYS = ["done", "short", "skipped", "missed", "open"] as const;

interface Scope {
  /** The first day on which it could be missed. */
  readonly since: Day;
  /** The first day on which it can no longer, or not yet. */
  readonly until: Day;
}

/**
 * It could be missed from the day on which it was made, or its first check, until today; one that is archived, until its
 * last check.
 *
 * @param marks - Of one year at least: the first check is looked for among them.
 */
export function scopeOf(
  marks: readonly HabitMark[],
  { madeOn, today, isArchived }: { madeOn: Day; today: Day; isArchived: boolean },
): Scope {
  const days = marks.map(({ day }) => day).sort();
  const [first = madeOn] = days;
  return {
    since: first < madeOn ? first : madeOn,
    until: isArchived ? (days.at(-1) ?? madeOn) : today,
  };
}

/** A habit of so many times a week misses no single day: any other can stand for it. */
export function habitDay(
  { goal, schedule }: HabitRhythm,
  day: Day,
  check: HabitMark | undefined,
  { since, until }: Scope,
): HabitDay {
  if (check?.state === "skipped") return "skipped";
  if (check !== undefined) return isMet(goal, check.value) ? "done" : "short";
  if (day < since || day >= until || schedule.type === "per_week") return "open";
  if (schedule.type === "weekdays" && !schedule.days.includes(weekdayOf(day) || 7)) return "open";
  return "missed";
}

/** A check without a value is taken at its word. */
function isMet(goal: HabitRhythm["goal"], value: number | null): boolean {
  if (goal.type === "yes_no" || value === null) return true;
  return goal.type === "at_least" ? value >= goal.value : value <= goal.value;
}

/** How many days of each kind there are from `from` to `to`. */
export function countDays(
  from: Day,
  to: Day,
  kindOf: (day: Day) => HabitDay,
): Record<HabitDay, number> {
  const counts = { done: 0, short: 0, skipped: 0, missed: 0, open: 0 };
  for (let i = 0; i <= daysBetween(from, to); i++) counts[kindOf(addDays(from, i))] += 1;
  return counts;
}
