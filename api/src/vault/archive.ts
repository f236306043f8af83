import { ifOpens } from "../crypto/decryption-error.ts";
import type { Execute } from "../lib/database.ts";
import { hex } from "../lib/ids.ts";
import { inChange } from "./head.ts";
import type { OwnerKeys } from "./key-service.ts";
import { pace } from "./pace.ts";
import { readState, type RecordKind, type Write } from "./record-state.ts";
import { patchWithin, readVisible, trashWithin } from "./records.ts";
import { findHead, listSealedSince } from "./statements.ts";
import type { StoredRow, Table } from "./table.ts";
import type { UserVault } from "./user-vault.ts";

type Ids = readonly (string | null)[];

/** A kind whose records name others. */
export interface Naming {
  readonly table: Table;
  /** What a row names, by its first box. @throws DecryptionError when that does not open. */
  readonly namesIn: (keys: OwnerKeys, row: StoredRow) => Ids;
}

export const naming = <F extends object, H extends object>(
  { table }: RecordKind<F, H>,
  namesIn: (head: H) => Ids,
): Naming => ({ table, namesIn: (keys, row) => namesIn(table.openHead(keys, row)) });

/**
 * How records are removed that others name: moved to the trash; archived instead where something refers to them, so that
 * it goes on naming something.
 *
 * @param namings - Whose records name them. Each counts, be it in the trash, from which it can come back; one that does
 * not open is passed over.
 * @param isKept - Whether something that names one keeps it from the trash at all.
 */
export function archivable<F extends { readonly archived: boolean }, H extends object>(
  kind: RecordKind<F, H>,
  namings: readonly Naming[],
  isKept: (id: string) => boolean = () => true,
) {
  // Each request opens a vault of its own: several removals by one of them read everything once.
  const known = new WeakMap<UserVault, Names>();
  const namesOf = (vault: UserVault) => {
    const names = known.get(vault) ?? readNames(vault, namings);
    known.set(vault, names);
    return names;
  };
  const isReferredTo = async (vault: UserVault, id: string) =>
    isKept(id) && (await namesOf(vault).has(id));
  return {
    /**
     * Answers with the revision that it took.
     *
     * @throws AppError `not_found`, `rev_mismatch`; `record_unreadable` of one that is named and does not open.
     */
    remove: async (vault: UserVault, id: string, write: Write): Promise<number> => {
      await readVisible(vault.database, vault, kind, id, write.guard);
      const wasReferredTo = await isReferredTo(vault, id);
      return inChange(vault, async (change) => {
        // Nothing is written beside this change. What was written until it began is little.
        const isReferredToNow =
          wasReferredTo || (isKept(id) && (await namesOf(vault).hasNow(change.execute, id)));
        if (!isReferredToNow) return trashWithin(change, vault, kind, id, write);
        const archived = { patch: { archived: true }, ...write };
        return (await patchWithin(change, vault, kind, id, archived)).rev;
      });
    },
    /** The revision of one that is archived because it cannot be removed; null for any other. */
    findRemoved: async (vault: UserVault, id: string): Promise<number | null> => {
      const { record, isTrashed } = (await readState(vault.database, vault, kind, id)) ?? {};
      const isArchived = record?.archived === true && isTrashed === false;
      return isArchived && (await isReferredTo(vault, id)) ? record.rev : null;
    },
  };
}

type Names = ReturnType<typeof readNames>;

/** What records name, read once, and from then on only what was written since. */
function readNames({ database, keys }: UserVault, namings: readonly Naming[]) {
  const sources = namings.map((of) => ({ of, upTo: 0, byRow: new Map<string, Ids>() }));
  type Source = (typeof sources)[number];

  const readOn = async (execute: Execute, { of, upTo, byRow }: Source) => {
    const breathe = pace();
    for await (const rows of listSealedSince(execute, of.table, keys.ownerId, upTo)) {
      for (const row of rows) {
        const ids = ifOpens(() => of.namesIn(keys, row)) ?? [];
        if (ids.length > 0) byRow.set(hex(row.id), ids);
        else byRow.delete(hex(row.id));
        await breathe();
      }
    }
  };
  const isIn = ({ byRow }: Source, id: string) =>
    [...byRow.values()].some((ids) => ids.includes(id));

  return {
    /** Whether something names the record. */
    has: async (id: string): Promise<boolean> => {
      // Whatever is committed later has a revision above this.
      const rev = (await findHead(database.execute, keys.ownerId))?.rev ?? 0;
      for (const source of sources) {
        await readOn(database.execute, source);
        source.upTo = rev;
        if (isIn(source, id)) return true;
      }
      return false;
    },
    /** The same at the moment that `execute` sees: that of a change. */
    hasNow: async (execute: Execute, id: string): Promise<boolean> => {
      for (const source of sources) {
        await readOn(execute, source);
        if (isIn(source, id)) return true;
      }
      return false;
    },
  };
}
