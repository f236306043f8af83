import type { KindName } from "../contract/record.ts";
import { ifOpens } from "../crypto/decryption-error.ts";
import { bytesToUuid, uuidToBytes } from "../lib/ids.ts";
import { syncFloorIn } from "./head.ts";
import { pace } from "./pace.ts";
import type { Searched } from "./record-state.ts";
import { findHead, listRange, listRows, listSizes, type RowSize } from "./statements.ts";
import type { StoredRow } from "./table.ts";
import type { AnyKind } from "./trash.ts";
import type { UserVault } from "./user-vault.ts";

/** A kind whose records have texts. */
export type SearchedKind = AnyKind & { readonly searchedIn: NonNullable<AnyKind["searchedIn"]> };

export const isSearched = (kind: AnyKind): kind is SearchedKind => kind.searchedIn !== null;

/** The texts of a record; null in place of one that does not open, or is in the trash. */
export interface RecordTexts {
  readonly kind: KindName;
  readonly table: string;
  readonly id: string;
  readonly rev: number;
  readonly searched: (Searched & { readonly day: string | null }) | "unreadable" | "trashed";
}

/** As far as a vault has got. */
export interface VaultPlace {
  readonly rev: number;
  /** Whoever has seen less does not know what was deleted since, and has to begin anew. */
  readonly floor: number;
}

/** How far the vault is. Of one whose head does not open nobody knows what was deleted since any revision. */
export async function findPlace({ database, keys }: UserVault): Promise<VaultPlace> {
  const head = await findHead(database.execute, keys.ownerId);
  if (head === null) return { rev: 0, floor: 0 };
  return { rev: head.rev, floor: ifOpens(() => syncFloorIn(keys, head)) ?? head.rev };
}

/** How much is read at once: enough for a statement to be worth it, little enough for others to get their turn. */
const READ_ROWS = 250;
const READ_BYTES = 1024 * 1024;

/**
 * The texts of all records that have a revision above `since`, opened in slices. A record that is changed meanwhile may
 * come as it was or as it is; what is changed after this began has a revision above the vault's place before.
 */
export async function* readTexts(
  vault: UserVault,
  kind: SearchedKind,
  since: number,
): AsyncGenerator<RecordTexts> {
  const { database, keys } = vault;
  const turn = pace();
  const read = (sizes: readonly RowSize[]) =>
    listRange(database.execute, kind.table, keys.ownerId, {
      from: sizes[0]?.rev ?? 0,
      to: sizes.at(-1)?.rev ?? 0,
    });
  // The next rows are on their way while these are opened.
  let ahead: Promise<StoredRow[]> = Promise.resolve([]);
  for await (const page of listSizes(database.execute, kind.table, keys.ownerId, since)) {
    for (const { id, rev, isTrashed } of page) {
      if (isTrashed) yield { ...nameOf(kind, { id, rev }), searched: "trashed" };
    }
    for (const sizes of inReads(page.filter(({ isTrashed }) => !isTrashed))) {
      const rows = await ahead;
      ahead = read(sizes);
      // Whoever stops listening meanwhile does not hear that it failed.
      ahead.catch(() => undefined);
      for (const row of rows) {
        yield textsOf(vault, kind, row);
        await turn();
      }
    }
  }
  for (const row of await ahead) {
    yield textsOf(vault, kind, row);
    await turn();
  }
}

/** The texts of records by their ids. Those that are not there any more are left out, or in the trash. */
export async function findTexts(
  vault: UserVault,
  kind: SearchedKind,
  ids: readonly string[],
): Promise<RecordTexts[]> {
  const { database, keys } = vault;
  const found = ids.map(uuidToBytes);
  const rows = await listRows(database.execute, kind.table, keys.ownerId, found);
  return rows.map((row) => textsOf(vault, kind, row));
}

function textsOf({ keys }: UserVault, kind: SearchedKind, row: StoredRow): RecordTexts {
  const searched = ifOpens(() => kind.searchedIn(keys, row)) ?? "unreadable";
  return { ...nameOf(kind, row), searched };
}

const nameOf = ({ kind, table }: SearchedKind, { id, rev }: Pick<StoredRow, "id" | "rev">) => ({
  kind,
  table: table.table,
  id: bytesToUuid(id),
  rev,
});

/** Cuts a page into what is read at once. */
function inReads(sizes: readonly RowSize[]): RowSize[][] {
  const reads: RowSize[][] = [];
  let bytes = Infinity;
  for (const size of sizes) {
    const last = reads.at(-1);
    if (last === undefined || last.length >= READ_ROWS || bytes + size.bytes > READ_BYTES) {
      reads.push([size]);
      bytes = size.bytes;
    } else {
      last.push(size);
      bytes += size.bytes;
    }
  }
  return reads;
}
