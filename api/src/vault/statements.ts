import type { RowDataPacket } from "mysql2/promise";
import type {
  RecordVersionModel,
  VaultHeadModel,
  VaultKeyModel,
} from "../../generated/vault/models.ts";
import type { WrappedDek } from "../platform/deks.ts";
import type { Execute, Value } from "../lib/database.ts";
import type { StoredRow, Table } from "./table.ts";
import { uniqueColumns, type RecordTable } from "./tables.ts";

/** Every statement of the vault. Each names the owner, and each list of values has one of few lengths, so that few plans are prepared. */

/** An owner's head as it is stored. */
export interface StoredHead {
  readonly rev: number;
  readonly sealed: Uint8Array;
}

/** Reads the head and holds it until the end of the transaction: an owner's writes happen one after the other. */
export async function lockHead(execute: Execute, ownerId: Uint8Array): Promise<StoredHead | null> {
  const [row] = await execute<RowDataPacket[]>(
    "SELECT rev, sealed FROM vault_heads WHERE owner_id = ? FOR UPDATE",
    [ownerId],
  );
  return row === undefined ? null : (row as RowDataPacket & StoredHead);
}

/** Reads the head. */
export async function findHead(execute: Execute, ownerId: Uint8Array): Promise<StoredHead | null> {
  const [row] = await execute<RowDataPacket[]>(
    "SELECT rev, sealed FROM vault_heads WHERE owner_id = ?",
    [ownerId],
  );
  return row === undefined ? null : (row as RowDataPacket & StoredHead);
}

/** Makes an owner's head where there is none yet. */
export async function insertHead(
  execute: Execute,
  ownerId: Uint8Array,
  head: StoredHead,
): Promise<void> {
  await execute(
    "INSERT INTO vault_heads (owner_id, rev, sealed) VALUES (?, ?, ?) ON DUPLICATE KEY UPDATE owner_id = owner_id",
    [ownerId, head.rev, head.sealed],
  );
}

export async function updateHead(
  execute: Execute,
  ownerId: Uint8Array,
  head: StoredHead,
): Promise<void> {
  await execute("UPDATE vault_heads SET rev = ?, sealed = ? WHERE owner_id = ?", [
    head.rev,
    head.sealed,
    ownerId,
  ]);
}

/**
 * Says whether the owner was erased, and holds the answer until the end of the transaction: an erasure that begins
 * meanwhile waits.
 */
export async function wasErased(execute: Execute, ownerId: Uint8Array): Promise<boolean> {
  // MariaDB knows no FOR SHARE.
  const rows = await execute<RowDataPacket[]>(
    "SELECT owner_id FROM erasures WHERE owner_id = ? LOCK IN SHARE MODE",
    [ownerId],
  );
  return rows.length > 0;
}

/** Mirrors a wrapped data key beside what is sealed under it. */
export async function insertKey(
  execute: Execute,
  ownerId: Uint8Array,
  dek: WrappedDek,
): Promise<void> {
  await execute(
    "INSERT INTO vault_keys (owner_id, version, method, dek_id, mek_ref, suite, `blob`) VALUES (?, ?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE owner_id = owner_id",
    [ownerId, dek.version, dek.method, dek.dekId, dek.mekRef, dek.suite, dek.blob],
  );
}

/** Reads one row whole, in the trash or not. */
export async function findRow(
  execute: Execute,
  table: Table,
  ownerId: Uint8Array,
  id: Uint8Array,
): Promise<StoredRow | null> {
  const columns = [...table.blindColumns, ...table.boxColumns];
  const [row] = await execute<RowDataPacket[]>(
    `SELECT ${rowColumns(columns)} FROM ${table.table} WHERE owner_id = ? AND id = ?`,
    [ownerId, id],
  );
  return row === undefined ? null : toStoredRow(row, columns);
}

/** Reads rows by their ids, whole; those in the trash apart. */
export async function listRows(
  execute: Execute,
  table: Table,
  ownerId: Uint8Array,
  ids: readonly Uint8Array[],
): Promise<StoredRow[]> {
  if (ids.length === 0) return [];
  const rows = await execute<RowDataPacket[]>(
    `SELECT ${rowColumns(table.boxColumns)} FROM ${table.table} WHERE owner_id = ? AND id IN ${placeholders(ids)} AND purge_after IS NULL`,
    [ownerId, ...padded(ids)],
  );
  return rows.map((row) => toStoredRow(row, table.boxColumns));
}

/** Reads rows in the trash by their ids, with the box `sealed` only. */
export async function listTrashedRows(
  execute: Execute,
  { table }: Table,
  ownerId: Uint8Array,
  ids: readonly Uint8Array[],
): Promise<StoredRow[]> {
  if (ids.length === 0) return [];
  const rows = await execute<RowDataPacket[]>(
    `SELECT ${rowColumns(["sealed"])} FROM ${table} WHERE owner_id = ? AND id IN ${placeholders(ids)} AND purge_after IS NOT NULL`,
    [ownerId, ...padded(ids)],
  );
  return rows.map((row) => toStoredRow(row, ["sealed"]));
}

