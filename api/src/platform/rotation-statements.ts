import type { ResultSetHeader, RowDataPacket } from "mysql2/promise";
import type { DekState } from "../../generated/platform/enums.ts";
import type { DekWrapModel, UserDekModel } from "../../generated/platform/models.ts";
import type { Database, Execute } from "../lib/database.ts";
import { hex } from "../lib/ids.ts";
import type { WrappedDek } from "./deks.ts";

/** The statements of a rotation of master keys. They go over all owners, a batch at a time. */

/** A wrap as a table holds it. `dekId` is null when nobody knows a data key of that owner and version. */
export interface OwnedWrap extends Omit<WrappedDek, "dekId"> {
  readonly ownerId: Uint8Array<ArrayBuffer>;
  readonly dekId: Uint8Array<ArrayBuffer> | null;
}

/** Which wrap comes to stand in the place of which. */
export interface Swap {
  readonly before: Pick<OwnedWrap, "ownerId" | "version" | "blob">;
  readonly after: Pick<OwnedWrap, "mekRef" | "suite" | "blob">;
}

/** A batch goes on after this wrap. */
export type Cursor = Pick<OwnedWrap, "ownerId" | "version" | "method">;

export const START: Cursor = { ownerId: new Uint8Array(0), version: 0, method: "" };

/**
 * Whether a wrap is not under a master key, whose reference is the value: byte for byte, since the columns' collation
 * takes one spelling for another. Wraps of whatever method, so that what is counted is what is listed.
 */
export const NOT_UNDER = "CAST(mek_ref AS BINARY) <> CAST(? AS BINARY)";
/** Whether a wrap comes after {@link valuesAfter} a cursor, in the order of the primary key. */
export const AFTER =
  "(w.owner_id > ? OR (w.owner_id = ? AND (w.version > ? OR (w.version = ? AND w.method > ?))))";

export const valuesAfter = ({ ownerId, version, method }: Cursor) => [
  ...[ownerId, ownerId],
  ...[version, version],
  method,
];

/** The wraps that are not under the master key `mekRef`, in the order of their owners. */
export async function listWrapsNotUnder(
  execute: Execute,
  mekRef: string,
  after: Cursor,
  limit: number,
): Promise<OwnedWrap[]> {
  const rows = await execute<RowDataPacket[]>(
    `SELECT w.owner_id, w.version, w.method, w.mek_ref, w.suite, w.blob, d.dek_id
     FROM dek_wraps w FORCE INDEX (PRIMARY)
     LEFT JOIN user_deks d ON d.owner_id = w.owner_id AND d.version = w.version
     WHERE ${NOT_UNDER} AND ${AFTER} ORDER BY w.owner_id, w.version, w.method LIMIT ${limit}`,
    [mekRef, ...valuesAfter(after)],
  );
  return rows.map(toOwnedWrap);
}

/** All wraps of these owners. */
export async function listWrapsOf(
  execute: Execute,
  ownerIds: readonly Uint8Array[],
): Promise<OwnedWrap[]> {
  const rows = await execute<RowDataPacket[]>(
    `SELECT w.owner_id, w.version, w.method, w.mek_ref, w.suite, w.blob, d.dek_id
     FROM JSON_TABLE(?, '$[*]' COLUMNS (owner CHAR(32) PATH '$')) o
     STRAIGHT_JOIN dek_wraps w ON w.owner_id = UNHEX(o.owner) AND w.method = 'mek'
     LEFT JOIN user_deks d ON d.owner_id = w.owner_id AND d.version = w.version`,
    [jsonOf(ownerIds)],
  );
  return rows.map(toOwnedWrap);
}

/** How many wraps `table` holds under each master key. */
export async function countWraps(
  execute: Execute,
  table: "dek_wraps" | "vault_keys",
): Promise<Map<string, number>> {
  const rows = await execute<RowDataPacket[]>(
    `SELECT CAST(mek_ref AS BINARY) AS ref, COUNT(*) AS count FROM ${table} GROUP BY ref ORDER BY ref`,
    [],
  );
  return new Map(rows.map((row) => [String(row["ref"]), Number(row["count"])]));
}

/** How many data keys there are in each state, and of those how many no row is left under. */
export async function countDeks(
  execute: Execute,
): Promise<{ state: DekState; isSwept: boolean; count: number }[]> {
  const rows = await execute<RowDataPacket[]>(
    `SELECT state, swept_at IS NOT NULL AS isSwept, COUNT(*) AS count FROM user_deks GROUP BY state, isSwept`,
    [],
  );
  return rows.map((row) => ({
    state: row["state"] as DekState,
    isSwept: row["isSwept"] === 1,
    count: Number(row["count"]),
  }));
}

/**
 * Puts new wraps in the place of those that were read, as far as these are still there byte for byte: one that was
 * changed or deleted meanwhile stays as it is. One statement, whose text does not depend on how many there are.
 *
 * @returns how many were replaced.
 */
