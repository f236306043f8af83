import type { Connection } from "mysql2/promise";
import { z } from "zod";
import { BACKUP_SETS, type BackupSet, type DatabaseRole } from "../../lib/backup-sets.ts";
import { selectRows } from "../../lib/database.ts";
import { LEDGER_TABLE } from "../../lib/ledger.ts";
import type { KeyReference, Revisions, SnapshotFacts } from "../types.ts";
import { quoteName } from "./place.ts";

const ROLES = ["platform", "vault"] as const;

/** A table that is backed up, and what it is called where. */
export interface KnownTable {
  readonly set: BackupSet;
  readonly role: DatabaseRole;
  /** The name of its database on the server. */
  readonly database: string;
  readonly table: string;
  readonly create: string;
}

/** A database, and a connection that sees it. */
export interface ReadableDatabase {
  readonly connection: Connection;
  readonly name: string;
}
export type Databases = Readonly<Record<DatabaseRole, ReadableDatabase>>;

/** The tables of `sets` that are there, in the order of the sets, and the names of those that are in no set. */
export async function findTables(
  databases: Databases,
  sets: readonly BackupSet[],
): Promise<{ known: KnownTable[]; present: Map<string, string[]>; strangers: string[] }> {
  const known: KnownTable[] = [];
  const strangers: string[] = [];
  const present = new Map<string, string[]>();
  for (const role of ROLES) {
    const { connection, name } = databases[role];
    const tables = await listTables(connection, name);
    present.set(name, tables);
    const inSets = Object.values(BACKUP_SETS).flatMap((set) => set[role]);
    strangers.push(...tables.filter((table) => !inSets.includes(table)));
    for (const set of sets) {
      for (const table of BACKUP_SETS[set][role].filter((each) => tables.includes(each))) {
        const create = await definitionOf(connection, name, table);
        known.push({ set, role, database: name, table, create });
      }
    }
  }
  return { known, present, strangers };
}

/** The tables of a database, by name. */
export async function listTables(connection: Connection, database: string): Promise<string[]> {
  const rows = await selectRows(
    connection,
    z.object({ name: z.string() }),
    `SELECT table_name AS name FROM information_schema.tables
     WHERE table_schema = ? AND table_type = 'BASE TABLE' ORDER BY table_name`,
    [database],
  );
  return rows.map(({ name }) => name);
}

async function definitionOf(
  connection: Connection,
  database: string,
  table: string,
): Promise<string> {
  const Row = z.object({ "Create Table": z.string() });
  const path = `${quoteName(database)}.${quoteName(table)}`;
  const [row] = await selectRows(connection, Row, `SHOW CREATE TABLE ${path}`);
  return row?.["Create Table"] ?? "";
}

export async function countRows(
  connection: Connection,
  database: string,
  table: string,
): Promise<number> {
  const Row = z.object({ count: z.coerce.number().int() });
  const path = `${quoteName(database)}.${quoteName(table)}`;
  const [row] = await selectRows(connection, Row, `SELECT COUNT(*) AS count FROM ${path}`);
  return row?.count ?? 0;
}

/** What the databases say of themselves. Tables that an older installation does not have yet count as empty. */
export async function readFacts(
  databases: Databases,
  known: Pick<SnapshotFacts, "takenAt" | "position">,
): Promise<SnapshotFacts> {
  const { connection } = databases.platform;
  const Version = z.object({ version: z.string() });
  const [server] = await selectRows(connection, Version, "SELECT VERSION() AS version");
  const keyReferences = [
    ...(await keyReferencesOf(databases.platform, "platform", "dek_wraps")),
    ...(await keyReferencesOf(databases.vault, "vault", "vault_keys")),
  ];
  return {
    ...known,
    serverVersion: server?.version ?? "",
    migrations: {
      platform: await migrationsOf(databases.platform),
      vault: await migrationsOf(databases.vault),
    },
    keyReferences,
    revisions: await revisionsOf(databases.vault),
  };
}

async function has({ connection, name }: ReadableDatabase, table: string): Promise<boolean> {
  return (await listTables(connection, name)).includes(table);
}

async function migrationsOf(database: ReadableDatabase): Promise<string[]> {
  if (!(await has(database, LEDGER_TABLE))) return [];
  const rows = await selectRows(
    database.connection,
    z.object({ name: z.string() }),
    `SELECT migration_name AS name FROM ${quoteName(database.name)}.${LEDGER_TABLE}
     WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL ORDER BY started_at`,
  );
  return rows.map(({ name }) => name);
}

async function keyReferencesOf(
  database: ReadableDatabase,
  role: DatabaseRole,
  table: string,
): Promise<KeyReference[]> {
  if (!(await has(database, table))) return [];
  const rows = await selectRows(
    database.connection,
    z.object({ mekRef: z.string(), wraps: z.coerce.number().int() }),
    // As bytes: the collation of the column takes references for the same that are not.
    `SELECT CONVERT(reference USING utf8mb4) AS mekRef, wraps FROM
       (SELECT CAST(mek_ref AS BINARY) AS reference, COUNT(*) AS wraps
        FROM ${quoteName(database.name)}.${table} GROUP BY reference ORDER BY reference) AS counted`,
  );
  return rows.map((row) => ({ database: role, ...row }));
}

async function revisionsOf(vault: ReadableDatabase): Promise<Revisions | null> {
  if (!(await has(vault, "vault_heads"))) return null;
  const [row] = await selectRows(
    vault.connection,
    z.object({ owners: z.coerce.number().int(), highest: z.string(), total: z.string() }),
    `SELECT COUNT(*) AS owners, CAST(COALESCE(MAX(rev), 0) AS CHAR) AS highest,
       CAST(COALESCE(SUM(rev), 0) AS CHAR) AS total
     FROM ${quoteName(vault.name)}.vault_heads`,
  );
  return row ?? null;
}