/** A row of a list: its box `sealed`, and how long the other boxes are. */
export interface HeadRow extends StoredRow {
  readonly unreadBytes: number;
}

/** Above that InnoDB keeps a box on pages of its own, which are better left alone where they may not be needed. */
const SMALL_BYTES = 8000;

/**
 * Reads the rows that hold one of `values` in a blind column, with that and the box `sealed`; those in the trash apart.
 *
 * @param withSmall - Has boxes read with them that are small. Others are missing in the row.
 */
export async function listHeads(
  execute: Execute,
  table: Table,
  column: string,
  ownerId: Uint8Array,
  values: readonly Uint8Array[],
  withSmall = false,
): Promise<HeadRow[]> {
  if (values.length === 0) return [];
  const others = table.boxColumns.filter((box) => box !== "sealed");
  const unread = ["0", ...others.map((box) => `LENGTH(${snake(box)})`)].join(" + ");
  const small = (withSmall ? others.map(snake) : []).map(
    (box) => `IF(LENGTH(${box}) <= ${SMALL_BYTES}, ${box}, NULL) AS ${box}, `,
  );
  const rows = await execute<RowDataPacket[]>(
    `SELECT ${small.join("")}${rowColumns([column, "sealed"])}, ${unread} AS unread FROM ${table.table} WHERE owner_id = ? AND ${snake(column)} IN ${placeholders(values)} AND purge_after IS NULL`,
    [ownerId, ...padded(values)],
  );
  return rows.map((row) => {
    const read = others.filter((box) => row[snake(box)] instanceof Uint8Array);
    return {
      ...toStoredRow(row, [column, "sealed", ...read]),
      unreadBytes: Number(row["unread"]),
    };
  });
}

/** How many rows hold each of `values` in a blind column, by the value in hex; those in the trash apart. */
export async function countRows(
  execute: Execute,
  table: Table,
  column: string,
  ownerId: Uint8Array,
  values: readonly Uint8Array[],
): Promise<Map<string, number>> {
  const name = snake(column);
  const rows = await execute<RowDataPacket[]>(
    `SELECT HEX(${name}) AS value, COUNT(*) AS count FROM ${table.table} WHERE owner_id = ? AND ${name} IN ${placeholders(values)} AND purge_after IS NULL GROUP BY ${name}`,
    [ownerId, ...padded(values)],
  );
  return new Map(rows.map((row) => [String(row["value"]).toLowerCase(), Number(row["count"])]));
}

/** Writes a new row. */
export async function insertRow(
  execute: Execute,
  table: Table,
  ownerId: Uint8Array,
  row: StoredRow,
): Promise<void> {
  const columns = writtenColumns(table);
  await execute(
    `INSERT INTO ${table.table} (${columns.join(", ")}, owner_id, id) VALUES (${columns.map(() => "?").join(", ")}, ?, ?)`,
    [...written(table, row), ownerId, row.id],
  );
}

/** Writes over the row that is there under the same id. */
export async function updateRow(
  execute: Execute,
  table: Table,
  ownerId: Uint8Array,
  row: StoredRow,
): Promise<void> {
  const columns = writtenColumns(table);
  await execute(
    `UPDATE ${table.table} SET ${columns.map((column) => `${column} = ?`).join(", ")} WHERE owner_id = ? AND id = ?`,
    [...written(table, row), ownerId, row.id],
  );
}

/** Deletes a row for good. */
export async function deleteRow(
  execute: Execute,
  { table }: Table,
  ownerId: Uint8Array,
  id: Uint8Array,
): Promise<void> {
  await execute(`DELETE FROM ${table} WHERE owner_id = ? AND id = ?`, [ownerId, id]);
}

/** How many rows are read at once where only ids and the like are: a thousand take a millisecond or two to parse. */
const PAGE_ROWS = 1000;

/**
 * The ids and revisions of all rows of the owner in a table, in pages, read off the table's unique index that holds
 * both: the optimizer would rather read the rows, whose boxes are large.
 */
export async function* listRevs(
  execute: Execute,
  table: RecordTable,
  ownerId: Uint8Array,
): AsyncGenerator<readonly { id: Uint8Array; rev: number }[]> {
  const columns = uniqueColumns(table);
  const select = `SELECT ${[...new Set(["id", "rev", ...columns])].join(", ")} FROM ${table} IGNORE INDEX (PRIMARY) WHERE owner_id = ?`;
  const walk = pages(execute, select, ownerId, columns);
  for await (const rows of walk) {
    yield rows.map((row) => ({ id: row["id"] as Uint8Array, rev: Number(row["rev"]) }));
  }
}

