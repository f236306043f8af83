import { addDays, type Day, daysBetween, isDay } from "@/lib/day.ts";

/** Days up to today that are one press away. */
export const PRESETS = [30, 90, 365] as const;
type Preset = (typeof PRESETS)[number];
const DEFAULT: Preset = 90;

/** As many days the API looks at together. */
const MOST_DAYS = 366;

export interface Range {
  readonly from: Day;
  readonly to: Day;
  /** null: days of one's own choice. */
  readonly preset: Preset | null;
}

export type RangeFault = "isIncomplete" | "isReversed" | "isTooLong";

/** What an address asks for: `?days=30`, or `?from=…&to=…`. Anything else is the last 90 days. */
export function rangeIn(query: Pick<URLSearchParams, "get">, today: Day): Range {
  const [from, to] = [query.get("from") ?? "", query.get("to") ?? ""];
  if (faultOf(from, to) === undefined) return { from, to, preset: null };
  const preset = PRESETS.find((days) => String(days) === query.get("days")) ?? DEFAULT;
  return { from: addDays(today, 1 - preset), to: today, preset };
}

export function faultOf(from: string, to: string): RangeFault | undefined {
  if (!isDay(from) || !isDay(to)) return "isIncomplete";
  if (to < from) return "isReversed";
  return daysBetween(from, to) >= MOST_DAYS ? "isTooLong" : undefined;
}

export const daysIn = ({ from, to }: Range): number => daysBetween(from, to) + 1;
