import { addDays, dayNumber, daysBetween, weekOf, weekdayOf, weekdaysFrom } from "../../lib/day.ts";
import type { UserVault } from "../../vault/user-vault.ts";
import { gradeOf, toTwoPlaces } from "../daily-recaps/grade.ts";
import { daysOf } from "../days/range.ts";
import { listStreaks, unreadableOf } from "../habits/habits.ts";
import { weekScores } from "../weekly-recaps/week.ts";
import type { InsightsView } from "./contract.ts";
import { CORRECTION_DAYS } from "./corrections.ts";
import { groupBy, isSeen, moodOf, pixelOf, readFacts, type DayFacts } from "./days.ts";
import { findPatterns, type Person } from "./patterns.ts";
import { outcomesOf } from "./series.ts";
import { MIN_PAIRS, meanOf, slopeOf } from "./statistics.ts";

const DEFAULT_DAYS = 90;
const FIRST_DAY = "0001-01-01";

/**
 * What shows in the days of a range.
 *
 * @param today - The day that it is for `person`.
 * @throws AppError `invalid_request` when `to` is before `from`, or more than a year after it.
 */
export async function viewInsights(
  vault: UserVault,
  person: Person,
  today: string,
  asked: { readonly from?: string | undefined; readonly to?: string | undefined },
): Promise<InsightsView> {
  const to = asked.to ?? today;
  const before = addDays(to, 1 - DEFAULT_DAYS);
  const from = asked.from ?? (before < FIRST_DAY ? FIRST_DAY : before);
  const { days: facts, ...unread } = await readFacts(vault, daysOf({ from, to }));
  const scope = { person, today, until: addDays(to, CORRECTION_DAYS) };
  const patterns = await findPatterns(vault, facts, { from, to }, scope);
  const streaks = await listStreaks(vault, today);
  const moods = facts.filter((day) => day.moods.length > 0);
  const [mood, ...others] = outcomesOf(facts);
  return {
    from,
    to,
    mood: { average: averageMood(moods), days: moods.length, trend: trendOf(mood?.values) },
    scores: others.flatMap(({ measure: { kind, id }, values }) =>
      kind !== "pillar" || id === null
        ? []
        : [
            {
              pillarId: id,
              average: toTwoPlaces(meanOf([...values.values()])),
              days: values.size,
              trend: trendOf(values),
            },
          ],
    ),
    weeks: weeksOf(facts),
    weekdays: weekdaysOf(facts, person.weekStartsOn),
    streaks: streaks.items,
    correlations: patterns.correlations,
    comparisons: patterns.comparisons,
    corrections: patterns.corrections,
    ...unreadableOf(unread, patterns, streaks),
  };
}

/** A year at a glance: its days that have something to show. */
export async function viewYear(vault: UserVault, year: number) {
  const digits = String(year).padStart(4, "0");
  const days = daysBetween(`${digits}-01-01`, `${digits}-12-31`);
  const { days: facts, ...rest } = await readFacts(vault, days);
  return { year, days: facts.map(pixelOf).filter(isSeen), ...rest };
}

/** The mean over days of the mean of each, so that a day with many moods counts no more than another. */
function averageMood(days: readonly DayFacts[]): number | null {
  return moodOf(days.filter(({ moods }) => moods.length > 0).map(({ moods }) => meanOf(moods)));
}

/** By how much values rise a week. */
function trendOf(values: ReadonlyMap<string, number> | undefined): number | null {
  if (values === undefined || values.size < MIN_PAIRS) return null;
  const rise = slopeOf([...values.keys()].map(dayNumber), [...values.values()]);
  return toTwoPlaces(7 * rise);
}

function weeksOf(facts: readonly DayFacts[]): InsightsView["weeks"] {
  const byWeek = groupBy(facts, ({ day }) => weekOf(day));
  return [...byWeek].map(([week, days]) => {
    const before = byWeek.get(weekOf(addDays(days[0]?.day ?? "", -7))) ?? [];
    const moods = days.filter((day) => day.moods.length > 0);
    return {
      week,
      mood: { average: averageMood(days), days: moods.length },
      ...weekScores(scoresOf(days), scoresOf(before)),
    };
  });
}

const scoresOf = (days: readonly DayFacts[]) => days.flatMap(({ scores }) => scores);

function weekdaysOf(facts: readonly DayFacts[], weekStartsOn: number): InsightsView["weekdays"] {
  const byWeekday = groupBy(facts, ({ day }) => String(weekdayOf(day)));
  return weekdaysFrom(weekStartsOn).map((weekday) => {
    const days = byWeekday.get(String(weekday)) ?? [];
    const moods = days.filter((day) => day.moods.length > 0);
    const overalls = days.flatMap(
      ({ scores }) => gradeOf(scores.map(({ score }) => score)).overall ?? [],
    );
    return {
      weekday,
      mood: averageMood(moods),
      moodDays: moods.length,
      overall: overalls.length === 0 ? null : toTwoPlaces(meanOf(overalls)),
      overallDays: overalls.length,
    };
  });
}
