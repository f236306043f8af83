import { dayNumber, dayOf, weekdayOf } from "../../lib/day.ts";
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

/** A check, its day as a number. */
interface Marked {
  readonly number: number;
  readonly met: boolean;
  readonly skipped: boolean;
}

/**
 * How long a habit has been kept up, from its checks alone, as of `today`. Days that were skipped on purpose keep a
 * streak and do not lengthen it. What is not done yet today, or this week, breaks nothing. Checks of days after today,
 * which a journey to the west can make, count when their day has come.
 *
 * It takes as long as there are checks, however far apart their days are.
 *
 * @param checks - At most one of a day, in any order.
 */
export function streakOf(rhythm: Rhythm, checks: readonly Checked[], today: string): Streak {
  const { goal, schedule } = rhythm;
  const marked = checks
    .filter(({ day }) => day <= today)
    .map((check): Marked => ({
      number: dayNumber(check.day),
      met: isMet(goal, check),
      skipped: check.state === "skipped",
    }))
    .sort((one, other) => one.number - other.number);
  const now = dayNumber(today);
  const outcomes =
    schedule.type === "per_week"
      ? weekOutcomes(schedule.times, marked, now)
      : dayOutcomes(schedule, marked, now);
  const last = marked.findLast(({ met }) => met);
  return {
    unit: schedule.type === "per_week" ? "weeks" : "days",
    ...runsOf(outcomes),
    strength: strengthOf(schedule, marked, now),
    lastDone: last === undefined ? null : dayOf(last.number),
  };
}

/** Of a day or week, or of several without a check: it counts, it breaks the streak, or it does neither. */
type Outcome = "kept" | "broken" | "neither";

function dayOutcomes(schedule: Schedule, checks: readonly Marked[], today: number): Outcome[] {
  return checks.flatMap(({ number, met, skipped }, i) => {
    const next = checks[i + 1]?.number ?? today;
    const gap = countDue(schedule, number + 1, next) > 0 ? "broken" : "neither";
    if (countDue(schedule, number, number + 1) === 0) return ["neither", gap];
    return [met ? "kept" : skipped || number === today ? "neither" : "broken", gap];
  });
}

function weekOutcomes(times: number, checks: readonly Marked[], today: number): Outcome[] {
  const weeks = new Map<number, { done: number; skipped: number }>();
  for (const { number, met, skipped } of checks) {
    const monday = mondayBefore(number);
    const week = weeks.get(monday) ?? { done: 0, skipped: 0 };
    week.done += Number(met);
    week.skipped += Number(skipped);
    weeks.set(monday, week);
  }
  const thisMonday = mondayBefore(today);
  const mondays = [...weeks.keys()];
  return [...weeks].flatMap(([monday, { done, skipped }], i) => {
    const next = mondays[i + 1] ?? thisMonday;
    const gap = next > monday + 7 ? "broken" : "neither";
    if (done >= times) return ["kept", gap];
    return [done + skipped >= times || monday === thisMonday ? "neither" : "broken", gap];
  });
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
function strengthOf(schedule: Schedule, checks: readonly Marked[], today: number): number {
  const times = schedule.type === "per_week" ? schedule.times : null;
  const perDay = (times ?? countDue(schedule, 0, 7)) / 7;
  const keeps = 0.5 ** (Math.sqrt(perDay) / HALF_LIFE_DAYS);
  let strength = 0;
  const count = (share: number) => {
    strength = strength * keeps + share * (1 - keeps);
  };
  /** The days done of the last seven. */
  let recent: number[] = [];
  const shareOfWeek = (day: number, of: number) => {
    recent = recent.filter((done) => done > day - 7);
    return Math.min(1, recent.length / of);
  };
  for (const [i, { number, met, skipped }] of checks.entries()) {
    const next = checks[i + 1]?.number ?? today;
    if (met) recent.push(number);
    const isLeftOut = !met && (skipped || number === today);
    if (!isLeftOut && countDue(schedule, number, number + 1) === 1) {
      count(times === null ? Number(met) : shareOfWeek(number, times));
    }
    let day = number + 1;
    // For days without a check, what was done in the six before them counts still.
    if (times !== null) {
      for (; day < Math.min(number + 7, next); day++) count(shareOfWeek(day, times));
    }
    strength *= keeps ** countDue(schedule, day, next);
  }
  return Math.round(100 * strength);
}

/** How many of the days from `from` to before `until` a habit is due on. */
function countDue(schedule: Schedule, from: number, until: number): number {
  const length = Math.max(0, until - from);
  if (schedule.type !== "weekdays") return length;
  const first = weekdayOf(dayOf(from));
  const rest = schedule.days.filter((weekday) => (weekday - first + 7) % 7 < length % 7);
  return Math.floor(length / 7) * schedule.days.length + rest.length;
}

/** The Monday of a day's week, or the day itself. */
function mondayBefore(day: number): number {
  return day + 1 - weekdayOf(dayOf(day));
}