/** All rows of the owner in a table, with the box `sealed` only, in pages. */
export async function* listSealed(
  execute: Execute,
  { table }: Table,
  ownerId: Uint8Array,
): AsyncGenerator<readonly StoredRow[]> {
  const select = `SELECT ${rowColumns(["sealed"])} FROM ${table} WHERE owner_id = ?`;
  for await (const rows of pages(execute, select, ownerId, ["id"])) {
    yield rows.map((row) => toStoredRow(row, ["sealed"]));
  }
}

/** The rows of the owner in a table with a revision above `since`, with the box `sealed` only, in pages. */
export async function* listSealedSince(
  execute: Execute,
  { table }: Table,
  ownerId: Uint8Array,
  since: number,
): AsyncGenerator<readonly StoredRow[]> {
  for (let after = since; ;) {
    const rows = await execute<RowDataPacket[]>(
      `SELECT ${rowColumns(["sealed"])} FROM ${table} WHERE owner_id = ? AND rev > ? ORDER BY rev LIMIT ${PAGE_ROWS}`,
      [ownerId, after],
    );
    yield rows.map((row) => toStoredRow(row, ["sealed"]));
    if (rows.length < PAGE_ROWS) return;
    after = Number(rows.at(-1)?.["rev"]);
  }
}

/** Where a row stands, and how long its boxes are. */
export interface RowSize {
  readonly id: Uint8Array;
  readonly rev: number;
  readonly isTrashed: boolean;
  readonly bytes: number;
}

/** The rows of the owner in a table with a revision above `since`, in its order, without what they hold, in pages. */
export async function* listSizes(
  execute: Execute,
  { table, boxColumns }: Table,
  ownerId: Uint8Array,
  since: number,
): AsyncGenerator<readonly RowSize[]> {
  const bytes = boxColumns.map((box) => `LENGTH(${snake(box)})`).join(" + ");
  for (let after = since; ;) {
    const rows = await execute<RowDataPacket[]>(
      `SELECT id, rev, purge_after, ${bytes} AS bytes FROM ${table} WHERE owner_id = ? AND rev > ? ORDER BY rev LIMIT ${PAGE_ROWS}`,
      [ownerId, after],
    );
    yield rows.map((row) => ({
      id: row["id"] as Uint8Array,
      rev: Number(row["rev"]),
      isTrashed: row["purge_after"] !== null,
      bytes: Number(row["bytes"]),
    }));
    if (rows.length < PAGE_ROWS) return;
    after = Number(rows.at(-1)?.["rev"]);
  }
}

/** Reads the rows of a range of revisions, both included, whole; those in the trash apart. */
export async function listRange(
  execute: Execute,
  { table, boxColumns }: Table,
  ownerId: Uint8Array,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<StoredRow[]> {
  const rows = await execute<RowDataPacket[]>(
    `SELECT ${rowColumns(boxColumns)} FROM ${table} WHERE owner_id = ? AND rev BETWEEN ? AND ? AND purge_after IS NULL`,
    [ownerId, from, to],
  );
  return rows.map((row) => toStoredRow(row, boxColumns));
}

/** The values that the rows of the owner in a table have in a blind column, each once, in pages. */
export async function* listBlind(
  execute: Execute,
  { table }: Table,
  column: string,
  ownerId: Uint8Array,
): AsyncGenerator<readonly Uint8Array[]> {
  const name = snake(column);
  const select = `SELECT DISTINCT ${name} FROM ${table} WHERE owner_id = ?`;
  for await (const rows of pages(execute, select, ownerId, [name])) {
    yield rows.map((row) => row[name] as Uint8Array);
  }
}

/** How many rows the owner has in a table, in the trash and out of it. */
export async function countAll(
  execute: Execute,
  table: string,
  ownerId: Uint8Array,
): Promise<{ live: number; trashed: number }> {
  const [row] = await execute<RowDataPacket[]>(
    `SELECT COUNT(*) AS everything, COUNT(purge_after) AS trashed FROM ${table} WHERE owner_id = ?`,
    [ownerId],
  );
  const trashed = Number(row?.["trashed"]);
  return { live: Number(row?.["everything"]) - trashed, trashed };
}

/** The highest revision of a row of the owner in a table; 0 for none. */
export async function highestRev(
  execute: Execute,
  table: RecordTable,
  ownerId: Uint8Array,
): Promise<number> {
  const [row] = await execute<RowDataPacket[]>(
    `SELECT MAX(rev) AS rev FROM ${table} WHERE owner_id = ?`,
    [ownerId],
  );
  return Number(row?.["rev"]);
}

/** The ids and revisions of the rows of the owner in the trash, in pages, and the days after which they are deleted. */
export async function* listTrash(
  execute: Execute,
  table: RecordTable,
  ownerId: Uint8Array,
): AsyncGenerator<readonly { id: Uint8Array; rev: number; purgeAfter: string }[]> {
  const select = `SELECT id, rev, purge_after FROM ${table} WHERE owner_id = ? AND purge_after IS NOT NULL`;
  const walk = pages(execute, select, ownerId, ["purge_after", "id"]);
  for await (const rows of walk) {
    yield rows.map((row) => ({
      id: row["id"] as Uint8Array,
      rev: Number(row["rev"]),
      purgeAfter: String(row["purge_after"]),
    }));
  }
}

/**
 * Reads what `select` finds of an owner, a page at a time, in the order of `columns`, which are those of an index beside
 * the owner and tell any two rows apart.
 */
async function* pages(
  execute: Execute,
  select: string,
  ownerId: Uint8Array,
  columns: readonly [string, ...string[]],
): AsyncGenerator<RowDataPacket[]> {
  const order = ` ORDER BY ${columns.join(", ")} LIMIT ${PAGE_ROWS}`;
  // The optimizer finds no range in (a, b) > (?, ?).
  const later = columns.map((column, i) =>
    [...columns.slice(0, i).map((equal) => `${equal} = ?`), `${column} > ?`].join(" AND "),
  );
  let rows = await execute<RowDataPacket[]>(select + order, [ownerId]);
  for (;;) {
    if (rows.length > 0) yield rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE_ROWS) return;
    const after = columns.flatMap((_, i) =>
      columns.slice(0, i + 1).map((column) => last[column] as Value),
    );
    rows = await execute<RowDataPacket[]>(`${select} AND (${later.join(" OR ")})${order}`, [
      ownerId,
      ...after,
    ]);
  }
}

