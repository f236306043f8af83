import { useQueryClient } from "@tanstack/react-query";
import { ApiError } from "@/lib/api.ts";
import { useTimos } from "@/lib/client.tsx";
import { withCheck } from "./day-cache.ts";
import { useDayChange } from "./use-day-change.ts";
import type { Check, DayView, HabitOfDay } from "./views.ts";

/** What is said of a habit on a day. */
export type Said = Pick<Check, "state" | "value" | "note">;

/** Says how it stands with a habit on a day; null takes back what was said. Resolves to whether it was saved. */
export function useCheck(day: string, { habit, check }: HabitOfDay) {
  const { api } = useTimos();
  const queries = useQueryClient();
  const change = useDayChange(day);
  const params = { id: habit.id, day };

  const send = async (said: Said | null) => {
    if (said === null) {
      await api.habits.removeCheck({ params }).catch(unlessGone);
      return (view: DayView) => withCheck(view, habit.id, null);
    }
    const kept = await api.habits.putCheck({ params, body: said });
    return (view: DayView) => withCheck(view, habit.id, kept);
  };

  return async (said: Said | null): Promise<boolean> => {
    const at = new Date().toISOString();
    const made = check ?? { id: habit.id, rev: 0, createdAt: at, updatedAt: at };
    const next = said && { ...made, habitId: habit.id, day, ...said };
    try {
      await change.mutateAsync({
        what: habit.name,
        now: (view) => withCheck(view, habit.id, next),
        undo: (view) => withCheck(view, habit.id, check),
        send: () => send(said),
      });
    } catch {
      // It was undone, and said.
      return false;
    }
    void queries.invalidateQueries({ queryKey: ["journal", "library", "streaks"] });
    return true;
  };
}

/** What is not there needs no taking back. */
function unlessGone(error: unknown) {
  if (!(error instanceof ApiError && error.code === "not_found")) throw error;
}
