import type * as z from "zod";
import { AppError } from "../../contract/errors.ts";
import { listByDay } from "../../vault/day-list.ts";
import { asRecord } from "../../vault/pages.ts";
import type { RecordKind, VaultRecord } from "../../vault/record-state.ts";
import { findNatural, getRecord } from "../../vault/records.ts";
import type { UserVault } from "../../vault/user-vault.ts";
import { DailyRecapFields, type dailyRecaps } from "./contract.ts";
import { gradeOf } from "./grade.ts";
import { dailyRecapTable } from "./table.ts";

type Fields = z.output<typeof DailyRecapFields>;

/** Looking back on a day: one a day. */
export const dailyRecapKind: RecordKind<Fields, Fields> = {
  kind: "daily-recaps",
  fields: DailyRecapFields,
  table: dailyRecapTable,
  dayOf: (recap) => recap.day,
  searched: ({ summary, slips = [], outs = [], corrections = [] }) => {
    const items = [...slips, ...outs, ...corrections];
    return {
      texts: [summary, ...items.map(({ text }) => text)],
      pillarIds: items.map(({ pillarId }) => pillarId),
    };
  },
  sortKey: (recap) => recap.day,
};

/** A recap with what its scores come to. */
export function graded(recap: VaultRecord<Fields>) {
  return { ...recap, ...gradeOf(recap.scores.map(({ score }) => score)) };
}

export const listDailyRecaps = (vault: UserVault, query: z.output<typeof dailyRecaps.list.query>) =>
  listByDay(vault, dailyRecapKind, query, (...of) => graded(asRecord(...of)));

/** @throws AppError `not_found`, `record_unreadable`. */
export async function recapOfDay(vault: UserVault, day: string): Promise<VaultRecord<Fields>> {
  const id = await findNatural(vault, dailyRecapKind, day);
  if (id === null) throw new AppError("not_found");
  return getRecord(vault, dailyRecapKind, id);
}