/** Which earlier states of a record to read: from `before` (a revision) downwards, at most `limit`. */
export interface VersionRange {
  /** The blind values that the record may be found under. */
  readonly recordKeys: readonly Uint8Array[];
  readonly before: number;
  readonly limit: number;
}

/** Reads earlier states of one record, newest first. */
export async function listVersions(
  execute: Execute,
  table: Table,
  ownerId: Uint8Array,
  { recordKeys, before, limit }: VersionRange,
): Promise<StoredRow[]> {
  const rows = await execute<RowDataPacket[]>(
    `SELECT ${rowColumns(table.boxColumns)} FROM ${table.table} WHERE owner_id = ? AND record_key IN ${placeholders(recordKeys)} AND rev < ? ORDER BY rev DESC LIMIT ${limit}`,
    [ownerId, ...padded(recordKeys), before],
  );
  return rows.map((row) => toStoredRow(row, table.boxColumns));
}

// Each column that a statement above names must be one of its model.
["ownerId", "rev", "sealed"] satisfies (keyof VaultHeadModel)[];
[
  "ownerId",
  "version",
  "method",
  "dekId",
  "mekRef",
  "suite",
  "blob",
] satisfies (keyof VaultKeyModel)[];
["ownerId", "recordKey", "rev"] satisfies (keyof RecordVersionModel)[];

function writtenColumns({ blindColumns, boxColumns }: Table): string[] {
  return ["rev", "purge_after", ...blindColumns.map(snake), ...boxColumns.map(snake)];
}

function written({ blindColumns, boxColumns }: Table, row: StoredRow): Value[] {
  const bytes = [...blindColumns, ...boxColumns].map((column) => row.bytes[column] ?? null);
  return [row.rev, row.purgeAfter, ...bytes];
}

function rowColumns(columns: readonly string[]): string {
  return ["id", "rev", "purge_after", ...columns.map(snake)].join(", ");
}

function toStoredRow(row: RowDataPacket, columns: readonly string[]): StoredRow {
  return {
    id: row["id"] as Uint8Array,
    rev: Number(row["rev"]),
    purgeAfter: row["purge_after"] as string | null,
    bytes: Object.fromEntries(columns.map((column) => [column, row[snake(column)] as Uint8Array])),
  };
}

/** The number of values is rounded up to a power of two by repeating the last. */
export function padded(values: readonly Uint8Array[]): Uint8Array[] {
  const last = values.at(-1);
  const length = 2 ** Math.ceil(Math.log2(values.length));
  return last === undefined
    ? []
    : [...values, ...Array.from({ length: length - values.length }, () => last)];
}

export function placeholders(values: readonly Uint8Array[]): string {
  return `(${padded(values)
    .map(() => "?")
    .join(", ")})`;
}

const snakes = new Map<string, string>();

/** The column of a field. */
export function snake(column: string): string {
  const known = snakes.get(column);
  if (known !== undefined) return known;
  const made = column.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  snakes.set(column, made);
  return made;
}
