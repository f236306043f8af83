import type { ResultSetHeader, RowDataPacket } from "mysql2/promise";
import type { Database, Execute } from "../lib/database.ts";
import { RECORD_TABLES } from "./tables.ts";

/** Every table in which an owner has rows. Keys and head first, without which nothing can be opened or written. */
export const OWNED_TABLES: readonly string[] = ["vault_keys", "vault_heads", ...RECORD_TABLES];

/** How many rows one statement deletes: a row can be a megabyte, and its statement is in the redo log whole. */
const ROWS_AT_ONCE = 100;
/** How many owners one query names. */
const OWNERS_AT_ONCE = 1000;

type OwnerId = Uint8Array<ArrayBuffer>;

/**
 * Destroys an owner's keys in the vault and notes the erasure, in one transaction. From then on nothing can be written
 * for the owner: a change needs the head, waits for this transaction, and makes no new one.
 */
export async function eraseOwner(database: Database, ownerId: OwnerId): Promise<void> {
  await database.transaction(async (execute) => {
    await execute(
      "INSERT INTO erasures (owner_id) VALUES (?) ON DUPLICATE KEY UPDATE owner_id = owner_id",
      [ownerId],
    );
    await execute("DELETE FROM vault_keys WHERE owner_id = ?", [ownerId]);
    await execute("DELETE FROM vault_heads WHERE owner_id = ?", [ownerId]);
  });
}

/** The owners who were erased, in batches. */
export async function* erasedOwners({ execute }: Database): AsyncGenerator<OwnerId[]> {
  let after: OwnerId = new Uint8Array(0);
  for (;;) {
    const rows = await execute<RowDataPacket[]>(
      `SELECT owner_id FROM erasures WHERE owner_id > ? ORDER BY owner_id LIMIT ${OWNERS_AT_ONCE}`,
      [after],
    );
    const owners = rows.map(ownerOf);
    const last = owners.at(-1);
    if (last === undefined) return;
    yield owners;
    after = last;
  }
}

/** Those of `owners` whose erasure the vault does not know. */
export async function unknownErasures(
  { execute }: Database,
  owners: readonly OwnerId[],
): Promise<OwnerId[]> {
  const rows = await execute<RowDataPacket[]>(
    `SELECT owner_id FROM erasures WHERE owner_id IN (${owners.map(() => "?").join(", ")})`,
    owners,
  );
  const known = new Set(rows.map((row) => ownerOf(row).toString()));
  return owners.filter((owner) => !known.has(owner.toString()));
}

/**
 * Deletes what is left of owners who were erased, or came back with a restored backup, in bounded batches.
 *
 * @returns how many rows that were.
 */
export async function deleteErasedRows(
  database: Database,
  tables: readonly string[] = OWNED_TABLES,
): Promise<number> {
  let count = 0;
  for (const table of tables) {
    for (let owners; (owners = await findLeftOver(database.execute, table)).length > 0;) {
      for (const owner of owners) count += await deleteRowsOf(database, table, owner);
    }
  }
  return count;
}

/** Some of the owners who were erased and have rows in `table` nevertheless. */
async function findLeftOver(execute: Execute, table: string): Promise<OwnerId[]> {
  // Begins at the erasures, which are few, whatever the optimizer thinks of the other table.
  const rows = await execute<RowDataPacket[]>(
    `SELECT DISTINCT e.owner_id FROM erasures e STRAIGHT_JOIN ${table} t ON t.owner_id = e.owner_id LIMIT ${OWNERS_AT_ONCE}`,
    [],
  );
  return rows.map(ownerOf);
}

/** Deletes the rows that `table` has of an owner, in bounded batches. @returns how many there were. */
export async function deleteRowsOf(
  database: Database,
  table: string,
  ownerId: Uint8Array,
): Promise<number> {
  const sql = `DELETE FROM ${table} WHERE owner_id = ? LIMIT ${ROWS_AT_ONCE}`;
  let count = 0;
  for (let deleted = ROWS_AT_ONCE; deleted === ROWS_AT_ONCE; count += deleted) {
    // A transaction, since another worker may be at the same rows.
    const result = await database.transaction((execute) =>
      execute<ResultSetHeader>(sql, [ownerId]),
    );
    deleted = result.affectedRows;
  }
  return count;
}

const ownerOf = (row: RowDataPacket): OwnerId => new Uint8Array(row["owner_id"] as Uint8Array);
