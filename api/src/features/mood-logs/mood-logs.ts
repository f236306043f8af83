import type * as z from "zod";
import { listByDay } from "../../vault/day-list.ts";
import { asText } from "../../vault/pages.ts";
import type { RecordKind } from "../../vault/record-state.ts";
import type { UserVault } from "../../vault/user-vault.ts";
import { MoodLogFields, type moodLogs } from "./contract.ts";
import { moodLogTable } from "./table.ts";

type Fields = z.output<typeof MoodLogFields>;

/** How somebody felt at a moment: many a day. */
export const moodLogKind: RecordKind<Fields, Fields> = {
  kind: "mood-logs",
  fields: MoodLogFields,
  table: moodLogTable,
  dayOf: (log) => log.day,
  searched: ({ note }) => ({ texts: [note] }),
  sortKey: (log) => `${log.day} ${log.at}`,
};

/** Logs of a range of days, newest first, narrowed to one mood. */
export function listMoodLogs(
  vault: UserVault,
  { moodId, ...range }: z.output<typeof moodLogs.list.query>,
) {
  return listByDay(
    vault,
    moodLogKind,
    {
      ...range,
      matches: (log) => moodId === undefined || log.moodId === moodId,
    },
    asText,
  );
}
