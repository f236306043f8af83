import { useQuery } from "@tanstack/react-query";
import { everyRecord } from "@/features/library/kind.ts";
import { useTimos } from "@/lib/client.tsx";

/** All moods, those that were put away among them, since logs may name them. As the page of moods keeps them. */
export function useMoods() {
  const { api } = useTimos();
  return useQuery({
    queryKey: ["journal", "library", "moods"],
    queryFn: ({ signal }) => everyRecord(api.moods.list, signal),
  });
}

/** All pillars in their order, those that were put away among them. As the page of pillars keeps them. */
export function usePillars(isWanted = true) {
  const { api } = useTimos();
  return useQuery({
    queryKey: ["journal", "library", "pillars"],
    queryFn: ({ signal }) => everyRecord(api.pillars.list, signal),
    enabled: isWanted,
  });
}
