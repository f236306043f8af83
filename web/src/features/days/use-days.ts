import { useQuery } from "@tanstack/react-query";
import type { FoundDay } from "@/features/entries/open-entries.ts";
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
      entries.take(view.day, await wholeDay(api, view, signal), askedAt);
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
      entries.take(day, await wholeDay(api, view, signal), askedAt);
      return view.day;
    },
  });
}

type Api = ReturnType<typeof useTimos>["api"];
type Page = Awaited<ReturnType<Api["entries"]["list"]>>;
type DayView = Awaited<ReturnType<Api["days"]["today"]>>;

/** The entries of a day; one that is too large for an answer is read page by page. */
async function wholeDay(api: Api, view: DayView, signal: AbortSignal): Promise<FoundDay> {
  if (view.isComplete) return { entries: view.entries, unreadable: 0 };
  const entries: DayView["entries"] = [];
  let unreadable = view.unreadable ?? 0;
  let cursor: string | undefined;
  do {
    const query = { from: view.day, to: view.day, limit: 200, cursor };
    const page: Page = await api.entries.list({ query, signal });
    entries.push(...page.items);
    // Each page counts those it met on its way, which may be the same ones.
    unreadable = Math.max(unreadable, page.unreadable ?? 0);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return { entries: entries.reverse(), unreadable };
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
