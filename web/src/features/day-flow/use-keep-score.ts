import { useTimos } from "@/lib/client.tsx";
import { useDayChange } from "./use-day-change.ts";
import type { DayView } from "./views.ts";

/**
 * A pillar can be given a score of its own besides that of the recap, with a note; statistics take that first. Where
 * there is one, it goes with what the recap says.
 */
export function useKeepScore(view: DayView) {
  const { api } = useTimos();
  const change = useDayChange(view.day);
  const { day } = view;
  return (pillarId: string, score: number | null) => {
    const own = view.scores.find((each) => each.pillarId === pillarId);
    if (own === undefined || own.score === score) return;
    const without = (shown: DayView) => ({
      ...shown,
      scores: shown.scores.filter((each) => each.pillarId !== pillarId),
    });
    const withOwn = (next: typeof own) => (shown: DayView) => ({
      ...shown,
      scores: [...without(shown).scores, next],
    });
    const params = { id: pillarId, day };
    change.mutate({
      what: String(score ?? ""),
      now: score === null ? without : withOwn({ ...own, score }),
      undo: withOwn(own),
      send: async () => {
        if (score === null) {
          await api.pillars.removeScore({ params });
          return without;
        }
        return withOwn(await api.pillars.putScore({ params, body: { score, note: own.note } }));
      },
    });
  };
}
