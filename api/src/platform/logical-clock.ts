import type { ResultSetHeader, RowDataPacket } from "mysql2/promise";
import type { LogicalClockModel } from "../../generated/platform/models.ts";
import type { Execute } from "../lib/database.ts";

/** A count that only goes on, in one row of each database: which of the two is behind was put back. See ADR 0036. */

/** Beyond what a tick a minute ever comes to, and below what a number is exact to. What is higher was planted. */
export const MAX_TICKS = 2 ** 48;

/** What a database has counted to; 0 before the first tick. */
export async function readTicks(execute: Execute): Promise<number> {
  const [row] = await execute<RowDataPacket[]>("SELECT ticks FROM logical_clock WHERE id = 1", []);
  return Number(row?.["ticks"] ?? 0);
}

/** Moves the count on, if it is still `from`. @returns whether it was. */
export async function moveTicks(execute: Execute, from: number, to: number): Promise<boolean> {
  if (from === 0) await execute("INSERT IGNORE INTO logical_clock (id, ticks) VALUES (1, 0)", []);
  const { affectedRows } = await execute<ResultSetHeader>(
    "UPDATE logical_clock SET ticks = ? WHERE id = 1 AND ticks = ?",
    [to, from],
  );
  return affectedRows === 1;
}

/** Moves the count on to `to` at least. */
export async function raiseTicks(execute: Execute, to: number): Promise<void> {
  await execute(
    `INSERT INTO logical_clock (id, ticks) VALUES (1, ?)
     ON DUPLICATE KEY UPDATE ticks = GREATEST(ticks, VALUES(ticks))`,
    [to],
  );
}

/** Puts the count back to what it can be: for one that was planted. */
export async function resetTicks(execute: Execute, to: number): Promise<void> {
  await execute("UPDATE logical_clock SET ticks = ? WHERE id = 1", [to]);
}

["id", "ticks"] satisfies (keyof LogicalClockModel)[];
