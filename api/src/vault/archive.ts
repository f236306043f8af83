import { readState, type RecordKind, type Write } from "./record-state.ts";
import { patchRecord, trashRecord } from "./records.ts";
import type { UserVault } from "./user-vault.ts";

/**
 * How records are removed that others name: moved to the trash; archived instead where something refers to them, so that
 * it goes on naming something.
 *
 * @param isReferredTo - Whether anything that was written names the record, be it in the trash, from which it can come
 * back.
 */
export function archivable<F extends { readonly archived: boolean }, H extends object>(
  kind: RecordKind<F, H>,
  isReferredTo: (vault: UserVault, id: string) => Promise<boolean>,
) {
  return {
    /**
     * Answers with the revision that it took.
     *
     * @throws AppError as {@link trashRecord} and {@link patchRecord}.
     */
    remove: async (vault: UserVault, id: string, write: Write): Promise<number> => {
      if (!(await isReferredTo(vault, id))) return trashRecord(vault, kind, id, write);
      return (await patchRecord(vault, kind, id, { patch: { archived: true }, ...write })).rev;
    },
    /** The revision of one that is archived because it cannot be removed; null for any other. */
    findRemoved: async (vault: UserVault, id: string): Promise<number | null> => {
      const { record } = (await readState(vault.database, vault, kind, id)) ?? {};
      const isArchived = record?.archived === true && (await isReferredTo(vault, id));
      return isArchived ? record.rev : null;
    },
  };
}
