import { useQuery } from "@tanstack/react-query";
import { useTimos } from "@/lib/client.tsx";

/** How long each habit has been kept up, by the habit's id. */
export function useStreaks() {
  const { api } = useTimos();
  return useQuery({
    queryKey: ["journal", "library", "streaks"],
    queryFn: async ({ signal }) => {
      const { items } = await api.habits.streaks({ signal });
      return new Map(items.map((streak) => [streak.habitId, streak]));
    },
  });
}
