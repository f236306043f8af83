import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTimos } from "@/lib/client.tsx";

const KEY = ["journal", "timeline"];

/** As many as the carrier keeps of the first page, which is what is shown out of reach. */
export const PAGE_ENTRIES = 50;

/** What is read anew at once; of more, one begins again at the newest. */
const MOST_PAGES_ANEW = 10;

/** All entries, the newest first, page by page. */
export function useTimeline() {
  const { api } = useTimos();
  const queries = useQueryClient();
  useState(() => {
    const state = queries.getQueryState<{ pages: unknown[] }>(KEY);
    const isLong = (state?.data?.pages.length ?? 0) > MOST_PAGES_ANEW;
    if (isLong && state?.isInvalidated) queries.removeQueries({ queryKey: KEY });
  });
  const isShort = ({ state }: { state: { data?: { pages: unknown[] } | undefined } }) =>
    (state.data?.pages.length ?? 0) <= MOST_PAGES_ANEW;
  return useInfiniteQuery({
    queryKey: KEY,
    queryFn: ({ pageParam, signal }) =>
      api.entries.list({ query: { limit: PAGE_ENTRIES, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    refetchOnMount: isShort,
    refetchOnWindowFocus: isShort,
    refetchOnReconnect: isShort,
    select: ({ pages }) => ({
      entries: pages.flatMap(({ items }) => items),
      // Each page counts those it met on its way, which may be the same ones.
      unreadable: Math.max(...pages.map(({ unreadable = 0 }) => unreadable)),
    }),
  });
}
