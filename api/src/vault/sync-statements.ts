import type { RowDataPacket } from "mysql2/promise";
import type { Execute } from "../lib/database.ts";
import { padded, placeholders, snake, type StoredHead } from "./statements.ts";
import type { StoredRow, Table } from "./table.ts";

/** A row of some table, and the revision of its last change. */
export interface ChangedPlace extends Pick<StoredRow, "id" | "rev"> {
  readonly table: string;
}

/**
 * The head of the owner, and of each table the first `limit` rows, or a few more, with a revision above `since`: all of
 * it as it was at one moment. The rows are read off the index of their revisions.
 */
export async function listChanged(
  execute: Execute,
  tables: readonly string[],
  ownerId: Uint8Array,
  since: number,
  limit: number,
): Promise<{ head: StoredHead | null; places: ChangedPlace[] }> {
  const atMost = 2 ** Math.ceil(Math.log2(limit));
  const selects = tables.map(
    (table) =>
      `(SELECT '${table}' AS name, id, rev, NULL AS sealed FROM ${table} IGNORE INDEX (PRIMARY) WHERE owner_id = ? AND rev > ? ORDER BY rev LIMIT ${atMost})`,
  );
  const head =
    "(SELECT '' AS name, owner_id AS id, rev, sealed FROM vault_heads WHERE owner_id = ?)";
  const rows = await execute<RowDataPacket[]>([head, ...selects].join(" UNION ALL "), [
    ownerId,
    ...tables.flatMap(() => [ownerId, since]),
  ]);
  const stored = rows.find((row) => row["name"] === "");
  return {
    head: stored === undefined ? null : (stored as RowDataPacket & StoredHead),
    places: rows
      .filter((row) => row !== stored)
      .map((row) => ({
        table: String(row["name"]),
        id: row["id"] as Uint8Array,
        rev: Number(row["rev"]),
      })),
  };
}

/** How long the boxes of rows are, by their ids; those in the trash apart. */
export async function measureRows(
  execute: Execute,
  { table, boxColumns }: Table,
  ownerId: Uint8Array,
  ids: readonly Uint8Array[],
): Promise<[id: Uint8Array, bytes: number][]> {
  if (ids.length === 0) return [];
  const bytes = boxColumns.map((box) => `LENGTH(${snake(box)})`).join(" + ");
  const rows = await execute<RowDataPacket[]>(
    `SELECT id, ${bytes} AS bytes FROM ${table} WHERE owner_id = ? AND id IN ${placeholders(ids)} AND purge_after IS NULL`,
    [ownerId, ...padded(ids)],
  );
  return rows.map((row) => [row["id"] as Uint8Array, Number(row["bytes"])]);
}
