import type { Entry } from "@timos/api/contract";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useTimos } from "@/lib/client.tsx";

const VERSIONS_AT_ONCE = 20;

/** Earlier states of an entry, newest first, and how many were left out because they do not open. */
export function useVersions(id: string) {
  const { api } = useTimos();
  return useInfiniteQuery({
    queryKey: ["journal", "versions", id],
    queryFn: ({ pageParam: cursor, signal }) =>
      api.entries.versions({ params: { id }, query: { limit: VERSIONS_AT_ONCE, cursor }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    select: ({ pages }): Versions => ({
      items: pages.flatMap(({ items }) => items),
      unreadable: pages.reduce((sum, { unreadable }) => sum + (unreadable ?? 0), 0),
    }),
    // Whole texts: they are not kept longer than they are looked at, and are as they are when they are.
    gcTime: 0,
    staleTime: 0,
  });
}

export interface Versions {
  readonly items: readonly Entry[];
  readonly unreadable: number;
}
