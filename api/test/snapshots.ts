import type { RowDataPacket } from "mysql2/promise";
import type { TestApp } from "./app.ts";

type Role = "platform" | "vault";

/** The rows of tables of one database, as a backup holds them. */
export type Snapshot = ReadonlyMap<string, readonly RowDataPacket[]>;

/** What others refer to comes first. */
const PARENTS = ["tenants", "users"];

/** Every table of a database that is not the ledger of its migrations, those that others refer to first. */
export async function tablesOf(app: TestApp, database: Role): Promise<string[]> {
  const rows = await app.sql(
    database,
    "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name NOT LIKE '\\_%' ORDER BY table_name",
  );
  const names = rows.map((row) => String(row["name"]));
  return [
    ...PARENTS.filter((name) => names.includes(name)),
    ...names.filter((name) => !PARENTS.includes(name)),
  ];
}

/** Copies the tables of a database, or those that `isIn` chooses. */
export async function takeSnapshot(
  app: TestApp,
  database: Role,
  isIn: (table: string) => boolean = () => true,
): Promise<Snapshot> {
  const tables = (await tablesOf(app, database)).filter(isIn);
  const rows = tables.map(
    async (table) => [table, await app.sql(database, "SELECT * FROM ??", [table])] as const,
  );
  return new Map(await Promise.all(rows));
}

/** Puts the tables of a snapshot back to what they were. */
export async function restore(app: TestApp, database: Role, snapshot: Snapshot): Promise<void> {
  const tables = [...snapshot.keys()];
  for (const table of tables.toReversed()) await app.sql(database, "DELETE FROM ??", [table]);
  for (const table of tables) {
    const rows = (snapshot.get(table) ?? []).map((row) => Object.values(row) as unknown);
    if (rows.length > 0) await app.sql(database, "INSERT INTO ?? VALUES ?", [table, rows]);
  }
}
