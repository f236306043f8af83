import type { RowDataPacket } from "mysql2/promise";
import type { ErasureModel, VaultStateModel } from "../../generated/platform/models.ts";
import type { Execute } from "../lib/database.ts";

/** Erasures whose rows the vault still has: how many, and when the first was asked for. */
export async function countUnfinishedErasures(
  execute: Execute,
): Promise<{ count: number; since: Date | null }> {
  const [row] = await execute<RowDataPacket[]>(
    "SELECT COUNT(*) AS count, MIN(requested_at) AS since FROM erasures WHERE rows_deleted_at IS NULL",
    [],
  );
  const since: unknown = row?.["since"];
  return { count: Number(row?.["count"] ?? 0), since: since instanceof Date ? since : null };
}

/** How many vaults were found not to hold what they should, and were not accepted as they are since. */
export async function countViolatedVaults(execute: Execute): Promise<number> {
  const [row] = await execute<RowDataPacket[]>(
    "SELECT COUNT(*) AS count FROM vault_states WHERE violated_at IS NOT NULL",
    [],
  );
  return Number(row?.["count"] ?? 0);
}

["requestedAt", "rowsDeletedAt"] satisfies (keyof ErasureModel)[];
["violatedAt"] satisfies (keyof VaultStateModel)[];
