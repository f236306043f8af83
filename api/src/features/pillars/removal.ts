import { someRecord } from "../../vault/ordered-list.ts";
import { readState, type Write } from "../../vault/record-state.ts";
import { patchRecord, trashRecord } from "../../vault/records.ts";
import type { UserVault } from "../../vault/user-vault.ts";
import { dailyRecapKind } from "../daily-recaps/daily-recaps.ts";
import { entryKind } from "../entries/entries.ts";
import { scoreKind } from "../pillar-scores/pillar-scores.ts";
import { weeklyRecapKind } from "../weekly-recaps/weekly-recaps.ts";
import { pillarKind } from "./pillars.ts";

interface OfPillar {
  readonly pillarId: string | null;
}

/**
 * Moves a pillar to the trash; one that records refer to is archived instead, so that they go on naming something.
 * Answers with the revision that it took.
 *
 * @throws AppError as {@link trashRecord} and {@link patchRecord}.
 */
export async function removePillar(vault: UserVault, id: string, write: Write): Promise<number> {
  if (!(await isReferredTo(vault, id))) return trashRecord(vault, pillarKind, id, write);
  return (await patchRecord(vault, pillarKind, id, { patch: { archived: true }, ...write })).rev;
}

/** The revision of a pillar that is archived because it cannot be removed; null for any other. */
export async function findArchived(vault: UserVault, id: string): Promise<number | null> {
  const { record } = (await readState(vault.database, vault, pillarKind, id)) ?? {};
  const isArchived = record?.archived === true && (await isReferredTo(vault, id));
  return isArchived ? record.rev : null;
}

/** Whether anything that was written names the pillar, be it in the trash, from which it can come back. */
async function isReferredTo(vault: UserVault, id: string): Promise<boolean> {
  const names = (items: readonly OfPillar[]) => items.some(({ pillarId }) => pillarId === id);
  return (
    (await someRecord(vault, scoreKind, ({ pillarId }) => pillarId === id)) ||
    (await someRecord(vault, dailyRecapKind, ({ scores, slips, outs, corrections }) =>
      [scores, slips, outs, corrections].some(names),
    )) ||
    (await someRecord(vault, weeklyRecapKind, ({ corrections }) => names(corrections))) ||
    (await someRecord(vault, entryKind, ({ pillarIds }) => pillarIds.includes(id)))
  );
}
