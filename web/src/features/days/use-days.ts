import { type QueryClient, useQuery, useQueryClient } from "@tanstack/react-query";
import type { FoundDay } from "@/features/entries/open-entries.ts";
import { useOpenEntries } from "@/features/entries/open-entries-provider.tsx";
import { useTimos } from "@/lib/client.tsx";
import { type DayView, takeView } from "./take-view.ts";

type Api = ReturnType<typeof useTimos>["api"];
type Page = Awaited<ReturnType<Api["entries"]["list"]>>;

/** Where what the API gave of a day is kept, for all parts of its page. */
export const dayKey = (day: string) => ["journal", "day", day] as const;

/** What changes to a day are called while they are on their way. */
export const dayChangeKey = (day: string) => ["journal", "change of day", day] as const;

/**
 * The day it is, by the API; its entries are opened on the way, and its view is kept for `useDay`.
 *
 * @param expected - The day the clock here suggests. When it changes, the API is asked again.
 */
export function useToday(expected: string) {
  const { api } = useTimos();
  const queries = useQueryClient();
  const open = useOpenDay();
  return useQuery({
    queryKey: ["journal", "day", "today", expected],
    queryFn: async ({ signal }) => {
      const view = await open(() => api.days.today({ signal }), signal);
      queries.setQueryData(dayKey(view.day), view);
      return view.day;
    },
    placeholderData: (before) => before,
  });
}

/**
 * A day, with its entries opened.
 *
 * @param isAskedFor - Whether the API is asked for it; otherwise it is what `useToday` has read, as long as that is there.
 */
export function useDay(day: string, isAskedFor = true) {
  const { api } = useTimos();
  const open = useOpenDay();
  return useQuery({
    queryKey: dayKey(day),
    queryFn: ({ signal }) => open(() => api.days.get({ params: { day }, signal }), signal),
    enabled: ({ state }) => isAskedFor || state.data === undefined,
  });
}

/** Reads a day, and opens its entries. */
function useOpenDay() {
  const { api } = useTimos();
  const entries = useOpenEntries();
  const queries = useQueryClient();
  return async (read: () => Promise<DayView>, signal: AbortSignal): Promise<DayView> => {
    const askedAt = Date.now();
    const isOvertaken = watchChanges(queries, askedAt);
    const view = await read();
    entries.take(view.day, await wholeDay(api, view, signal), askedAt);
    const before = queries.getQueryData<DayView>(dayKey(view.day));
    return takeView(before, view, isOvertaken(view.day));
  };
}

/** Whether something of a day was changed here since `askedAt`, so that an answer may not know of it. */
function watchChanges(queries: QueryClient, askedAt: number) {
  const changesOf = (day: string) =>
    queries.getMutationCache().findAll({ mutationKey: dayChangeKey(day) });
  const wasPending = queries.isMutating({ mutationKey: dayChangeKey("").slice(0, 2) }) > 0;
  return (day: string) =>
    wasPending || changesOf(day).some(({ state }) => state.submittedAt >= askedAt);
}

/** The entries of a day; one that is too large for an answer, or does not open whole, is read page by page. */
async function wholeDay(api: Api, view: DayView, signal: AbortSignal): Promise<FoundDay> {
  if (view.isComplete) return { entries: view.entries, unreadable: 0 };
  const entries: DayView["entries"] = [];
  let unreadable = 0;
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
