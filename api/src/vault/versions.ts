import * as z from "zod";
import type { RecordVersionModel } from "../../generated/vault/models.ts";
import { Instant } from "../contract/values.ts";
import { defineTable, type ModelOf, type Same } from "./table.ts";

/** The states of records that were written over. A row's `rev` is the revision that the state had. */
export const versionTable = defineTable({
  table: "record_versions",
  boxes: {
    sealed: z.object({
      kind: z.string(),
      recordId: z.string(),
      keptAt: Instant,
      fields: z.record(z.string(), z.unknown()),
    }),
  },
  blind: { recordKey: (version) => recordKey(version.kind, version.recordId) },
});

true satisfies Same<ModelOf<typeof versionTable>, RecordVersionModel>;

/** What the states of one record are found by. */
export function recordKey(kind: string, recordId: string): string {
  return `${kind}/${recordId}`;
}

const WINDOW_MS = 10 * 60_000;

/**
 * Whether a state need not be kept, being a moment within one sitting: a state was kept less than ten minutes ago, and
 * every text of `before` is still there in `after`, with something put in at one place, and no item of a list (a tag)
 * is gone. Nothing at all may be taken out: many small cuts would add up to a passage.
 */
export function isSameSitting(
  lastKeptAt: string | undefined,
  now: Date,
  before: object,
  after: object,
): boolean {
  if (lastKeptAt === undefined || now.getTime() - Date.parse(lastKeptAt) >= WINDOW_MS) return false;
  const later = new Map<string, unknown>(Object.entries(after));
  return Object.entries(before).every(([name, value]) => {
    if (Array.isArray(value)) return holdsAll(later.get(name), value);
    return typeof value !== "string" || goesOnIn(value, String(later.get(name)));
  });
}

function holdsAll(list: unknown, items: readonly unknown[]): boolean {
  const held = new Set(Array.isArray(list) ? list.map((item) => JSON.stringify(item)) : []);
  return items.every((item) => held.has(JSON.stringify(item)));
}

function goesOnIn(before: string, after: string): boolean {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start++;
  let end = 0;
  while (end < shorter - start && before.at(-1 - end) === after.at(-1 - end)) end++;
  return start + end === before.length;
}
