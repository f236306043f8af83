import type * as z from "zod";
import type { Guard } from "../../contract/endpoint.ts";
import { AppError } from "../../contract/errors.ts";
import { listDays } from "../../vault/day-list.ts";
import type { RecordKind } from "../../vault/record-state.ts";
import { findNatural, putNatural, trashRecord } from "../../vault/records.ts";
import type { UserVault } from "../../vault/user-vault.ts";
import { ScoreFields } from "./contract.ts";
import { pillarKind } from "../pillars/pillars.ts";
import { scoreKey, scoreTable } from "./table.ts";

type Fields = z.output<typeof ScoreFields>;

interface Write {
  readonly guard: Guard;
  readonly now: Date;
}

/** How pillars went: one score a pillar and day. */
export const scoreKind: RecordKind<Fields, Fields> = {
  kind: "pillar-scores",
  fields: ScoreFields,
  table: scoreTable,
  dayOf: (score) => score.day,
  parent: { table: pillarKind.table, idIn: ({ pillarId }) => pillarId },
  searched: ({ note, pillarId }) => ({ texts: [note], pillarIds: [pillarId] }),
  sortKey: (score) => `${score.day} ${score.pillarId}`,
};

/** The scores of the days, in the order of the days. */
export const listScores = (vault: UserVault, days: readonly string[]) =>
  listDays(vault, scoreKind, days);

/** @throws AppError `not_found` when there is no such pillar, and as {@link putNatural}. */
export const putScore = (vault: UserVault, fields: Fields, write: Write) =>
  putNatural(vault, scoreKind, { fields, ...write });

/** Moves a score to the trash. @throws AppError `not_found`, and as {@link trashRecord}. */
export async function removeScore(
  vault: UserVault,
  { pillarId, day }: { readonly pillarId: string; readonly day: string },
  write: Write,
): Promise<void> {
  const id = await findNatural(vault, scoreKind, scoreKey(pillarId, day));
  if (id === null) throw new AppError("not_found");
  await trashRecord(vault, scoreKind, id, write);
}
