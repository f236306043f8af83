import type { Entry } from "@timos/api/contract";
import { type Month, monthOf } from "@/lib/day.ts";

/** A line of the timeline: the name of a month, or an entry. */
export type Row =
  | { readonly kind: "month"; readonly key: string; readonly month: Month }
  | {
      readonly kind: "entry";
      readonly key: string;
      readonly month: Month;
      readonly entry: Entry;
      /** Whether it is the first that is shown of its day. */
      readonly isFirst: boolean;
    };

/** Entries, the newest first, with the month over the first of each. */
export function rowsOf(entries: readonly Entry[]): Row[] {
  return entries.flatMap((entry, index): Row[] => {
    const before = entries[index - 1]?.day;
    const month = monthOf(entry.day);
    const isFirst = before !== entry.day;
    const row = { kind: "entry", key: entry.id, month, entry, isFirst } as const;
    const isNewMonth = before === undefined || monthOf(before) !== month;
    return isNewMonth ? [{ kind: "month", key: month, month }, row] : [row];
  });
}
