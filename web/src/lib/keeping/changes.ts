import { contract } from "@timos/api/contract";
import * as z from "zod";
import { newId } from "@/lib/id.ts";
import { type DayView, type KindOfDay, withoutRecord, withRecord } from "./day-views.ts";

/** Something that was done at once, by a press of a button, and that the server has not heard of. */
export const Change = z.object({
  /** What it is about: of two changes to the same thing only the second is sent. */
  about: z.string(),
  /** Its place in the order. */
  order: z.number(),
  op: z.enum(["put", "delete"]),
  kind: z.enum(["habit-checks", "mood-logs", "pillar-scores"]),
  id: z.string(),
  day: z.string().nullable(),
  /** What the sync routes take; null when it is deleted. */
  record: z.record(z.string(), z.unknown()).nullable(),
  /** Why the server does not take it, when it said so. */
  refused: z.string().nullable(),
});
export type Change = z.output<typeof Change>;

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
  const fields =
    op === "put" ? (z.record(z.string(), z.unknown()).safeParse(body()).data ?? {}) : null;
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

const SCHEMAS = {
  "habit-checks": contract.habitChecks.get.responses[200],
  "mood-logs": contract.moodLogs.get.responses[200],
  "pillar-scores": contract.pillarScores.get.responses[200],
} as const;

/** A change as the record that it will be; null for a deletion, and for what would be no such record. */
export function recordOf(change: Change, at: number): KindOfDay | null {
  if (change.record === null) return null;
  const instant = new Date(at).toISOString();
  const meta = { id: change.id, rev: 1, createdAt: instant, updatedAt: instant };
  const record = SCHEMAS[change.kind].safeParse({ ...change.record, ...meta });
  return record.success ? ({ kind: change.kind, record: record.data } as KindOfDay) : null;
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
