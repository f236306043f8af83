import { addDays, dayAt, daysBetween, weekdayOf } from "../../lib/day.ts";
import { listAll } from "../../vault/ordered-list.ts";
import { pace } from "../../vault/pace.ts";
import type { UserVault } from "../../vault/user-vault.ts";
import { dailyRecapKind } from "../daily-recaps/daily-recaps.ts";
import { checkKind } from "../habit-checks/habit-checks.ts";
import { habitKind } from "../habits/habit-kind.ts";
import { unreadableOf } from "../habits/habits.ts";
import { weeklyRecapKind } from "../weekly-recaps/weekly-recaps.ts";
import { correlate } from "./correlations.ts";
import { CORRECTION_DAYS, judgeCorrections } from "./corrections.ts";
import { readDays, type DayFacts } from "./days.ts";
import { habitSeries, outcomesOf } from "./series.ts";

/** Whose days these are, as far as it decides which day it is. */
export interface Person {
  readonly timeZone: string;
  readonly dayStartHour: number;
  /** 0 is Sunday. */
  readonly weekStartsOn: number;
}

export interface Range {
  readonly from: string;
  readonly to: string;
}

interface Scope {
  readonly person: Person;
  /** The day that it is. */
  readonly today: string;
  /** The last day that recaps are read of, to see what followed a correction. */
  readonly until: string;
}

/**
 * What shows in the days of a range: what goes together, and what followed corrections.
 *
 * @param facts - What was noted on these days.
 */
export async function findPatterns(
  vault: UserVault,
  facts: readonly DayFacts[],
  { from, to }: Range,
  { person, today, until }: Scope,
) {
  const days = daysBetween(from, to);
  const around = [
    ...daysBetween(addDays(from, -CORRECTION_DAYS), addDays(from, -1)),
    ...daysBetween(addDays(to, 1), until),
  ];
  const mondays = days.filter((day) => weekdayOf(day) === 7).map((sunday) => addDays(sunday, -6));
  const [habits, checks, recaps, weeks] = await Promise.all([
    listAll(vault, habitKind),
    readDays(vault, checkKind, days),
    readDays(vault, dailyRecapKind, around),
    readDays(vault, weeklyRecapKind, mondays),
  ]);
  const written = [...new Set([...facts, ...checks.items].map(({ day }) => day))].sort();
  const done = habits.items.map(({ createdAt, ...habit }) => {
    const madeOn = dayAt(new Date(createdAt), person.timeZone, person.dayStartHour);
    return habitSeries({ ...habit, madeOn }, checks.items, written, today);
  });
  const { correlations, comparisons } = await correlate(done, outcomesOf(facts), pace());
  const known = [...recaps.items, ...facts.flatMap(({ recap }) => recap ?? [])];
  return {
    correlations,
    comparisons,
    corrections: judgeCorrections(known, weeks.items, { from, to }),
    ...unreadableOf(habits, checks, recaps, weeks),
  };
}
