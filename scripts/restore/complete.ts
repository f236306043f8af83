import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Connection } from "mysql2/promise";
import { listTables } from "../backup/engine/facts.ts";
import { createDatabase, dropDatabase } from "../backup/engine/load.ts";
import { quoteName as q, type SnapshotPlace } from "../backup/engine/place.ts";
import { BACKUP_SETS, type DatabaseRole } from "../lib/backup-sets.ts";
import { migrate } from "../lib/migrate.ts";
import { readMigrations } from "../lib/migration-files.ts";
import { migrationsOf } from "./refusals.ts";

/** A database that a backup is loaded into. */
export interface Loaded {
  readonly place: SnapshotPlace;
  readonly role: DatabaseRole;
  readonly name: string;
  /** Those that the backup had. */
  readonly migrations: readonly string[];
  /** The address of a database, for an account that may do everything with it. */
  readonly urlOf: (database: string) => string;
  readonly log: (line: string) => void;
}

const isCurrent = ({ role, migrations }: Loaded): boolean =>
  readMigrations(migrationsOf(role)).every(({ name }) => migrations.includes(name));

const migrateAll = ({ role, urlOf, log }: Loaded, database: string) =>
  migrate({
    url: urlOf(database),
    dir: migrationsOf(role),
    log: (line) => log(`${role}: ${line}`),
  });

/**
 * Brings a journal forward to the tables of today. Migrations may touch tables of the keys, which are not in it: empty
 * ones stand in for them meanwhile, as they were at the time of the backup.
 */
export async function migrateJournal(admin: Connection, journal: Loaded): Promise<void> {
  if (isCurrent(journal)) return;
  const { role, name } = journal;
  await asOfThen(journal, async (then) => {
    for (const table of BACKUP_SETS.keys[role]) {
      if (!(await hasTable(admin, then, table))) continue;
      await admin.query(`CREATE TABLE ${q(name)}.${q(table)} LIKE ${q(then)}.${q(table)}`);
    }
  });
  await migrateAll(journal, name);
  await dropTables(admin, name, BACKUP_SETS.keys[role]);
}

/** Brings tables of the keys forward, which may be of another time than the journal, among empty ones of the others. */
export async function migrateKeys(admin: Connection, keys: Loaded): Promise<void> {
  if (isCurrent(keys)) return;
  const { role, name } = keys;
  await asOfThen(keys, async (then) => {
    for (const table of await listTables(admin, name)) {
      await dropTables(admin, then, [table]);
      await moveTable(admin, table, name, then);
    }
    await migrateAll(keys, then);
    for (const table of BACKUP_SETS.keys[role]) await moveTable(admin, table, then, name);
  });
}

/** Makes an empty database with the tables that there were at the time of a backup. */
async function asOfThen(
  { place, role, name, migrations, urlOf }: Loaded,
  work: (database: string) => Promise<void>,
): Promise<void> {
  const dir = migrationsOf(role);
  const folder = mkdtempSync(join(tmpdir(), "timos-migrations-"));
  const then = `${name}_then`;
  try {
    cpSync(join(dir, "migration_lock.toml"), join(folder, "migration_lock.toml"));
    for (const migration of migrations) {
      cpSync(join(dir, migration), join(folder, migration), { recursive: true });
    }
    await makeDatabase(place, role, then);
    await migrate({ url: urlOf(then), dir: folder });
    await work(then);
  } finally {
    await dropDatabase(place, role, then);
    rmSync(folder, { recursive: true });
  }
}

/**
 * Copies the tables of the keys that stay as they are beside a journal that was loaded, so that erasures can be replayed on
 * a whole database before it takes the place of the one in use.
 *
 * @returns which they were.
 */
export async function addStandIns(
  admin: Connection,
  { role, name }: Pick<Loaded, "role" | "name">,
  live: string,
): Promise<string[]> {
  const added: string[] = [];
  for (const table of BACKUP_SETS.keys[role]) {
    if (await hasTable(admin, name, table)) continue;
    await admin.query(`CREATE TABLE ${q(name)}.${q(table)} LIKE ${q(live)}.${q(table)}`);
    await copyRows(admin, table, live, name);
    added.push(table);
  }
  return added;
}

/**
 * Adds to keys of a backup what came since: the keys that were made, without which those who signed up or had their key
 * rotated could open nothing, and the erasures. What the keys hold of whom these are about is destroyed: a receipt was given
 * for it. Of a key that both have, the backup's stays.
 *
 * @param later - The database that has them.
 */
export async function keepSince(
  admin: Connection,
  { role, name }: Pick<Loaded, "role" | "name">,
  later: string,
): Promise<void> {
  const wraps = role === "platform" ? "dek_wraps" : "vault_keys";
  for (const table of ["erasures", wraps, "audit_keys"]) await copyRows(admin, table, later, name);
  await admin.query(
    `DELETE FROM ${q(name)}.${wraps} WHERE owner_id IN (SELECT owner_id FROM ${q(name)}.erasures)`,
  );
  if (role === "vault") return;
  await admin.query(
    `DELETE FROM ${q(name)}.audit_keys WHERE user_id IN (SELECT user_id FROM ${q(name)}.erasures)`,
  );
}

/** Copies rows that are not there yet, where both databases have the table. */
export async function copyRows(
  admin: Connection,
  table: string,
  from: string,
  to: string,
): Promise<void> {
  if (!(await hasTable(admin, from, table)) || !(await hasTable(admin, to, table))) return;
  await admin.query(`INSERT IGNORE INTO ${q(to)}.${q(table)} SELECT * FROM ${q(from)}.${q(table)}`);
}

export const moveTable = (admin: Connection, table: string, from: string, to: string) =>
  admin.query(`RENAME TABLE ${q(from)}.${q(table)} TO ${q(to)}.${q(table)}`);

export async function dropTables(
  admin: Connection,
  database: string,
  tables: readonly string[],
): Promise<void> {
  for (const table of tables) await admin.query(`DROP TABLE IF EXISTS ${q(database)}.${q(table)}`);
}

async function hasTable(admin: Connection, database: string, table: string): Promise<boolean> {
  return (await listTables(admin, database)).includes(table);
}

/** @throws Error with what to grant, where the account may not make it. */
export async function makeDatabase(
  place: SnapshotPlace,
  role: DatabaseRole,
  name: string,
): Promise<void> {
  try {
    await createDatabase(place, role, name);
  } catch (error) {
    const isDenied = error instanceof Error && "errno" in error && error.errno === 1044;
    if (!isDenied) throw error;
    const variable = role.toUpperCase();
    throw new Error(
      `This account may not make the database ${name}. Nothing was changed. ` +
        `Name one that may in ${variable}_RESTORE_URL, or have an administrator run, for the account of ${variable}_MIGRATE_URL: ` +
        `GRANT ALL PRIVILEGES ON \`timos\\_${role}\\_%\`.* TO …`,
      { cause: error },
    );
  }
}
