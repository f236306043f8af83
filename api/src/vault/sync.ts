import type { KindName } from "../contract/record.ts";
import { AppError } from "../contract/errors.ts";
import { ifOpens } from "../crypto/decryption-error.ts";
import { bytesToUuid, hex, uuidToBytes } from "../lib/ids.ts";
import { inChange, syncFloorIn } from "./head.ts";
import type { OwnerKeys } from "./key-service.ts";
import { pace } from "./pace.ts";
import { whatFits } from "./pages.ts";
import {
  assertParent,
  isSameContent,
  readState,
  writeState,
  type RecordKind,
  type Write,
} from "./record-state.ts";
import { findRow, listRows } from "./statements.ts";
import { listChanged, measureRows, type ChangedPlace } from "./sync-statements.ts";
import type { StoredRow, Table } from "./table.ts";
import type { UserVault } from "./user-vault.ts";

/** What devices that keep a copy of a vault are told, and what they send: ADR 0026. */

/** A kind as whoever does not know its fields shows it. */
export interface ShownKind {
  readonly kind: KindName;
  readonly table: Table;
  /** The record of a whole row as the API shows it. @throws DecryptionError when a box does not open. */
  readonly show: (keys: OwnerKeys, row: StoredRow) => object;
}

/** A record that was changed, as it is now. */
export interface RecordChange {
  readonly kind: KindName;
  readonly id: string;
  readonly rev: number;
  /** In the trash, or gone for good. */
  readonly deleted: boolean;
  readonly record?: Readonly<Record<string, unknown>>;
  /** What is stored of it does not open. */
  readonly unreadable?: true;
}

/**
 * Where somebody has got to: they have seen all changes up to `rev`. `floor` is that of the vault when they began to read
 * everything, for as long as they are below it.
 */
export interface SyncPlace {
  readonly rev: number;
  readonly floor: number | undefined;
}

/**
 * What was changed since a place, in the order of the revisions: the records that have a higher one, as they are now. At
 * most `limit`, and fewer when they are large. `damaged` has the table of each that does not open.
 *
 * No change is missed that is not above `next`: revisions are given under the owner's lock and committed together with
 * the head that has the highest, and head and places are read in one statement, so at one moment. A record that is
 * written over or trashed between that and its reading is told of with a revision above `next`. One that is gone by then
 * was in the trash, or is below the new floor.
 *
 * @throws AppError `gone` for a place from which one cannot go on: a revision that never was, or one below the floor,
 * whose deletions are not known any more.
 */
export async function listChanges(
  { database, keys }: UserVault,
  kinds: readonly ShownKind[],
  { since, limit }: { readonly since: SyncPlace; readonly limit: number },
): Promise<{
  changes: RecordChange[];
  next: SyncPlace;
  hasMore: boolean;
  damaged: readonly string[];
}> {
  const { execute } = database;
  const { ownerId } = keys;
  const byTable = new Map(kinds.map((kind) => [kind.table.table, kind]));
  const names = [...byTable.keys()];
  const { head, places } = await listChanged(execute, names, ownerId, since.rev, limit + 1);
  const rev = head?.rev ?? 0;
  const floor = head === null ? 0 : syncFloorIn(keys, head);
  assertKnown(since, rev, floor);
  const found = places.filter((place) => place.rev <= rev).sort((a, b) => a.rev - b.rev);
  const asked = found.slice(0, limit);
  const lengths = await ofEach(byTable, asked, ({ table }, ids) =>
    measureRows(execute, table, ownerId, ids),
  );
  const sized = asked.map((place) => ({ place, unreadBytes: lengths.get(keyOf(place)) ?? 0 }));
  const chosen = whatFits(
    sized.map((row) => ({ row })),
    limit,
  ).map(({ row }) => row.place);
  const rows = await ofEach(byTable, chosen, async ({ table }, ids) =>
    (await listRows(execute, table, ownerId, ids)).map((row) => [row.id, row] as const),
  );
  const changes: RecordChange[] = [];
  const damaged: string[] = [];
  const turn = pace();
  for (const place of chosen) {
    const kind = byTable.get(place.table);
    const row = rows.get(keyOf(place)) ?? null;
    // One that was changed meanwhile has a revision above all of these.
    if (kind === undefined || (row !== null && row.rev !== place.rev)) continue;
    const change = changeOf(keys, kind, { ...place, row });
    if (change.unreadable === true) damaged.push(place.table);
    changes.push(change);
    await turn();
  }
  const last = found.length > chosen.length ? chosen.at(-1) : undefined;
  const next = last?.rev ?? rev;
  return {
    changes,
    next: { rev: next, floor: next < floor ? floor : undefined },
    hasMore: last !== undefined,
    damaged,
  };
}

function assertKnown(since: SyncPlace, rev: number, floor: number): void {
  const isReached = since.rev === 0 || since.rev >= floor || since.floor === floor;
  if (isReached && since.rev <= rev) return;
  throw new AppError("gone", {
    detail:
      "Changes since then cannot be told any more. Start again from since=0, and put what you have that is not there.",
  });
}

