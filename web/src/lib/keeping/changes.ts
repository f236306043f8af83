import { newId } from "@/lib/id.ts";
import {
  number,
  oneOf,
  orElse,
  orNull,
  type Reader,
  record,
  shapeOf,
  text,
  whole,
} from "@/lib/shapes.ts";
import { type DayView, type KindOfDay, withoutRecord, withRecord } from "./day-views.ts";

/** Something that was done at once, by a press of a button, and that the server has not heard of. */
export interface Change {
  /** What it is about: of two changes to the same thing only the second is sent. */
  readonly about: string;
  /** Its place in the order. */
  readonly order: number;
  readonly op: "put" | "delete";
  readonly kind: "habit-checks" | "mood-logs" | "pillar-scores";
  readonly id: string;
  readonly day: string | null;
  /** What the sync routes take; null when it is deleted. */
  readonly record: Readonly<Record<string, unknown>> | null;
  /** Why the server does not take it, when it said so. */
  readonly refused: string | null;
}

/** Reads a change as it was kept. */
export const readChange = shapeOf<Change>({
  about: text,
  order: number,
  op: oneOf("put", "delete"),
  kind: oneOf("habit-checks", "mood-logs", "pillar-scores"),
  id: text,
  day: orNull(text),
  record: orNull(record),
  refused: orNull(text),
});

const BY_DAY = /^\/api\/(habits|pillars)\/([\w-]{36})\/(?:checks|scores)\/(\d{4}-\d\d-\d\d)$/;
const BY_ID = /^\/api\/(mood-logs)\/([\w-]{36})$/;

const OF_DAY = {
  habits: { kind: "habit-checks", parent: "habitId" },
  pillars: { kind: "pillar-scores", parent: "pillarId" },
} as const;

export type Asked = Omit<Change, "id" | "order" | "refused"> & { readonly id: string | null };

/** The change that a request makes, if it is one of those that may wait; `id` is null where the address names none. */
export function changeOf(path: string, method: string, body: () => unknown): Asked | null {
  const op = method === "PUT" ? "put" : method === "DELETE" ? "delete" : null;
  if (op === null || !(BY_DAY.test(path) || BY_ID.test(path))) return null;
  const fields = op === "put" ? (record(body()) ?? {}) : null;
  const [, group, parentId, day] = BY_DAY.exec(path) ?? [];
  if (parentId !== undefined && day !== undefined && (group === "habits" || group === "pillars")) {
    const { kind, parent } = OF_DAY[group];
    const record = fields && { ...fields, [parent]: parentId, day };
    return { about: path, op, kind, id: null, day, record };
  }
  const [, , id] = BY_ID.exec(path) ?? [];
  if (id === undefined) return null;
  const ofDay = typeof fields?.["day"] === "string" ? fields["day"] : null;
  return { about: path, op, kind: "mood-logs", id, day: ofDay, record: fields };
}

/** The id of what a change is about, where the day as it was last seen has it; else a new one. */
export function idIn(view: DayView | null, { kind, record, about }: Asked): string {
  const parent = BY_DAY.exec(about)?.[2];
  if (view !== null && parent !== undefined) {
    const found =
      kind === "habit-checks"
        ? view.habits.find(({ habit }) => habit.id === parent)?.check
        : view.scores.find(({ pillarId }) => pillarId === parent);
    if (found) return found.id;
  }
  return typeof record?.["id"] === "string" ? record["id"] : newId();
}

type Fields<K extends KindOfDay["kind"]> = Omit<
  Extract<KindOfDay, { kind: K }>["record"],
  "id" | "rev" | "createdAt" | "updatedAt"
>;

const note = orElse(text, "");

/** What may be said of each kind, and what the API takes where it is not said. */
const READERS: { readonly [K in Change["kind"]]: Reader<Fields<K>> } = {
  "habit-checks": shapeOf<Fields<"habit-checks">>({
    habitId: text,
    day: text,
    state: oneOf("done", "skipped"),
    value: orElse(orNull(number), null),
    note,
  }),
  "mood-logs": shapeOf<Fields<"mood-logs">>({ day: text, at: text, moodId: text, note }),
  "pillar-scores": shapeOf<Fields<"pillar-scores">>({
    pillarId: text,
    day: text,
    score: whole(1, 10),
    note,
  }),
};

/** A change as the record that it will be; null for a deletion, and for what would be no such record. */
export function recordOf({ kind, id, record }: Change, at: number): KindOfDay | null {
  const fields = READERS[kind](record);
  if (fields === undefined) return null;
  const instant = new Date(at).toISOString();
  const meta = { id, rev: 1, createdAt: instant, updatedAt: instant };
  // The fields are those of the kind whose reader it was.
  return { kind, record: { ...fields, ...meta } } as KindOfDay;
}

/** The day as it will be when these changes are made. */
export function withChanges(view: DayView, changes: readonly Change[]): DayView {
  return changes.reduce((before, change) => {
    if (change.refused !== null) return before;
    if (change.op === "delete") return withoutRecord(before, change.id);
    const record = recordOf(change, change.order);
    return record === null ? before : withRecord(before, record);
  }, view);
}
