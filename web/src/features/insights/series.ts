import type { TrendPoint } from "@/components/charts/trend.tsx";
import { addDays, type Day, daysBetween, formatDay } from "@/lib/day.ts";
import { mondayOf, weekOf } from "@/lib/week.ts";

/** Of so few days each is a point; of more, each week. */
const MOST_DAYS = 31;

/** What a point of a range stands for. */
export type Unit = "day" | "week";

export const unitOf = (from: Day, to: Day): Unit =>
  daysBetween(from, to) < MOST_DAYS ? "day" : "week";

/** The keys of all points from `from` to `to`, also of those without a value: days, or weeks as the API names them. */
export function keysOf(unit: Unit, from: Day, to: Day): string[] {
  const step = unit === "day" ? 1 : 7;
  const start = unit === "day" ? from : mondayOf(weekOf(from));
  const count = Math.floor(daysBetween(start, to) / step) + 1;
  return Array.from({ length: count }, (_, index) => {
    const day = addDays(start, index * step);
    return unit === "day" ? day : weekOf(day);
  });
}

/** The points of a line: one for each key, null where there is no value. */
export function pointsOf(
  keys: readonly string[],
  values: ReadonlyMap<string, number>,
  unit: Unit,
  locale: string,
  nameWeek: (day: string) => string,
): TrendPoint[] {
  return keys.map((key) => {
    const day = unit === "day" ? key : mondayOf(key);
    const date = formatDay(day, locale, { weekday: "long", day: "numeric", month: "long" });
    const long = formatDay(day, locale, { day: "numeric", month: "long", year: "numeric" });
    return {
      key,
      short: formatDay(day, locale, { day: "numeric", month: "short" }),
      long: unit === "day" ? date : nameWeek(long),
      value: values.get(key) ?? null,
    };
  });
}

interface Score {
  readonly pillarId: string;
  readonly day: Day;
  readonly score: number;
}

interface Recap {
  readonly day: Day;
  readonly scores: readonly { readonly pillarId: string; readonly score: number }[];
}

/** The scores of each pillar by day. What was said of a pillar by itself goes before what the day's recap says of it. */
export function scoresByPillar(
  recaps: readonly Recap[],
  own: readonly Score[],
): Map<string, Map<Day, number>> {
  const byPillar = new Map<string, Map<Day, number>>();
  const keep = ({ pillarId, day, score }: Score) => {
    const days = byPillar.get(pillarId) ?? new Map<Day, number>();
    byPillar.set(pillarId, days.set(day, score));
  };
  for (const { day, scores } of recaps) for (const score of scores) keep({ day, ...score });
  own.forEach(keep);
  return byPillar;
}
