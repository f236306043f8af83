import { useQuery } from "@tanstack/react-query";
import { useTimos } from "@/lib/client.tsx";

/** What was checked of a habit in a year. That of the year before stays until it is here. */
export function useHistory(habitId: string, year: number) {
  const { api } = useTimos();
  const digits = String(year).padStart(4, "0");
  return useQuery({
    queryKey: ["journal", "library", "habits", habitId, "history", year],
    queryFn: ({ signal }) =>
      api.habits.history({
        params: { id: habitId },
        query: { from: `${digits}-01-01`, to: `${digits}-12-31` },
        signal,
      }),
    placeholderData: (before) => before,
  });
}

export type Check = NonNullable<ReturnType<typeof useHistory>["data"]>["items"][number];
