import { useQuery } from "@tanstack/react-query";
import { useTimos } from "@/lib/client.tsx";

/** More than anybody has; what is beyond is not offered here. */
const MOST = 200;

const MS_PER_MINUTE = 60_000;

/** What of the library is offered beside a text. It is read when it is first wanted. */
const CHOICES = { staleTime: MS_PER_MINUTE } as const;

export function useMoods(isWanted: boolean) {
  const { api } = useTimos();
  return useQuery({
    ...CHOICES,
    queryKey: ["journal", "choices", "moods"],
    queryFn: ({ signal }) => api.moods.list({ query: { limit: MOST }, signal }),
    select: ({ items }) => items,
    enabled: isWanted,
  });
}

export function usePillars(isWanted: boolean) {
  const { api } = useTimos();
  return useQuery({
    ...CHOICES,
    queryKey: ["journal", "choices", "pillars"],
    queryFn: ({ signal }) => api.pillars.list({ query: { limit: MOST }, signal }),
    select: ({ items }) => items,
    enabled: isWanted,
  });
}

/** Templates for entries, by name. */
export function useTemplates(isWanted: boolean) {
  const { api } = useTimos();
  return useQuery({
    ...CHOICES,
    queryKey: ["journal", "choices", "templates"],
    queryFn: ({ signal }) =>
      api.templates.list({ query: { kind: "entries", limit: MOST }, signal }),
    select: ({ items }) => items,
    enabled: isWanted,
  });
}

/** The tags of the entries written last, those used most often first. */
export function useUsedTags(isWanted: boolean) {
  const { api } = useTimos();
  return useQuery({
    ...CHOICES,
    queryKey: ["journal", "choices", "tags"],
    queryFn: async ({ signal }) => {
      const { items } = await api.entries.list({ query: { limit: MOST }, signal });
      const counts = new Map<string, number>();
      for (const tag of items.flatMap(({ tags }) => tags)) {
        counts.set(tag, (counts.get(tag) ?? 0) + 1);
      }
      return Array.from(counts)
        .sort(([, one], [, other]) => other - one)
        .map(([tag]) => tag);
    },
    enabled: isWanted,
  });
}