export async function swapWraps(
  database: Database,
  table: "dek_wraps" | "vault_keys",
  swaps: readonly Swap[],
): Promise<number> {
  if (swaps.length === 0) return 0;
  const rows = swaps.map(({ before, after }) => [
    hex(before.ownerId),
    before.version,
    hex(before.blob),
    after.mekRef,
    after.suite,
    hex(after.blob),
  ]);
  const sql = `UPDATE JSON_TABLE(?, '$[*]' COLUMNS (
      owner CHAR(32) PATH '$[0]', version INT UNSIGNED PATH '$[1]', old VARCHAR(2048) PATH '$[2]',
      ref VARCHAR(191) PATH '$[3]', suite TINYINT UNSIGNED PATH '$[4]', fresh VARCHAR(2048) PATH '$[5]')) n
    STRAIGHT_JOIN ${table} w
      ON w.owner_id = UNHEX(n.owner) AND w.version = n.version AND w.method = 'mek' AND w.blob = UNHEX(n.old)
    SET w.mek_ref = n.ref, w.suite = n.suite, w.blob = UNHEX(n.fresh)`;
  // A transaction, since it is tried again when it loses to another.
  const { affectedRows } = await database.transaction((execute) =>
    execute<ResultSetHeader>(sql, [JSON.stringify(rows)]),
  );
  return affectedRows;
}

/** Wraps of owners whom no user is: of none of their data keys anything is known. */
export async function listStrayWraps(
  execute: Execute,
  limit: number,
): Promise<Pick<OwnedWrap, "ownerId" | "version">[]> {
  const rows = await execute<RowDataPacket[]>(
    `SELECT w.owner_id, w.version FROM dek_wraps w
     WHERE NOT EXISTS (SELECT 1 FROM user_deks d WHERE d.owner_id = w.owner_id)
     ORDER BY w.owner_id, w.version LIMIT ${limit}`,
    [],
  );
  return rows.map((row) => ({
    ownerId: row["owner_id"] as Uint8Array<ArrayBuffer>,
    version: Number(row["version"]),
  }));
}

/** The wraps of `table` that are of no method which is known here. */
export async function listOddWraps(
  execute: Execute,
  table: "dek_wraps" | "vault_keys",
  limit: number,
): Promise<Pick<OwnedWrap, "ownerId" | "version" | "method" | "mekRef">[]> {
  const rows = await execute<RowDataPacket[]>(
    `SELECT owner_id, version, method, mek_ref FROM ${table}
     WHERE CAST(method AS BINARY) <> CAST('mek' AS BINARY) ORDER BY owner_id, version, method LIMIT ${limit}`,
    [],
  );
  return rows.map(toOwnedWrap);
}

/** Those of these owners, in hex, of whom users have data keys. */
export async function listKnownOwners(
  execute: Execute,
  ownerIds: readonly Uint8Array[],
): Promise<Set<string>> {
  const rows = await execute<RowDataPacket[]>(
    `SELECT DISTINCT d.owner_id FROM JSON_TABLE(?, '$[*]' COLUMNS (owner CHAR(32) PATH '$')) o
     STRAIGHT_JOIN user_deks d ON d.owner_id = UNHEX(o.owner)`,
    [jsonOf(ownerIds)],
  );
  return new Set(rows.map((row) => hex(row["owner_id"] as Uint8Array)));
}

/** Puts a wrap back that is missing, as far as a user still has that data key. @returns whether it did. */
export async function restoreWrap(
  execute: Execute,
  { ownerId, version, dekId, mekRef, suite, blob }: OwnedWrap,
): Promise<boolean> {
  const { affectedRows } = await execute<ResultSetHeader>(
    `INSERT INTO dek_wraps (owner_id, version, method, mek_ref, suite, \`blob\`)
     SELECT owner_id, version, 'mek', ?, ?, ? FROM user_deks
     WHERE owner_id = ? AND version = ? AND dek_id = ? AND state <> 'destroyed'
       AND NOT EXISTS (SELECT 1 FROM dek_wraps w WHERE w.owner_id = user_deks.owner_id
                         AND w.version = user_deks.version AND w.method = 'mek')`,
    [mekRef, suite, blob, ownerId, version, dekId],
  );
  return affectedRows === 1;
}

/** Owner ids as the statements above take a list of them. */
export function jsonOf(ownerIds: readonly Uint8Array[]): string {
  return JSON.stringify(ownerIds.map(hex));
}

export function toOwnedWrap(row: RowDataPacket): OwnedWrap {
  return {
    ownerId: row["owner_id"] as Uint8Array<ArrayBuffer>,
    version: Number(row["version"]),
    method: String(row["method"]),
    mekRef: String(row["mek_ref"]),
    suite: Number(row["suite"]),
    blob: row["blob"] as Uint8Array<ArrayBuffer>,
    dekId: row["dek_id"] as Uint8Array<ArrayBuffer> | null,
  };
}

["ownerId", "version", "method", "mekRef", "suite", "blob"] satisfies (keyof DekWrapModel)[];
["ownerId", "version", "dekId"] satisfies (keyof UserDekModel)[];
