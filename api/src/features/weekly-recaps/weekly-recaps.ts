import type * as z from "zod";
import { mondayOf } from "../../lib/day.ts";
import { listByDay } from "../../vault/day-list.ts";
import { asText } from "../../vault/pages.ts";
import type { RecordKind } from "../../vault/record-state.ts";
import type { UserVault } from "../../vault/user-vault.ts";
import { WeeklyRecapFields, type weeklyRecaps } from "./contract.ts";
import { weeklyRecapTable } from "./table.ts";

type Fields = z.output<typeof WeeklyRecapFields>;

/** Looking back on a week: one a week. */
export const weeklyRecapKind: RecordKind<Fields, Fields> = {
  kind: "weekly-recaps",
  fields: WeeklyRecapFields,
  table: weeklyRecapTable,
  dayOf: (recap) => mondayOf(recap.week),
  searched: ({ note, wins = [], corrections = [] }) => ({
    texts: [note, ...wins, ...corrections.map(({ text }) => text)],
    pillarIds: corrections.map(({ pillarId }) => pillarId),
  }),
  sortKey: (recap) => mondayOf(recap.week),
};

export const listWeeklyRecaps = (
  vault: UserVault,
  query: z.output<typeof weeklyRecaps.list.query>,
) => listByDay(vault, weeklyRecapKind, query, asText);
