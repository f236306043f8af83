import type { ResultSetHeader, RowDataPacket } from "mysql2/promise";
import type { VaultHeadModel, VaultKeyModel } from "../../../generated/vault/models.ts";
import { isEqual } from "../../crypto/digest.ts";
import type { Database, Execute } from "../../lib/database.ts";
import { isDuplicate } from "../../lib/database-errors.ts";
import type { WrappedDek } from "../../platform/deks.ts";
import { hex } from "../../lib/ids.ts";
import {
  AFTER,
  jsonOf,
  NOT_UNDER,
  toOwnedWrap,
  valuesAfter,
  type Cursor,
  type OwnedWrap,
} from "../../platform/rotation-statements.ts";
import { snake } from "../statements.ts";
import type { StoredRow, Table } from "../table.ts";

/** The statements of rotations on the vault. Those on mirrored wraps go over all owners, a batch at a time. */

/** A wrap in the vault, which says itself what data key it holds. */
export interface Mirror extends OwnedWrap {
  readonly dekId: Uint8Array<ArrayBuffer>;
}

const toMirror = (row: RowDataPacket) => toOwnedWrap(row) as Mirror;

/** The mirrored wraps that are not under the master key `mekRef`, in the order of their owners. */
export async function listMirrorsNotUnder(
  execute: Execute,
  mekRef: string,
  after: Cursor,
  limit: number,
): Promise<Mirror[]> {
  const rows = await execute<RowDataPacket[]>(
    `SELECT w.owner_id, w.version, w.method, w.dek_id, w.mek_ref, w.suite, w.blob FROM vault_keys w
     WHERE ${NOT_UNDER} AND ${AFTER} ORDER BY w.owner_id, w.version, w.method LIMIT ${limit}`,
    [mekRef, ...valuesAfter(after)],
  );
  return rows.map(toMirror);
}

/** The mirrored wraps of these owners. */
export async function listMirrorsOf(
  execute: Execute,
  ownerIds: readonly Uint8Array[],
): Promise<Mirror[]> {
  const rows = await execute<RowDataPacket[]>(
    `SELECT k.owner_id, k.version, k.method, k.dek_id, k.mek_ref, k.suite, k.blob
     FROM JSON_TABLE(?, '$[*]' COLUMNS (owner CHAR(32) PATH '$')) o
     STRAIGHT_JOIN vault_keys k ON k.owner_id = UNHEX(o.owner) AND k.method = 'mek'`,
    [jsonOf(ownerIds)],
  );
  return rows.map(toMirror);
}

/** Those of these owners, in hex, who have written something. */
export async function listOwnersWithHead(
  execute: Execute,
  ownerIds: readonly Uint8Array[],
): Promise<Set<string>> {
  const rows = await execute<RowDataPacket[]>(
    `SELECT h.owner_id FROM JSON_TABLE(?, '$[*]' COLUMNS (owner CHAR(32) PATH '$')) o
     STRAIGHT_JOIN vault_heads h ON h.owner_id = UNHEX(o.owner)`,
    [jsonOf(ownerIds)],
  );
  return new Set(rows.map((row) => hex(row["owner_id"] as Uint8Array)));
}

/** Puts a wrap in the place of a mirror that is not what it should be. @returns whether that was still there. */
export async function replaceMirror(
  execute: Execute,
  before: Mirror,
  after: OwnedWrap,
): Promise<boolean> {
  const { affectedRows } = await execute<ResultSetHeader>(
    `UPDATE vault_keys SET dek_id = ?, mek_ref = ?, suite = ?, \`blob\` = ?
     WHERE owner_id = ? AND version = ? AND method = 'mek' AND \`blob\` = ?`,
    [
      after.dekId,
      after.mekRef,
      after.suite,
      after.blob,
      before.ownerId,
      before.version,
      before.blob,
    ],
  );
  return affectedRows === 1;
}

/** Mirrors a new data key, unless its owner was erased: what was destroyed there must not come back. */
export async function addMirror(
  database: Database,
  ownerId: Uint8Array,
  { version, method, dekId, mekRef, suite, blob }: WrappedDek,
): Promise<boolean> {
  // It reads `erasures` with locks, so an erasure comes before it or after it, and is not missed in between.
  const { affectedRows } = await database.transaction((execute) =>
    execute<ResultSetHeader>(
      `INSERT INTO vault_keys (owner_id, version, method, dek_id, mek_ref, suite, \`blob\`)
       SELECT ?, ?, ?, ?, ?, ?, ? FROM DUAL
       WHERE NOT EXISTS (SELECT 1 FROM erasures WHERE owner_id = ?)
         AND NOT EXISTS (SELECT 1 FROM vault_keys WHERE owner_id = ? AND version = ? AND method = ?)`,
      [ownerId, version, method, dekId, mekRef, suite, blob, ownerId, ownerId, version, method],
    ),
  );
  return affectedRows === 1;
}

