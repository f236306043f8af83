// Facts of the ledger: prisma-engines, sql_migration_persistence.rs and apply_migrations.rs.
import { randomUUID } from "node:crypto";
import type { Connection, ResultSetHeader } from "mysql2/promise";
import { z } from "zod";
import { selectRows } from "./database.ts";
import { LEASE_TABLE } from "./lease.ts";
import { MigrationError } from "./migration-error.ts";
import { checksumOf, type Migration } from "./migration-files.ts";

/** Prisma's own record of what was applied. */
export const LEDGER_TABLE = "_prisma_migrations";

/** Tables that keep the books of migrating and belong to no schema. */
export const BOOKKEEPING_TABLES = [LEDGER_TABLE, LEASE_TABLE];

const LEDGER_DDL = `CREATE TABLE IF NOT EXISTS ${LEDGER_TABLE} (
    id                      VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum                VARCHAR(64) NOT NULL,
    finished_at             DATETIME(3),
    migration_name          VARCHAR(255) NOT NULL,
    logs                    TEXT,
    rolled_back_at          DATETIME(3),
    started_at              DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    applied_steps_count     INTEGER UNSIGNED NOT NULL DEFAULT 0
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`;

const LedgerRow = z.object({
  id: z.string(),
  migration_name: z.string(),
  checksum: z.string(),
  finished_at: z.date().nullable(),
  rolled_back_at: z.date().nullable(),
  logs: z.string().nullable(),
});
/** One attempt at one migration. Unfinished and not rolled back means failed or cut off. */
export type LedgerRow = z.infer<typeof LedgerRow>;

const TableRow = z.object({ name: z.string(), type: z.string() });

/** The tables and views of the database, the books of migrating apart. */
export async function listTables(connection: Connection): Promise<z.infer<typeof TableRow>[]> {
  const tables = await listAllTables(connection);
  return tables.filter(({ name }) => !BOOKKEEPING_TABLES.includes(name));
}

/**
 * Every attempt that counts (those rolled back do not), oldest first; empty on an empty database.
 *
 * Throws a MigrationError when there are tables but no ledger: they were not made by migrating.
 */
export async function readLedger(connection: Connection): Promise<LedgerRow[]> {
  const tables = await listAllTables(connection);
  if (!tables.some(({ name }) => name === LEDGER_TABLE)) {
    const strangers = tables.filter(({ name }) => name !== LEASE_TABLE);
    if (strangers.length === 0) return [];
    throw new MigrationError(
      "not_empty",
      `P3005: the database is not empty (${strangers.map(({ name }) => name).join(", ")}) and has no record of migrations. ` +
        "Use an empty database. If its tables are those of TimOS, record that: npm run db -- resolve <database> --applied <migration>, for each.",
    );
  }
  return selectRows(
    connection,
    LedgerRow,
    `SELECT id, migration_name, checksum, finished_at, rolled_back_at, logs FROM ${LEDGER_TABLE}
     WHERE rolled_back_at IS NULL ORDER BY started_at ASC`,
  );
}

/** Makes the ledger if there is none. Call it before the lease's table exists, or Prisma takes that for a stranger's. */
export async function createLedger(connection: Connection): Promise<void> {
  await connection.query(LEDGER_DDL);
}

/**
 * Records that `migration` begins; returns the id of the attempt.
 *
 * Like the other writes here, throws a MigrationError when `holder` no longer has the lease.
 */
export async function recordStart(
  connection: Connection,
  holder: string,
  migration: Migration,
): Promise<string> {
  const id = randomUUID();
  await writeAsHolder(
    connection,
    `INSERT INTO ${LEDGER_TABLE} (id, checksum, started_at, migration_name)
     SELECT ?, ?, ?, ? FROM ${LEASE_TABLE} WHERE name = 'migrate' AND holder = ?`,
    [id, checksumOf(migration.sql), new Date(), migration.name, holder],
  );
  return id;
}

/** Records that the attempt `id` was completed. */
export async function recordFinish(
  connection: Connection,
  holder: string,
  id: string,
): Promise<void> {
  await writeAsHolder(
    connection,
    `UPDATE ${LEDGER_TABLE} SET applied_steps_count = applied_steps_count + 1, finished_at = ?
     WHERE id = ? AND EXISTS (SELECT 1 FROM ${LEASE_TABLE} WHERE name = 'migrate' AND holder = ?)`,
    [new Date(), id, holder],
  );
}

/** Keeps what the database said when the attempt `id` failed. */
export async function recordFailure(
  connection: Connection,
  id: string,
  logs: string,
): Promise<void> {
  await connection.execute(`UPDATE ${LEDGER_TABLE} SET logs = ? WHERE id = ?`, [logs, id]);
}

/** Records that what the attempt `id` had done was undone: it no longer counts. */
export async function recordRollback(
  connection: Connection,
  holder: string,
  id: string,
): Promise<void> {
  await writeAsHolder(
    connection,
    `UPDATE ${LEDGER_TABLE} SET rolled_back_at = ?
     WHERE id = ? AND EXISTS (SELECT 1 FROM ${LEASE_TABLE} WHERE name = 'migrate' AND holder = ?)`,
    [new Date(), id, holder],
  );
}

/** Records `migration` as applied by other means. */
export async function recordApplied(
  connection: Connection,
  holder: string,
  migration: Migration,
): Promise<void> {
  const now = new Date();
  await writeAsHolder(
    connection,
    `INSERT INTO ${LEDGER_TABLE} (id, checksum, started_at, finished_at, migration_name)
     SELECT ?, ?, ?, ?, ? FROM ${LEASE_TABLE} WHERE name = 'migrate' AND holder = ?`,
    [randomUUID(), checksumOf(migration.sql), now, now, migration.name, holder],
  );
}

async function writeAsHolder(
  connection: Connection,
  sql: string,
  values: (string | Date)[],
): Promise<void> {
  const [result] = await connection.execute<ResultSetHeader>(sql, values);
  if (result.affectedRows === 1) return;
  throw new MigrationError("lease_lost", "Another process has taken over migrating this database.");
}

function listAllTables(connection: Connection): Promise<z.infer<typeof TableRow>[]> {
  return selectRows(
    connection,
    TableRow,
    `SELECT table_name AS name, table_type AS type FROM information_schema.tables
     WHERE table_schema = DATABASE() ORDER BY table_name`,
  );
}
