import { useInfiniteQuery } from "@tanstack/react-query";

interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
  readonly unreadable?: number | undefined;
}

interface Asked {
  readonly query: { readonly cursor: string | undefined };
  readonly signal: AbortSignal;
}

/** Reads a list of the API page by page. */
export function usePages<T>(
  queryKey: readonly unknown[],
  read: (asked: Asked) => Promise<Page<T>>,
) {
  return useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam, signal }) => read({ query: { cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    select: ({ pages }) => ({
      items: pages.flatMap(({ items }) => items),
      // Each page counts those it met on its way, which may be the same ones.
      unreadable: Math.max(...pages.map(({ unreadable = 0 }) => unreadable)),
    }),
  });
}
