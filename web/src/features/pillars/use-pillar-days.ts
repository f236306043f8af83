import { useQuery } from "@tanstack/react-query";
import { scoresByPillar } from "@/features/insights/series.ts";
import { everyRecord } from "@/features/library/kind.ts";
import { useTimos } from "@/lib/client.tsx";
import type { Day } from "@/lib/day.ts";

export interface PillarDays {
  /** The latest first. */
  readonly items: readonly { readonly day: Day; readonly score: number; readonly note: string }[];
  readonly unreadable: number;
}

/** How a pillar went on the days of a range, by what was said of it and by the recaps of the days. */
export function usePillarDays(pillarId: string, from: Day, to: Day) {
  const { api } = useTimos();
  return useQuery({
    queryKey: ["journal", "library", "pillars", pillarId, "scores", from, to],
    queryFn: async ({ signal }): Promise<PillarDays> => {
      const [own, recaps] = await Promise.all([
        api.pillars.scores({ query: { from, to }, signal }),
        everyRecord(
          ({ query, ...asked }) =>
            api.dailyRecaps.list({ query: { ...query, from, to }, ...asked }),
          signal,
        ),
      ]);
      const scores =
        scoresByPillar(recaps.items, own.items).get(pillarId) ?? new Map<Day, number>();
      const notes = new Map(
        own.items
          .filter((score) => score.pillarId === pillarId)
          .map(({ day, note }) => [day, note]),
      );
      return {
        items: Array.from(scores, ([day, score]) => ({
          day,
          score,
          note: notes.get(day) ?? "",
        })).sort((one, other) => (one.day < other.day ? 1 : -1)),
        unreadable: (own.unreadable ?? 0) + recaps.unreadable,
      };
    },
  });
}
