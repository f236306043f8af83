import type { RowDataPacket } from "mysql2/promise";
import type { UserDekModel } from "../../generated/platform/models.ts";
import type { Execute } from "../lib/database.ts";

export interface WrapCount {
  readonly mekRef: string;
  readonly state: UserDekModel["state"];
  readonly count: number;
}

/** How many data keys are wrapped under each master key, by their state. */
export async function countWrapsByState(execute: Execute): Promise<WrapCount[]> {
  const rows = await execute<RowDataPacket[]>(
    `SELECT CAST(w.mek_ref AS BINARY) AS ref, d.state, COUNT(*) AS count
     FROM dek_wraps w JOIN user_deks d ON d.owner_id = w.owner_id AND d.version = w.version
     GROUP BY ref, d.state ORDER BY ref, d.state`,
    [],
  );
  return rows.map((row) => ({
    mekRef: String(row["ref"]),
    state: row["state"] as WrapCount["state"],
    count: Number(row["count"]),
  }));
}
