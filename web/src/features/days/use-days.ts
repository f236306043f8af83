import { useQuery } from "@tanstack/react-query";
import { useOpenEntries } from "@/features/entries/open-entries-provider.tsx";
import { useTimos } from "@/lib/client.tsx";

/**
 * The day it is, by the API; its entries are opened on the way.
 *
 * @param expected - The day the clock here suggests. When it changes, the API is asked again.
 */
export function useToday(expected: string) {
  const { api } = useTimos();
  const entries = useOpenEntries();
  return useQuery({
    queryKey: ["journal", "day", "today", expected],
    queryFn: async ({ signal }) => {
      const askedAt = Date.now();
      const view = await api.days.today({ signal });
      entries.take(view.day, view.entries, askedAt);
      return view.day;
    },
    placeholderData: (before) => before,
  });
}

/** Opens the entries of a day. */
export function useDay(day: string) {
  const { api } = useTimos();
  const entries = useOpenEntries();
  return useQuery({
    queryKey: ["journal", "day", day],
    queryFn: async ({ signal }) => {
      const askedAt = Date.now();
      const view = await api.days.get({ params: { day }, signal });
      entries.take(day, view.entries, askedAt);
      return view.day;
    },
  });
}

/** How many entries each day of a range has; days without any are left out. */
export function useEntryCounts(from: string, to: string) {
  const { api } = useTimos();
  return useQuery({
    queryKey: ["journal", "days", from, to],
    queryFn: async ({ signal }) => {
      const { days } = await api.days.list({ query: { from, to }, signal });
      return new Map(days.map(({ day, entries }) => [day, entries]));
    },
  });
}
