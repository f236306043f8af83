import type { Entry } from "@timos/api/contract";
import type { Stored } from "@/lib/saver/save-machine.ts";
import { listOf, orNull, shapeOf, text, truth } from "@/lib/shapes.ts";

/** An entry as it is on the screen: every field that can be written. */
export type Draft = Readonly<Omit<Entry, "id" | "rev" | "createdAt" | "updatedAt">>;

/** As the API has them, without its limits: what it will not take is kept too. */
export const readDraft = shapeOf<Draft>({
  day: text,
  time: orNull(text),
  title: text,
  body: text,
  pillarIds: listOf(text),
  tags: listOf(text),
  moodId: orNull(text),
  starred: truth,
  completed: truth,
});

export function blankDraft(day: string, time: string | null): Draft {
  return {
    day,
    time,
    title: "",
    body: "",
    pillarIds: [],
    tags: [],
    moodId: null,
    starred: false,
    completed: false,
  };
}

export function draftOf(entry: Entry): Draft {
  const { day, time, title, body, pillarIds, tags, moodId, starred, completed } = entry;
  return { day, time, title, body, pillarIds, tags, moodId, starred, completed };
}

export const storedOf = (entry: Entry): Stored<Draft> => ({
  fields: draftOf(entry),
  rev: entry.rev,
  at: Date.parse(entry.updatedAt),
});
