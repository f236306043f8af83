/**
 * Applies `prisma/<database>/migrations` as `prisma migrate deploy` does, without Prisma's schema engine: the same
 * ledger, checksums and failure states, so that either can go on where the other stopped.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Connection } from "mysql2/promise";
import { z } from "zod";
import { connectForMigrating, selectRows } from "./database.ts";
import { type Lease, type LeaseTimes, takeLease } from "./lease.ts";
import {
  createLedger,
  type LedgerRow,
  listTables,
  readLedger,
  recordApplied,
  recordFailure,
  recordFinish,
  recordRollback,
  recordStart,
} from "./ledger.ts";
import { MigrationError } from "./migration-error.ts";
import { isChecksumOf, type Migration, readMigrations } from "./migration-files.ts";

export interface MigrateOptions {
  /** An account with all rights on this one database. */
  url: string;
  /** The folder `prisma/<database>/migrations`. */
  dir: string;
  log?: (line: string) => void;
  times?: Partial<LeaseTimes>;
}

/** How a database stands to the folder of its migrations, by name. */
export interface MigrationStatus {
  applied: string[];
  pending: string[];
  /** Applied, but the script has been changed since. */
  edited: string[];
  /** Applied, but the script is gone. */
  missing: string[];
  /** Begun and not completed: the database reported an error, or the process was cut off (`error` is null). */
  failed: { name: string; error: string | null }[];
}

const DEFAULT_TIMES: LeaseTimes = { leaseMs: 15_000, waitMs: 10 * 60_000 };

/**
 * Brings the database up to date and says which migrations were applied.
 *
 * Several processes may call this at once: one migrates, the others wait and find nothing to do. A first migration
 * cut off by a crash is begun anew as long as every table is still empty.
 *
 * Throws a MigrationError, having changed nothing more, when a past migration was changed, is missing or has
 * failed, when one fails now, or when the database holds tables that were not made by migrating.
 */
export async function migrate(options: MigrateOptions): Promise<{ applied: string[] }> {
  const migrations = readMigrations(options.dir);
  const log = options.log ?? (() => undefined);
  const connection = await connectForMigrating(options.url);
  try {
    const before = compare(migrations, await readLedger(connection));
    assertSameHistory(before);
    const isUpToDate = before.pending.length === 0 && before.failed.length === 0;
    const applied = isUpToDate
      ? []
      : await withLease(connection, options, (lease) =>
          applyPending(connection, lease, migrations, log),
        );
    await connection.end();
    return { applied };
  } catch (error) {
    // Not `end`, which would wait: after a lost lease a script may still be running here.
    connection.destroy();
    throw error;
  }
}

/** Reads how the database stands; writes nothing. Throws a MigrationError when it was not made by migrating. */
export async function readStatus({ url, dir }: MigrateOptions): Promise<MigrationStatus> {
  const connection = await connectForMigrating(url);
  try {
    return compare(readMigrations(dir), await readLedger(connection));
  } finally {
    await connection.end();
  }
}

/**
 * Records what somebody did by hand about a migration that failed: undone (`rolled-back`, so it will be tried again)
 * or completed (`applied`). `applied` also takes over a database whose tables were made by other means.
 *
 * Throws a MigrationError when the migration is not in a state to be resolved so.
 */
export async function resolveMigration(
  options: MigrateOptions & { name: string; as: "applied" | "rolled-back" },
): Promise<void> {
  const { name, as } = options;
  const migration = readMigrations(options.dir).find((each) => each.name === name);
  if (as === "applied" && migration === undefined) {
    throw new MigrationError("not_resolvable", `P3017: there is no migration ${name} here.`);
  }
  const connection = await connectForMigrating(options.url);
  try {
    await withLease(connection, options, async ({ holder }) => {
      const attempts = (await readLedger(connection)).filter((row) => row.migration_name === name);
      if (attempts.some((row) => row.finished_at !== null)) {
        throw new MigrationError("not_resolvable", `P3008: ${name} is already applied.`);
      }
      if (as === "rolled-back" && attempts.length === 0) {
        throw new MigrationError("not_resolvable", `P3011: ${name} was never begun here.`);
      }
      for (const row of attempts) await recordRollback(connection, holder, row.id);
      if (as === "applied" && migration) await recordApplied(connection, holder, migration);
    });
  } finally {
    await connection.end();
  }
}

async function withLease<Result>(
  connection: Connection,
  { url, log, times }: MigrateOptions,
  work: (lease: Lease) => Promise<Result>,
): Promise<Result> {
  await createLedger(connection);
  const lease = await takeLease(url, { ...DEFAULT_TIMES, ...times }, log ?? (() => undefined));
  try {
    return await Promise.race([work(lease), lease.lost]);
  } finally {
    await lease.release();
  }
}

async function applyPending(
  connection: Connection,
  lease: Lease,
  migrations: Migration[],
  log: (line: string) => void,
): Promise<string[]> {
  const ledger = await restartIfCutOff(connection, lease, await readLedger(connection), log);
  const status = compare(migrations, ledger);
  assertSameHistory(status);
  assertNoneFailed(status);
  for (const migration of migrations) {
    if (status.pending.includes(migration.name)) {
      await applyOne(connection, lease, migration);
      log(`applied ${migration.name}`);
    }
  }
  return status.pending;
}