/** Deletes the mirror of a data key that was destroyed. */
export async function deleteMirror(
  execute: Execute,
  ownerId: Uint8Array,
  version: number,
): Promise<void> {
  await execute("DELETE FROM vault_keys WHERE owner_id = ? AND version = ?", [ownerId, version]);
}

/** How many rows a table has, of one owner or, without one, of all on this shard: for the time that is left. */
export async function countRows(
  execute: Execute,
  { table }: Table,
  ownerId: Uint8Array | null,
): Promise<number> {
  const [row] = await execute<RowDataPacket[]>(
    `SELECT COUNT(*) AS count FROM ${table}${ownerId === null ? "" : " WHERE owner_id = ?"}`,
    ownerId === null ? [] : [ownerId],
  );
  return Number(row?.["count"]);
}

/** A row that is not under the data key that it should be under, and how long its boxes are together. */
export interface StaleRow {
  readonly id: Uint8Array;
  readonly bytes: number;
}

/** Which data key a box is under, as its header says: two keys may once have been made as the same version. */
export interface KeyName {
  readonly version: number;
  readonly dekId: Uint8Array;
}

/** Rows of which a box is under another data key than `key`, in the order of their ids. */
export async function listStaleRows(
  execute: Execute,
  table: Table,
  ownerId: Uint8Array,
  key: KeyName,
  after: Uint8Array,
  limit: number,
): Promise<StaleRow[]> {
  const boxes = table.boxColumns.map(snake);
  const rows = await execute<RowDataPacket[]>(
    `SELECT id, ${boxes.map((box) => `LENGTH(${box})`).join(" + ")} AS bytes FROM ${table.table}
     WHERE owner_id = ? AND id > ? AND (${boxes.map((box) => `${nameIn(box)} <> ?`).join(" OR ")})
     ORDER BY id LIMIT ${limit}`,
    [ownerId, after, ...boxes.map(() => nameBytes(key))],
  );
  return rows.map((row) => ({ id: row["id"] as Uint8Array, bytes: Number(row["bytes"]) }));
}

/** Reads rows whole, in the trash or not. */
export async function readRows(
  execute: Execute,
  table: Table,
  ownerId: Uint8Array,
  ids: readonly Uint8Array[],
): Promise<StoredRow[]> {
  const boxes = table.boxColumns.map(snake).join(", ");
  const rows = await execute<RowDataPacket[]>(
    `SELECT id, rev, purge_after, ${boxes} FROM ${table.table} WHERE owner_id = ? AND id IN (${ids.map(() => "?").join(", ")})`,
    [ownerId, ...ids],
  );
  return rows.map((row) => ({
    id: row["id"] as Uint8Array,
    rev: Number(row["rev"]),
    purgeAfter: row["purge_after"] as string | null,
    bytes: Object.fromEntries(
      table.boxColumns.map((box) => [box, row[snake(box)] as Uint8Array] as const),
    ),
  }));
}

/**
 * Puts a row that was sealed anew at the same revision in the place of what was read, if that is still there: a write
 * has another revision, and another resealing another nonce.
 *
 * @returns whether it was.
 * @throws PlaceTaken when it cannot be, for another row. What else is done in the transaction stands.
 */
export async function replaceRow(
  execute: Execute,
  table: Table,
  ownerId: Uint8Array,
  before: StoredRow,
  after: StoredRow,
): Promise<boolean> {
  const columns = [...table.blindColumns, ...table.boxColumns];
  try {
    const { affectedRows } = await execute<ResultSetHeader>(
      `UPDATE ${table.table} SET ${columns.map((column) => `${snake(column)} = ?`).join(", ")}
       WHERE owner_id = ? AND id = ? AND rev = ? AND SUBSTR(sealed, 1, ${HEADER_BYTES}) = ?`,
      [
        ...columns.map((column) => after.bytes[column] ?? null),
        ownerId,
        before.id,
        before.rev,
        before.bytes["sealed"]?.subarray(0, HEADER_BYTES) ?? null,
      ],
    );
    return affectedRows === 1;
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    throw new PlaceTaken(await findInPlaceOf(execute, table, ownerId, after));
  }
}

