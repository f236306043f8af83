import type { RowDataPacket } from "mysql2/promise";
import type { Execute } from "../lib/database.ts";

/** The id by which the vault knows a user, or null when there is none: no data key was made, or they were erased. */
export async function findOwnerId(execute: Execute, userId: string): Promise<Uint8Array | null> {
  const [row] = await execute<RowDataPacket[]>(
    "SELECT owner_id AS ownerId FROM user_deks WHERE user_id = ? LIMIT 1",
    [userId],
  );
  return row === undefined ? null : (row["ownerId"] as Uint8Array);
}
