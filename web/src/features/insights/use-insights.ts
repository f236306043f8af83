import { useQuery } from "@tanstack/react-query";
import type { contract, Response } from "@timos/api/contract";
import { useTimos } from "@/lib/client.tsx";
import type { Range } from "./range.ts";
import { scoresByPillar, type Unit, unitOf } from "./series.ts";

export type InsightsView = Response<typeof contract.insights.get>;
export type YearView = Response<typeof contract.insights.year>;
export type DayPixel = YearView["days"][number];
export type Correlation = InsightsView["correlations"][number];
export type CorrectionOutcome = InsightsView["corrections"][number];

/** Values over time, by day or by week: what lines are drawn of. */
export interface Lines {
  readonly unit: Unit;
  readonly mood: ReadonlyMap<string, number>;
  readonly pillars: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

type Api = ReturnType<typeof useTimos>["api"];

/** What shows in the days of a range; that of the range before stays until it is here. */
export function useInsights({ from, to }: Range) {
  const { api } = useTimos();
  return useQuery({
    queryKey: ["journal", "insights", from, to],
    queryFn: async ({ signal }) => {
      const unit = unitOf(from, to);
      const [view, days] = await Promise.all([
        api.insights.get({ query: { from, to }, signal }),
        unit === "day" ? dayLines(api, from, to, signal) : null,
      ]);
      return { view, lines: days ?? weekLines(view) };
    },
    placeholderData: (before) => before,
  });
}

export function useYear(year: number) {
  const { api } = useTimos();
  return useQuery({
    queryKey: ["journal", "insights", "year", year],
    queryFn: ({ signal }) => api.insights.year({ query: { year }, signal }),
  });
}

/** The pillars and habits by their ids, archived ones as well. */
export function useNamed() {
  const { api } = useTimos();
  return useQuery({
    queryKey: ["journal", "insights", "named"],
    queryFn: async ({ signal }) => {
      const [pillars, habits] = await Promise.all([
        wholeList((query) => api.pillars.list({ query, signal })),
        wholeList((query) => api.habits.list({ query, signal })),
      ]);
      return {
        pillars: new Map(pillars.map((pillar) => [pillar.id, pillar])),
        habits: new Map(habits.map((habit) => [habit.id, habit])),
      };
    },
  });
}

export type Named = NonNullable<ReturnType<typeof useNamed>["data"]>;

function weekLines({ weeks }: InsightsView): Lines {
  const pillars = new Map<string, Map<string, number>>();
  for (const { week, scores } of weeks) {
    for (const { pillarId, average } of scores) {
      pillars.set(
        pillarId,
        (pillars.get(pillarId) ?? new Map<string, number>()).set(week, average),
      );
    }
  }
  const moods = weeks.flatMap(({ week, mood: { average } }) =>
    average === null ? [] : [[week, average] as const],
  );
  return { unit: "week", mood: new Map(moods), pillars };
}

async function dayLines(api: Api, from: string, to: string, signal: AbortSignal): Promise<Lines> {
  const years = [...new Set([from, to].map((day) => Number(day.slice(0, 4))))];
  const [own, recaps, ...ofYears] = await Promise.all([
    api.pillars.scores({ query: { from, to }, signal }),
    wholeList((page) => api.dailyRecaps.list({ query: { ...page, from, to }, signal })),
    ...years.map((year) => api.insights.year({ query: { year }, signal })),
  ]);
  const moods = ofYears
    .flatMap(({ days }) => days)
    .flatMap(({ day, mood }) => (mood === null ? [] : [[day, mood] as const]));
  return { unit: "day", mood: new Map(moods), pillars: scoresByPillar(recaps, own.items) };
}

interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

async function wholeList<T>(
  read: (page: { limit: number; cursor: string | undefined }) => Promise<Page<T>>,
): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  do {
    const page = await read({ limit: 200, cursor });
    items.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return items;
}
