import type * as z from "zod";
import { listByDay } from "../../vault/day-list.ts";
import { asText } from "../../vault/pages.ts";
import type { RecordKind } from "../../vault/record-state.ts";
import type { UserVault } from "../../vault/user-vault.ts";
import { EntryFields, type entries } from "./contract.ts";
import { entryTable } from "./table.ts";

type Fields = z.output<typeof EntryFields>;
type EntryQuery = z.output<typeof entries.list.query>;

/** Entries: several a day, untimed ones first among those of a day. */
export const entryKind: RecordKind<Fields, Omit<Fields, "body">> = {
  kind: "entries",
  fields: EntryFields,
  table: entryTable,
  dayOf: (entry) => entry.day,
  searched: ({ title, body, tags = [], pillarIds }) => ({
    title,
    texts: [body, ...tags],
    tags,
    pillarIds,
  }),
  sortKey: (entry) => `${entry.day} ${entry.time ?? "     "} ${entry.createdAt}`,
};

/** Entries of a range of days, newest first, narrowed to a pillar and a tag. */
export function listEntries(vault: UserVault, { pillarId, tag, ...range }: EntryQuery) {
  const matches = (entry: Omit<Fields, "body">) =>
    (pillarId === undefined || entry.pillarIds.includes(pillarId)) &&
    (tag === undefined || entry.tags.includes(tag));
  const isNarrowed = pillarId !== undefined || tag !== undefined;
  return listByDay(
    vault,
    entryKind,
    { ...range, matches: isNarrowed ? matches : undefined },
    asText,
  );
}
