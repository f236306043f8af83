import type { RowDataPacket } from "mysql2/promise";
import { finishErasures, replayErasures } from "../../api/src/features/account/erase.ts";
import type { Execute } from "../../api/src/lib/database.ts";
import { createLogger } from "../../api/src/lib/logger.ts";
import { hex } from "../../api/src/lib/ids.ts";
import { erasedOwners as erasedInPlatform } from "../../api/src/platform/erasures.ts";
import { jsonOf } from "../../api/src/platform/rotation-statements.ts";
import { erasedOwners as erasedInVault, OWNED_TABLES } from "../../api/src/vault/erase.ts";
import type { Installation } from "../keys/installation.ts";
import type { Findings } from "./findings.ts";

/** What the worker has not done by then it cannot do. */
const USUAL_MS = 3_600_000;

/**
 * Finds what either database has of owners whom either says were erased.
 *
 * @param isRepairing - Erases them again, and deletes what is left of them.
 */
export async function findErased(
  installation: Installation,
  findings: Findings,
  { isRepairing, keysBackupDays }: { isRepairing: boolean; keysBackupDays: number },
): Promise<void> {
  const { platform, platformDatabase, vaultDatabase, clock } = installation;
  const seen = new Set<string>();
  const look = async (owners: readonly Uint8Array[]) => {
    const returned = new Set<string>();
    for (const table of ["user_deks", "dek_wraps"]) {
      await collect(platformDatabase.execute, table, owners, returned);
    }
    for (const table of OWNED_TABLES) {
      await collect(vaultDatabase.execute, table, owners, returned);
    }
    // Those that both know are counted once.
    for (const owner of [...returned].filter((id) => !seen.has(id))) {
      seen.add(owner);
      findings.note("erased_returned", owner, isRepairing);
    }
  };
  for await (const owners of erasedInPlatform(platform)) await look(owners);
  for await (const owners of erasedInVault(vaultDatabase)) await look(owners);

  const before = new Date(clock().getTime() - USUAL_MS);
  const unfinished = await platformDatabase.execute<RowDataPacket[]>(
    `SELECT owner_id FROM erasures WHERE rows_deleted_at IS NULL AND requested_at < ?`,
    [before],
  );
  for (const row of unfinished) {
    findings.note("erasures_unfinished", hex(row["owner_id"] as Uint8Array), isRepairing);
  }
  if (!isRepairing) return;
  const deps = { platform, vaultDatabase, clock, keysBackupDays };
  await replayErasures(deps);
  // What it would log is in the report.
  await finishErasures({ ...deps, logger: createLogger("reconcile", "silent") });
}

async function collect(
  execute: Execute,
  table: string,
  owners: readonly Uint8Array[],
  into: Set<string>,
): Promise<void> {
  const rows = await execute<RowDataPacket[]>(
    `SELECT DISTINCT t.owner_id FROM JSON_TABLE(?, '$[*]' COLUMNS (owner CHAR(32) PATH '$')) o
     STRAIGHT_JOIN ${table} t ON t.owner_id = UNHEX(o.owner)`,
    [jsonOf(owners)],
  );
  for (const row of rows) into.add(hex(row["owner_id"] as Uint8Array));
}