/** A record as it is now, in the trash or not; null when there is none. */
export async function findChange(
  { database, keys }: UserVault,
  kind: ShownKind,
  id: string,
): Promise<RecordChange | null> {
  const row = await findRow(database.execute, kind.table, keys.ownerId, uuidToBytes(id));
  if (row === null) return null;
  return changeOf(keys, kind, { ...row, row: row.purgeAfter === null ? row : null });
}

function changeOf(
  keys: OwnerKeys,
  { kind, show }: ShownKind,
  { id, rev, row }: Pick<StoredRow, "id" | "rev"> & { readonly row: StoredRow | null },
): RecordChange {
  const change = { kind, id: bytesToUuid(id), rev };
  if (row === null) return { ...change, deleted: true };
  const record = ifOpens(() => ({ ...show(keys, row) }));
  return { ...change, deleted: false, ...(record === null ? { unreadable: true } : { record }) };
}

const keyOf = ({ table, id }: Pick<ChangedPlace, "table" | "id">) => `${table} ${hex(id)}`;

/** What `read` finds of places, table by table, by their {@link keyOf}. */
async function ofEach<T>(
  byTable: ReadonlyMap<string, ShownKind>,
  places: readonly ChangedPlace[],
  read: (kind: ShownKind, ids: Uint8Array[]) => Promise<(readonly [Uint8Array, T])[]>,
): Promise<Map<string, T>> {
  const found = new Map<string, T>();
  for (const [table, kind] of byTable) {
    const ids = places.filter((place) => place.table === table).map(({ id }) => id);
    if (ids.length === 0) continue;
    for (const [id, value] of await read(kind, ids)) found.set(keyOf({ table, id }), value);
  }
  return found;
}

/** What became of one change that a device sent. A conflict is with the record `with`, which may be another. */
export type Merged =
  | { readonly status: "applied"; readonly rev: number }
  | { readonly status: "unchanged"; readonly rev: number | null }
  | { readonly status: "conflict"; readonly with: string };

/** How a device changes a record: `ifRev` is the revision that it last saw it at, deleted or not; 0 for never. */
export interface SyncWrite extends Omit<Write, "guard"> {
  readonly ifRev: number | undefined;
}

/**
 * Creates a record, replaces what is there, or takes it out of the trash with other content. What it is to be already is
 * no change, whatever `ifRev` says and whatever became of what it belongs to: the answer to the first time may have been
 * lost.
 *
 * @throws AppError `not_found` when what it belongs to is not there.
 */
export async function putChange<F extends object, H extends object>(
  vault: UserVault,
  kind: RecordKind<F, H>,
  id: string,
  { ifRev, fields, ...write }: SyncWrite & { readonly fields: F },
): Promise<Merged> {
  try {
    return await inChange(vault, async (change): Promise<Merged> => {
      const current = await readState(change, vault, kind, id);
      if (current?.isTrashed === false && isSameContent(kind, current.record, fields)) {
        change.cancel();
        return { status: "unchanged", rev: current.row.rev };
      }
      await assertParent(change, vault, kind, fields);
      if (ifRev !== undefined && ifRev !== (current?.row.rev ?? 0)) {
        change.cancel();
        return { status: "conflict", with: id };
      }
      const { rev } = await writeState(change, vault, kind, id, {
        ...write,
        guard: undefined,
        current,
        fields,
        mayCoalesce: ifRev !== undefined,
      });
      return { status: "applied", rev };
    });
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "conflict") throw error;
    return { status: "conflict", with: String(error.particulars.members?.["id"]) };
  }
}

/** The revision of a record that is there, out of the trash, and has this content; else null. */
export async function findSame<F extends object, H extends object>(
  vault: UserVault,
  kind: RecordKind<F, H>,
  id: string,
  fields: F,
): Promise<number | null> {
  const current = await readState(vault.database, vault, kind, id);
  const isSame = current?.isTrashed === false && isSameContent(kind, current.record, fields);
  return isSame ? current.row.rev : null;
}

/**
 * Deletes a record by `remove`, which moves it to the trash or does what is done instead. One that is there already, or
 * never was, stays so. One that does not open, and would have to be changed instead of trashed, is a conflict.
 *
 * @param remove - Answers with the revision that it took.
 */
export async function removeChange(
  id: string,
  { ifRev, ...write }: SyncWrite,
  remove: (id: string, write: Write) => Promise<number>,
): Promise<Merged> {
  try {
    const guard = ifRev === undefined ? undefined : { rev: ifRev };
    return { status: "applied", rev: await remove(id, { ...write, guard }) };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (error.code === "not_found") return { status: "unchanged", rev: null };
    // What is there is another state, or does not open and can neither be compared nor archived.
    const isOther = error.code === "rev_mismatch" || error.code === "record_unreadable";
    if (isOther) return { status: "conflict", with: id };
    throw error;
  }
}
