import type { Kind } from "@/features/library/kind.ts";
import { useTimos } from "@/lib/client.tsx";

type Api = ReturnType<typeof useTimos>["api"]["habits"];
export type Habit = Awaited<ReturnType<Api["get"]>>;
export type HabitFields = Parameters<Api["put"]>[0]["body"];
export type Goal = Habit["goal"];
export type Schedule = Habit["schedule"];
export type Streak = Awaited<ReturnType<Api["streaks"]>>["items"][number];

export function useHabitKind(): Kind<Habit, HabitFields> {
  const { api } = useTimos();
  return {
    name: "habits",
    calls: api.habits,
    fieldsOf: ({ id: _id, rev: _rev, createdAt: _created, updatedAt: _updated, ...fields }) =>
      fields,
    titleOf: ({ name }) => name,
    withArchived: (fields, archived) => ({ ...fields, archived }),
    reorder: (ids) => api.habits.reorder({ body: { ids } }),
  };
}
