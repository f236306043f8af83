import type { contract, Response } from "@timos/api/contract";
import { entryAnchor } from "@/features/entries/entry-anchor.ts";
import { weekOf } from "@/lib/week.ts";

export type Found = Response<typeof contract.search.findByBody>["items"][number];

/** Where what was found is to be read. */
export function placeOf({ kind, id, day }: Found): string {
  switch (kind) {
    case "entries":
      return `/day/${String(day)}#${entryAnchor(id)}`;
    case "weekly-recaps":
      return day === null ? "/week" : `/week/${weekOf(day)}`;
    case "pillars":
    case "habits":
      return `/${kind}/${id}`;
    case "moods":
    case "templates":
    case "reminders":
      return `/${kind}`;
    case "feels":
    case "mood-logs":
    case "daily-recaps":
    case "habit-checks":
    case "pillar-scores":
      return day === null ? "/today" : `/day/${day}`;
  }
}
