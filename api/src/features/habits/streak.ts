import { addDays, daysBetween, mondayOf, weekOf, weekdayOf } from "../../lib/day.ts";
import type { CheckFields } from "../habit-checks/contract.ts";
import type { Goal, Schedule } from "./contract.ts";
import type * as z from "zod";

/** What a streak is made of. */
export type Checked = Pick<z.output<typeof CheckFields>, "day" | "state" | "value">;

export interface Rhythm {
  readonly goal: Goal;
  readonly schedule: Schedule;
}

export interface Streak {
  readonly unit: "days" | "weeks";
  readonly current: number;
  readonly longest: number;
  /** 0 to 100. */
  readonly strength: number;
  readonly lastDone: string | null;
}

/** Whether a habit is to be done on a day. One of so many times a week may be done on any. */
export function isDue(schedule: Schedule, day: string): boolean {
  return schedule.type !== "weekdays" || schedule.days.includes(weekdayOf(day));
}

/** Whether a check meets the goal. One without a value is taken at its word. */
export function isMet(goal: Goal, { state, value }: Checked): boolean {
  if (state !== "done") return false;
  if (goal.type === "yes_no" || value === null) return true;
  return goal.type === "at_least" ? value >= goal.value : value <= goal.value;
}

/**
 * How long a habit has been kept up, from its checks alone, as of `today`. Days that were skipped on purpose keep a
 * streak and do not lengthen it. What is not done yet today, or this week, breaks nothing. Checks of days after today,
 * which a journey to the west can make, count when their day has come.
 */
export function streakOf(rhythm: Rhythm, checks: readonly Checked[], today: string): Streak {
  const past = checks.filter(({ day }) => day <= today);
  const byDay = new Map(past.map((check) => [check.day, check]));
  const met = past.filter((check) => isMet(rhythm.goal, check)).map(({ day }) => day);
  const first = past.reduce((earliest, { day }) => (day < earliest ? day : earliest), today);
  const { schedule } = rhythm;
  const outcomes =
    schedule.type === "per_week"
      ? weekOutcomes(schedule.times, new Set(met), past, first, today)
      : dayOutcomes(rhythm, byDay, first, today);
  return {
    unit: schedule.type === "per_week" ? "weeks" : "days",
    ...runsOf(outcomes),
    strength: strengthOf(rhythm, byDay, first, today),
    lastDone: met.reduce<string | null>(
      (last, day) => (last === null || day > last ? day : last),
      null,
    ),
  };
}

/** Of a day or week: it counts, it breaks the streak, or it does neither. */
type Outcome = "kept" | "broken" | "neither";

function dayOutcomes(
  { goal, schedule }: Rhythm,
  byDay: ReadonlyMap<string, Checked>,
  first: string,
  today: string,
): Outcome[] {
  return daysBetween(first, today).map((day) => {
    if (!isDue(schedule, day)) return "neither";
    const check = byDay.get(day);
    if (check !== undefined && isMet(goal, check)) return "kept";
    return check?.state === "skipped" || day === today ? "neither" : "broken";
  });
}

function weekOutcomes(
  times: number,
  met: ReadonlySet<string>,
  checks: readonly Checked[],
  first: string,
  today: string,
): Outcome[] {
  const thisWeek = weekOf(today);
  const skipped = new Set(checks.filter(({ state }) => state === "skipped").map(({ day }) => day));
  const outcomes: Outcome[] = [];
  for (let monday = mondayOf(weekOf(first)); monday <= today; monday = addDays(monday, 7)) {
    const days = daysBetween(monday, addDays(monday, 6));
    const done = days.filter((day) => met.has(day)).length;
    const left = days.filter((day) => skipped.has(day)).length;
    if (done >= times) outcomes.push("kept");
    else outcomes.push(done + left >= times || weekOf(monday) === thisWeek ? "neither" : "broken");
  }
  return outcomes;
}

function runsOf(outcomes: readonly Outcome[]): { current: number; longest: number } {
  let [current, longest] = [0, 0];
  for (const outcome of outcomes) {
    if (outcome === "kept") current++;
    if (outcome === "broken") current = 0;
    longest = Math.max(longest, current);
  }
  return { current, longest };
}

/** After so many days that count half of the way to full strength is gone, for a habit of every day. */
const HALF_LIFE_DAYS = 13;

/**
 * A mean of the days that decays: what was done lately counts more, and one day that was missed costs little of what
 * was built up over months. A habit that is done less often is built up, and lost, more slowly for each time it is done.
 */
function strengthOf(
  { goal, schedule }: Rhythm,
  byDay: ReadonlyMap<string, Checked>,
  first: string,
  today: string,
): number {
  const perDay =
    schedule.type === "per_week"
      ? schedule.times / 7
      : schedule.type === "weekdays"
        ? schedule.days.length / 7
        : 1;
  const keeps = 0.5 ** (Math.sqrt(perDay) / HALF_LIFE_DAYS);
  let strength = 0;
  for (const day of daysBetween(first, today)) {
    if (!isDue(schedule, day)) continue;
    const check = byDay.get(day);
    const value = check === undefined ? 0 : Number(isMet(goal, check));
    if (value === 0 && (check?.state === "skipped" || day === today)) continue;
    const share =
      schedule.type === "per_week"
        ? Math.min(1, doneInWeekTo(day, goal, byDay) / schedule.times)
        : value;
    strength = strength * keeps + share * (1 - keeps);
  }
  return Math.round(100 * strength);
}

function doneInWeekTo(day: string, goal: Goal, byDay: ReadonlyMap<string, Checked>): number {
  return daysBetween(addDays(day, -6), day).filter((one) => {
    const check = byDay.get(one);
    return check !== undefined && isMet(goal, check);
  }).length;
}
