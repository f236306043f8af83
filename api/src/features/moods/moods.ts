import type * as z from "zod";
import { AppError } from "../../contract/errors.ts";
import { listAll } from "../../vault/ordered-list.ts";
import type { RecordKind } from "../../vault/record-state.ts";
import type { UserVault } from "../../vault/user-vault.ts";
import { MoodFields, type moods } from "./contract.ts";
import { SYSTEM_MOODS } from "./system.ts";
import { moodTable } from "./table.ts";

type Fields = z.output<typeof MoodFields>;

/** What somebody can feel: what they made themselves, and what they changed of what everybody has. */
export const moodKind: RecordKind<Fields, Fields> = {
  kind: "moods",
  fields: MoodFields,
  table: moodTable,
  dayOf: null,
  searched: ({ name, emoji }) => ({ title: name, texts: [emoji] }),
  sortKey: (mood) => mood.name.toLowerCase(),
};

const SYSTEM_IDS: ReadonlySet<string> = new Set(SYSTEM_MOODS.map(({ id }) => id));

/** The moods that everybody has, as they are or as their owner changed them, and then their own. */
export async function listMoods(
  vault: UserVault,
  { limit, cursor }: z.output<typeof moods.list.query>,
) {
  const { items: stored, nextCursor: _none, ...rest } = await listAll(vault, moodKind);
  const changed = new Map(stored.map((mood) => [mood.id, mood]));
  const system = SYSTEM_MOODS.map((mood) => ({
    ...mood,
    rev: 0,
    createdAt: null,
    updatedAt: null,
    ...changed.get(mood.id),
    system: true,
  }));
  const own = stored
    .filter(({ id }) => !SYSTEM_IDS.has(id))
    .map((mood) => ({ ...mood, system: false }));
  const all = [...system, ...own];
  const start = cursor === undefined ? 0 : all.findIndex(({ id }) => id === cursor) + 1;
  if (cursor !== undefined && start === 0) {
    throw new AppError("invalid_request", {
      errors: [{ path: "query.cursor", message: "must be the nextCursor of the page before" }],
    });
  }
  const items = all.slice(start, start + limit);
  const nextCursor = start + limit < all.length ? (items.at(-1)?.id ?? null) : null;
  return { items, nextCursor, ...rest };
}
