// Applies prisma/<db>/migrations/<timestamp>_<name>/migration.sql the way `prisma migrate deploy` does, without
// Prisma's schema engine: same table, same checksum, same lock, same failure state. Either tool can continue the
// other's work. (Facts: prisma-engines, apply_migrations.rs, sql_migration_persistence.rs, checksum.rs, mysql.rs.)
import { createHash, randomUUID } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import mysql from "mysql2/promise";
import { Umzug } from "umzug";

const TABLE_SQL = `CREATE TABLE _prisma_migrations (
    id                      VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum                VARCHAR(64) NOT NULL,
    finished_at             DATETIME(3),
    migration_name          VARCHAR(255) NOT NULL,
    logs                    TEXT,
    rolled_back_at          DATETIME(3),
    started_at              DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    applied_steps_count     INTEGER UNSIGNED NOT NULL DEFAULT 0
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;`;

const sha256 = (s: string) => createHash("sha256").update(s, "utf8").digest("hex");
/** Prisma accepts either line ending, since git may change them. */
export const checksumMatches = (script: string, sum: string) =>
  [script, script.replaceAll("\r\n", "\n"), script.replaceAll("\n", "\r\n")].some(
    (s) => sha256(s) === sum,
  );

interface Row {
  id: string;
  checksum: string;
  migration_name: string;
  finished_at: Date | null;
  rolled_back_at: Date | null;
  logs: string | null;
}
export interface Migration {
  name: string;
  path: string;
  sql: string;
}

export function readMigrations(dir: string): Migration[] {
  const lock = readFileSync(join(dir, "migration_lock.toml"), "utf8");
  if (!/^provider = "mysql"$/m.test(lock))
    throw new Error(`${dir}/migration_lock.toml is not for mysql`);
  return readdirSync(dir)
    .filter((n) => statSync(join(dir, n)).isDirectory())
    .sort()
    .map((name) => ({
      name,
      path: join(dir, name, "migration.sql"),
      sql: readFileSync(join(dir, name, "migration.sql"), "utf8"),
    }));
}

export interface Result {
  applied: string[];
  pending: string[];
  edited: string[];
  missing: string[]; // in the database, not in the folder
}

export async function migrate(opts: {
  url: string;
  dir: string;
  dryRun?: boolean;
  log?: (line: string) => void;
}): Promise<Result> {
  const log = opts.log ?? (() => {});
  const migrations = readMigrations(opts.dir);
  const c = await mysql.createConnection({
    uri: opts.url,
    multipleStatements: true,
    timezone: "Z",
    charset: "utf8mb4_unicode_ci",
  });
  try {
    await c.query("SET time_zone = '+00:00'");
    const [[lock]] = (await c.query("SELECT GET_LOCK('prisma_migrate', 10) AS ok")) as unknown as [
      [{ ok: number }],
    ];
    if (lock.ok !== 1) throw new Error("another migration holds the lock (waited 10 s)");

    const [tables] = (await c.query(
      "SELECT table_name AS n FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE'",
    )) as unknown as [{ n: string }[]];
    const initialised = tables.some((t) => t.n === "_prisma_migrations");
    if (!initialised && tables.length > 0)
      throw new Error("P3005: the database schema is not empty");
    if (!initialised && !opts.dryRun) await c.query(TABLE_SQL);

    const rows = initialised
      ? (
          (await c.query(
            "SELECT * FROM _prisma_migrations ORDER BY started_at ASC",
          )) as unknown as [Row[]]
        )[0]
      : [];
    const failed = rows.filter((r) => !r.finished_at && !r.rolled_back_at);
    if (failed.length)
      throw new Error(
        `P3009: failed migrations found: ${failed.map((r) => `${r.migration_name}\n${r.logs ?? ""}`).join("\n")}`,
      );
    const live = rows.filter((r) => !r.rolled_back_at);
    const byName = new Map(live.map((r) => [r.migration_name, r]));
    const edited = migrations.filter(
      (m) => byName.has(m.name) && !checksumMatches(m.sql, byName.get(m.name)!.checksum),
    );
    const missing = live.filter((r) => !migrations.some((m) => m.name === r.migration_name));

    const umzug = new Umzug({
      context: c,
      logger: undefined,
      storage: {
        executed: async () => [...byName.keys()],
        logMigration: async () => {},
        unlogMigration: async () => {},
      },
      migrations: migrations.map((m) => ({
        name: m.name,
        up: async () => {
          const id = randomUUID();
          await c.execute(
            "INSERT INTO _prisma_migrations (id, checksum, started_at, migration_name) VALUES (?, ?, ?, ?)",
            [id, sha256(m.sql), new Date(), m.name],
          );
          try {
            await c.query(m.sql); // one multi-statement text; DDL commits itself, so there is no transaction to wrap it in
          } catch (e) {
            await c.execute("UPDATE _prisma_migrations SET logs = ? WHERE id = ?", [String(e), id]);
            throw e;
          }
          await c.execute(
            "UPDATE _prisma_migrations SET applied_steps_count = applied_steps_count + 1, finished_at = ? WHERE id = ?",
            [new Date(), id],
          );
          log(`applied ${m.name}`);
        },
      })),
    });
    const pending = (await umzug.pending()).map((m) => m.name);
    const applied = opts.dryRun ? [] : (await umzug.up()).map((m) => m.name);
    return {
      applied,
      pending: opts.dryRun ? pending : [],
      edited: edited.map((m) => m.name),
      missing: missing.map((r) => r.migration_name),
    };
  } finally {
    await c.end(); // releases the lock
  }
}
