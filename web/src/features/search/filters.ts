import type { contract, Request } from "@timos/api/contract";
import { isDay } from "@/lib/day.ts";

type SearchBody = Request<typeof contract.search.findByBody>["body"];
export type Kind = NonNullable<SearchBody["kind"]>[number];

/** What a search is narrowed by. Empty texts narrow nothing. */
export interface Filters {
  readonly kind: Kind | "";
  readonly from: string;
  readonly to: string;
  readonly tag: string;
  readonly pillarId: string;
}

export const NO_FILTERS: Filters = { kind: "", from: "", to: "", tag: "", pillarId: "" };

/** The kinds that hold words, in the order they are offered. */
export const KINDS = [
  "entries",
  "feels",
  "daily-recaps",
  "weekly-recaps",
  "mood-logs",
  "habit-checks",
  "pillar-scores",
  "pillars",
  "habits",
  "templates",
] as const satisfies readonly Kind[];

export const hasFilters = (filters: Filters) =>
  Object.values(filters).some((value) => value !== "");

/** The request for what is typed, or null where there is nothing to look for. A day half typed narrows nothing yet. */
export function searchBody(typed: string, filters: Filters, limit: number): SearchBody | null {
  const q = typed.trim();
  if (q === "") return null;
  const { kind, from, to, tag, pillarId } = filters;
  return {
    q,
    limit,
    ...(kind && { kind: [kind] }),
    ...(isDay(from) && { from }),
    ...(isDay(to) && { to }),
    ...(tag.trim() && { tag: tag.trim() }),
    ...(pillarId && { pillarId }),
  };
}
