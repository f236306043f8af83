import { useQuery } from "@tanstack/react-query";
import { useTimos } from "@/lib/client.tsx";

/**
 * Something to write about on a day.
 *
 * @param skip - How many were not wanted.
 */
export function usePrompt(day: string, skip = 0, isWanted = true) {
  const { api } = useTimos();
  return useQuery({
    queryKey: ["journal", "prompt of the day", day, skip],
    queryFn: async ({ signal }) => (await api.prompts.today({ query: { skip }, signal })).prompt,
    enabled: isWanted,
    staleTime: Infinity,
    placeholderData: (before) => before,
  });
}
