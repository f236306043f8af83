import type { contract, Response } from "@timos/api/contract";
import { entryAnchor } from "@/features/entries/entry-anchor.ts";

export type Found = Response<typeof contract.search.findByBody>["items"][number];

/** Where what was found is to be read. */
export function placeOf({ kind, id, day }: Found): string {
  switch (kind) {
    case "entries":
      return `/day/${String(day)}#${entryAnchor(id)}`;
    case "weekly-recaps":
      return `/week?day=${String(day)}`;
    case "pillars":
    case "habits":
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