async function applyOne(connection: Connection, lease: Lease, migration: Migration): Promise<void> {
  const id = await recordStart(connection, lease.holder, migration);
  try {
    // One text of several statements. DDL commits itself, so there is no transaction to put around it.
    await connection.query(migration.sql);
  } catch (error) {
    try {
      await recordFailure(connection, id, String(error));
    } catch {
      // The server itself is gone: then the attempt stays unfinished without a word, which stops the next one too.
    }
    throw new MigrationError(
      "failed_now",
      `P3018: the migration ${migration.name} failed: ${String(error)}\n${wayForward(migration.name)}`,
      { cause: error },
    );
  }
  await recordFinish(connection, lease.holder, id);
}

/**
 * A first migration that was cut off (no error was recorded) is undone if nothing was written since: its tables,
 * all empty, are dropped. Returns the ledger as it is then.
 */
async function restartIfCutOff(
  connection: Connection,
  { holder }: Lease,
  ledger: LedgerRow[],
  log: (line: string) => void,
): Promise<LedgerRow[]> {
  const [first, ...others] = ledger;
  if (!first || others.length > 0 || first.finished_at !== null || first.logs !== null)
    return ledger;
  if (!(await isAloneSoon(connection))) return ledger;
  const tables = await listTables(connection);
  for (const { name, type } of tables) {
    if (type !== "BASE TABLE" || !(await isEmpty(connection, name))) return ledger;
  }
  log(`${first.migration_name} was cut off before it was complete; nothing was stored: again`);
  await connection.query("SET SESSION foreign_key_checks = 0");
  for (const { name } of tables) await connection.query("DROP TABLE IF EXISTS ??", [name]);
  await connection.query("SET SESSION foreign_key_checks = 1");
  await recordRollback(connection, holder, first.id);
  return [];
}

/** A killed process leaves the script it had sent running in the server for a while. */
async function isAloneSoon(connection: Connection): Promise<boolean> {
  const giveUpAt = Date.now() + 60_000;
  while (Date.now() < giveUpAt) {
    const running = await selectRows(
      connection,
      z.object({ id: z.coerce.number() }),
      `SELECT id FROM information_schema.processlist
       WHERE db = DATABASE() AND user = SUBSTRING_INDEX(CURRENT_USER(), '@', 1)
         AND id <> CONNECTION_ID() AND command = 'Query'`,
    );
    if (running.length === 0) return true;
    await sleep(100);
  }
  return false;
}

async function isEmpty(connection: Connection, table: string): Promise<boolean> {
  const rows = await selectRows(
    connection,
    z.object({ one: z.coerce.number() }),
    `SELECT 1 AS one FROM \`${table.replaceAll("`", "``")}\` LIMIT 1`,
  );
  return rows.length === 0;
}

function compare(migrations: Migration[], ledger: LedgerRow[]): MigrationStatus {
  const known = new Map(migrations.map((migration) => [migration.name, migration]));
  const finished = ledger.filter((row) => row.finished_at !== null);
  const begun = new Set(ledger.map((row) => row.migration_name));
  return {
    applied: finished.map((row) => row.migration_name),
    pending: migrations.map(({ name }) => name).filter((name) => !begun.has(name)),
    edited: finished
      .filter((row) => {
        const migration = known.get(row.migration_name);
        return migration !== undefined && !isChecksumOf(row.checksum, migration.sql);
      })
      .map((row) => row.migration_name),
    missing: ledger.map((row) => row.migration_name).filter((name) => !known.has(name)),
    failed: ledger
      .filter((row) => row.finished_at === null)
      .map((row) => ({ name: row.migration_name, error: row.logs })),
  };
}

/** The way forward for each migration that is no longer what was applied. */
export function explainHistory({ edited, missing }: MigrationStatus): string[] {
  return [
    ...edited.map(
      (name) =>
        `${name} was changed after it had been applied. Restore its migration.sql from version control and put the change into a new migration.`,
    ),
    ...missing.map(
      (name) =>
        `${name} was applied to this database but is not here. A newer version of TimOS has probably used it: run that version, or bring the folder back from version control.`,
    ),
  ];
}

/** The way forward after a migration that failed or was cut off. */
export function wayForward(name: string): string {
  return (
    "Nothing more is migrated until this is settled. Undo by hand what it has done, then say so: " +
    `npm run db -- resolve <database> --rolled-back ${name}\n` +
    `Or complete it by hand and say: npm run db -- resolve <database> --applied ${name}\n` +
    "npm run db -- check names what differs from the schema."
  );
}

function assertSameHistory(status: MigrationStatus): void {
  const faults = explainHistory(status);
  if (faults.length > 0) throw new MigrationError("history_differs", faults.join("\n"));
}

function assertNoneFailed({ failed }: MigrationStatus): void {
  const [first] = failed;
  if (!first) return;
  throw new MigrationError(
    "failed_before",
    `P3009: the migration ${first.name} was begun and not completed: ` +
      `${first.error ?? "the process that ran it was cut off"}\n${wayForward(first.name)}`,
  );
}
