import { AppError } from "../contract/errors.ts";
import type { KindName } from "../contract/record.ts";
import { ifOpens } from "../crypto/decryption-error.ts";
import { bytesToUuid, uuidToBytes } from "../lib/ids.ts";
import { inChange, type Change } from "./head.ts";
import { decodeCursor, openEach } from "./pages.ts";
import type { OwnerKeys } from "./key-service.ts";
import { assertFree, readable, readState, type RecordKind, type Searched } from "./record-state.ts";
import { findRow, listTrash, listTrashedRows, listVersions } from "./statements.ts";
import type { StoredRow, Table } from "./table.ts";
import type { RecordTable } from "./tables.ts";
import type { UserVault } from "./user-vault.ts";
import { recordKey, versionTable } from "./versions.ts";

/** A kind as whoever does not know its fields deals with it. */
export interface AnyKind {
  readonly kind: KindName;
  readonly table: Table;
  /** Takes a record out of the trash, as its newest state. Throws as {@link takeFromTrash}. */
  readonly takeFromTrash: (vault: UserVault, id: string) => Promise<{ id: string; rev: number }>;
  /** What of a row is searched, with its day; null for kinds that are not. @throws DecryptionError when it does not open. */
  readonly searchedIn:
    ((keys: OwnerKeys, row: StoredRow) => Searched & { readonly day: string | null }) | null;
}

export function anyKind<F extends object, H extends object>(kind: RecordKind<F, H>): AnyKind {
  const { table, dayOf, searched } = kind;
  return {
    kind: kind.kind,
    table,
    takeFromTrash: (vault, id) => takeFromTrash(vault, kind, id),
    searchedIn:
      searched === undefined
        ? null
        : (keys, row) => {
            const fields = table.peekRow(keys, row);
            const { title, texts, tags, pillarIds } = searched(fields);
            // Its day is what no kind that has one was ever without.
            const day = dayOf === null ? null : dayOf(fields as F);
            return { title, texts, tags, pillarIds, day };
          },
  };
}

/** A record in the trash, with what its first box holds: its fields without large texts. */
export interface Trashed {
  readonly kind: KindName;
  readonly id: string;
  readonly rev: number;
  readonly purgeAfter: string;
  readonly record: Record<string, unknown>;
}

/**
 * What is in the trash, of all kinds, what was put there last first: at most `limit`, from where
 * `cursor` left off. Rows that do not open are left out; `damaged` has the table of each.
 *
 * @throws AppError `invalid_request` for a cursor that no page gave.
 */
export async function listTrashed(
  vault: UserVault,
  kinds: readonly AnyKind[],
  { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<{ items: Trashed[]; nextCursor: string | null; damaged: readonly string[] }> {
  const after = cursor === undefined ? undefined : decodeCursor(cursor, isPlace);
  const { keys, database } = vault;
  const places: { key: string; kind: AnyKind; id: Uint8Array }[] = [];
  for (const kind of kinds) {
    const table = kind.table.table as RecordTable;
    for await (const rows of listTrash(database.execute, table, keys.ownerId)) {
      for (const { id, rev, purgeAfter } of rows) {
        places.push({ key: placeOf(kind.kind, bytesToUuid(id), rev, purgeAfter), kind, id });
      }
    }
  }
  const left = places
    .filter(({ key }) => after === undefined || key < after)
    .sort((a, b) => (a.key < b.key ? 1 : -1));
  const page = left.slice(0, limit);
  const damaged: string[] = [];
  const byKey = new Map<string, Trashed>();
  for (const { kind, table } of new Set(page.map((place) => place.kind))) {
    const ids = page.filter((place) => place.kind.kind === kind).map(({ id }) => id);
    const rows = await listTrashedRows(database.execute, table, keys.ownerId, ids);
    const { opened, unreadable } = await openEach(rows, (row) => ({
      kind,
      id: bytesToUuid(row.id),
      rev: row.rev,
      purgeAfter: String(row.purgeAfter),
      record: { ...table.openHead(keys, row) },
    }));
    for (const one of opened) byKey.set(placeOf(kind, one.id, one.rev, one.purgeAfter), one);
    damaged.push(...Array.from({ length: unreadable }, () => table.table));
  }
  const last = left.length > page.length ? page.at(-1) : undefined;
  return {
    items: page.flatMap(({ key }) => byKey.get(key) ?? []),
    nextCursor: last === undefined ? null : Buffer.from(last.key).toString("base64url"),
    damaged,
  };
}

/** By when it was put there: the day, which the day of its deletion tells, and then the order of changes. */
function placeOf(kind: string, id: string, rev: number, purgeAfter: string): string {
  return `${purgeAfter} ${String(rev).padStart(16, "0")} ${kind} ${id}`;
}

const isPlace = (key: string) => /^\d{4}-\d{2}-\d{2} \d{16} [a-z-]+ [0-9a-f-]{36}$/.test(key);

/**
 * Takes a record out of the trash.
 *
 * @throws AppError `not_found` when it is not in there, `record_unreadable`, or `conflict`, with the other's id, when
 * another record has its natural key by now.
 */
async function takeFromTrash<F extends object, H extends object>(
  vault: UserVault,
  kind: RecordKind<F, H>,
  id: string,
): Promise<{ id: string; rev: number }> {
  return inChange(vault, async (change) => {
    const current = await readState(change, vault, kind, id);
    if (current?.isTrashed !== true) throw new AppError("not_found");
    const record = readable(current.record);
    await assertFree(change, vault, kind, id, record);
    const rev = change.takeRev();
    await change.put(
      kind.table,
      kind.table.sealRow(vault.keys, current.row.id, rev, record),
      current.row,
    );
    if (kind.dayOf !== null) change.noteMonth(kind.table.table, kind.dayOf(record).slice(0, 7));
    return { id, rev };
  });
}

/**
 * Deletes a record in the trash for good, and its earlier states with it.
 *
 * @throws AppError `not_found` when it is not in there.
 */
export async function purgeRecord(
  vault: UserVault,
  { kind, table }: AnyKind,
  id: string,
): Promise<void> {
  await inChange(vault, async (change) => {
    const row = await findRow(change.execute, table, vault.keys.ownerId, uuidToBytes(id));
    if (typeof row?.purgeAfter !== "string") throw new AppError("not_found");
    await change.remove(table, row);
    await purgeVersions(change, vault, kind, id);
  });
}

async function purgeVersions(
  { execute, remove }: Change,
  { keys }: UserVault,
  kind: string,
  id: string,
): Promise<void> {
  const recordKeys = versionTable.blindValues(keys, "recordKey", recordKey(kind, id));
  /** No box holds the blind column: somebody may have put the state of another record under this one. */
  const isOfAnother = (row: StoredRow) =>
    ifOpens(() => {
      const version = versionTable.openHead(keys, row);
      return version.kind !== kind || version.recordId !== id;
    }) ?? false;
  const limit = 20;
  for (let before = Number.MAX_SAFE_INTEGER; ;) {
    const rows = await listVersions(execute, versionTable, keys.ownerId, {
      recordKeys,
      before,
      limit,
    });
    for (const row of rows) if (!isOfAnother(row)) await remove(versionTable, row);
    const last = rows.at(-1);
    if (last === undefined || rows.length < limit) return;
    before = last.rev;
  }
}