/** Another row has the blind values that a row is to have at its revision: TimOS makes no second one. */
export class PlaceTaken extends Error {
  constructor(id: string) {
    super(`the row ${id} is in its place, planted unless a table was put back alone: delete that`);
  }
}

/** The id of another row that has the blind values and the revision of `row`, in hex. */
async function findInPlaceOf(
  execute: Execute,
  table: Table,
  ownerId: Uint8Array,
  row: StoredRow,
): Promise<string> {
  const blinds = table.blindColumns.map((column) => ` AND ${snake(column)} = ?`).join("");
  const [found] = await execute<RowDataPacket[]>(
    `SELECT id FROM ${table.table} WHERE owner_id = ? AND rev = ? AND id <> ?${blinds} LIMIT 1`,
    [ownerId, row.rev, row.id, ...table.blindColumns.map((column) => row.bytes[column] ?? null)],
  );
  return found === undefined ? "that was deleted meanwhile" : hex(found["id"] as Uint8Array);
}

/** How many rows there are under one data key. */
export interface KeyCount extends KeyName {
  readonly rows: number;
}

/** How many rows of an owner a table holds under each data key that its boxes name. */
async function countRowsByKey(
  execute: Execute,
  table: { readonly table: string; readonly boxColumns: readonly string[] },
  ownerId: Uint8Array,
): Promise<KeyCount[]> {
  const counts = new Map<string, KeyCount>();
  for (const box of table.boxColumns.map(snake)) {
    const rows = await execute<RowDataPacket[]>(
      `SELECT ${nameIn(box)} AS name, COUNT(*) AS count FROM ${table.table} WHERE owner_id = ? GROUP BY name`,
      [ownerId],
    );
    for (const row of rows) {
      const name = row["name"] as Buffer;
      const known = counts.get(hex(name))?.rows ?? 0;
      counts.set(hex(name), { ...keyNameOf(name), rows: Math.max(known, Number(row["count"])) });
    }
  }
  return [...counts.values()];
}

/** How many rows of an owner all tables hold under each data key, the head with them. */
export async function countBoxes(
  execute: Execute,
  tables: readonly Table[],
  ownerId: Uint8Array,
): Promise<(KeyCount & { readonly table: string })[]> {
  const counts: (KeyCount & { readonly table: string })[] = [];
  for (const table of [...tables, { table: "vault_heads", boxColumns: ["sealed"] }]) {
    for (const count of await countRowsByKey(execute, table, ownerId)) {
      counts.push({ ...count, table: table.table });
    }
  }
  return counts;
}

/** The header of a box with its nonce: no two boxes have the same. */
const HEADER_BYTES = 34;

/** In the header of a box: the version of its data key, four bytes, and the id of it, sixteen. */
const NAME = { offset: 2, versionBytes: 4, length: 20 } as const;

const nameIn = (box: string) => `SUBSTR(${box}, ${NAME.offset + 1}, ${NAME.length})`;

function nameBytes({ version, dekId }: KeyName): Buffer {
  const bytes = Buffer.alloc(NAME.versionBytes);
  bytes.writeUInt32BE(version);
  return Buffer.concat([bytes, dekId]);
}

/** What is too short for a name is under no key, and so under version 0, which there never is. */
function keyNameOf(name: Buffer): KeyName {
  const version = name.length < NAME.length ? 0 : name.readUInt32BE();
  return { version, dekId: name.subarray(NAME.versionBytes) };
}

/** Which data key a box is under. */
export function keyNameIn(box: Uint8Array): KeyName {
  return keyNameOf(Buffer.from(box.subarray(NAME.offset, NAME.offset + NAME.length)));
}

/** Whether the header of a box says that it is under `key`. */
export function isUnder(box: Uint8Array, key: KeyName): boolean {
  return isEqual(box.subarray(NAME.offset, NAME.offset + NAME.length), nameBytes(key));
}

[
  "ownerId",
  "version",
  "method",
  "dekId",
  "mekRef",
  "suite",
  "blob",
] satisfies (keyof VaultKeyModel)[];
["ownerId", "rev", "sealed"] satisfies (keyof VaultHeadModel)[];
