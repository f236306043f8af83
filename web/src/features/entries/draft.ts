import type { Entry } from "@timos/api/contract";

/** An entry as it is on the screen: every field that can be written. */
export type Draft = Readonly<Omit<Entry, "id" | "rev" | "createdAt" | "updatedAt">>;

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

export function sameDraft(one: Draft, other: Draft): boolean {
  return (
    one.day === other.day &&
    one.time === other.time &&
    one.title === other.title &&
    one.body === other.body &&
    sameList(one.pillarIds, other.pillarIds) &&
    sameList(one.tags, other.tags) &&
    one.moodId === other.moodId &&
    one.starred === other.starred &&
    one.completed === other.completed
  );
}

function sameList(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((value, index) => value === other[index]);
}
