import { someRecord } from "../../vault/ordered-list.ts";
import type { Write } from "../../vault/record-state.ts";
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
 *
 * @throws AppError as {@link trashRecord} and {@link patchRecord}.
 */
export async function removePillar(vault: UserVault, id: string, write: Write): Promise<void> {
  if (await isReferredTo(vault, id)) {
    await patchRecord(vault, pillarKind, id, { patch: { archived: true }, ...write });
  } else await trashRecord(vault, pillarKind, id, write);
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
