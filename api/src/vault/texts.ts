import { setImmediate as nextTurn } from "node:timers/promises";
import type { KindName } from "../contract/record.ts";
import { ifOpens } from "../crypto/decryption-error.ts";
import { bytesToUuid, uuidToBytes } from "../lib/ids.ts";
import { syncFloorIn } from "./head.ts";
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

/** How long rows are opened before others get their turn. */
const OPENED_MS = 2;

/**
 * The texts of all records that have a revision above `since`, as many at once as are opened in a turn. A record that is
 * changed meanwhile may come as it was or as it is; what is changed after this began has a revision above the vault's place
 * before.
 */
export async function* readTexts(
  vault: UserVault,
  kind: SearchedKind,
  since: number,
): AsyncGenerator<readonly RecordTexts[]> {
  const { database, keys } = vault;
  const { execute } = database;
  for await (const page of ahead(listSizes(execute, kind.table, keys.ownerId, since))) {
    const trashed = page.filter(({ isTrashed }) => isTrashed);
    if (trashed.length > 0) {
      yield trashed.map((row) => named(kind, row, "trashed"));
    }
    const sizes = page.filter(({ isTrashed }) => !isTrashed);
    for await (const rows of ahead(readAll(vault, kind, sizes))) {
      yield* openInTurns(vault, kind, rows);
    }
  }
}

async function* readAll(
  { database, keys }: UserVault,
  { table }: SearchedKind,
  sizes: readonly RowSize[],
): AsyncGenerator<readonly StoredRow[]> {
  for (const some of inReads(sizes)) {
    const range = { from: some[0]?.rev ?? 0, to: some.at(-1)?.rev ?? 0 };
    yield await listRange(database.execute, table, keys.ownerId, range);
  }
}

/** The same, the next one being on its way while somebody is busy with one. */
async function* ahead<T>(source: AsyncGenerator<T>): AsyncGenerator<T> {
  const request = () => {
    const next = source.next();
    // Whoever stops listening meanwhile does not hear that it failed.
    next.catch(() => undefined);
    return next;
  };
  for (let next = request(); ;) {
    const one = await next;
    if (one.done === true) return;
    next = request();
    yield one.value;
  }
}

/** A promise for each row would take as long as opening some of them. */
async function* openInTurns(
  vault: UserVault,
  kind: SearchedKind,
  rows: readonly StoredRow[],
): AsyncGenerator<readonly RecordTexts[]> {
  const rest = rows.values();
  for (let opened = openSome(vault, kind, rest); opened.length > 0;) {
    yield opened;
    await nextTurn();
    opened = openSome(vault, kind, rest);
  }
}

function openSome(
  vault: UserVault,
  kind: SearchedKind,
  rows: Iterator<StoredRow>,
): readonly RecordTexts[] {
  const opened: RecordTexts[] = [];
  const began = performance.now();
  for (let row = rows.next(); row.done !== true; row = rows.next()) {
    opened.push(textsOf(vault, kind, row.value));
    if (performance.now() - began >= OPENED_MS) break;
  }
  return opened;
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
  return named(kind, row, ifOpens(() => kind.searchedIn(keys, row)) ?? "unreadable");
}

function named(
  { kind, table }: SearchedKind,
  { id, rev }: Pick<StoredRow, "id" | "rev">,
  searched: RecordTexts["searched"],
): RecordTexts {
  // In one piece: a text that was put together takes six times the room, and longer to be found by.
  return {
    kind,
    table: table.table,
    id: Buffer.from(bytesToUuid(id)).toString("latin1"),
    rev,
    searched,
  };
}

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
