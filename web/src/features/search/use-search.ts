import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTimos } from "@/lib/client.tsx";
import { type Filters, searchBody } from "./filters.ts";

const PAUSE_MS = 120;

/** `value` as it was when it last stayed the same for a moment. */
function useSettled<T>(value: T): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}

/**
 * What is found for what is typed. What is typed next takes the place of a question that is still on its way, and the
 * answer before stays until there is another. Nothing of it is kept once nobody looks at it.
 */
export function useSearch(typed: string, filters: Filters, limit: number) {
  const { api } = useTimos();
  const settled = useSettled(typed);
  const body = searchBody(settled, filters, limit);
  const found = useQuery({
    queryKey: ["journal", "search", body],
    queryFn: ({ signal }) => {
      if (body === null) throw new Error("there is nothing to look for");
      return api.search.findByBody({ body, signal });
    },
    enabled: body !== null && typed.trim() !== "",
    placeholderData: keepPreviousData,
    gcTime: 0,
    retry: false,
  });
  const isAsked = searchBody(typed, filters, limit) !== null;
  return {
    found: isAsked ? found.data : undefined,
    error: isAsked && !found.isFetching ? found.error : null,
    isLooking: isAsked && (found.isFetching || settled !== typed),
    lookAgain: () => void found.refetch(),
  };
}
