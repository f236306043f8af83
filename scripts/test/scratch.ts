import { randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import mysql, { type RowDataPacket } from "mysql2/promise";
import { workerServices } from "../../api/test/databases.ts";

/** An empty database of its own, on the server of the tests, with all rights. */
export interface ScratchDatabase {
  url: string;
  name: string;
  query(sql: string): Promise<Record<string, unknown>[]>;
  drop(): Promise<void>;
}

export async function scratchDatabase(): Promise<ScratchDatabase> {
  const { adminSocket } = workerServices();
  const name = `scratch_${randomUUID().replaceAll("-", "")}`;
  const admin = await mysql.createConnection({
    socketPath: adminSocket,
    user: userInfo().username,
    multipleStatements: true,
  });
  await admin.query(`CREATE DATABASE ${name} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`);
  await admin.query(`USE ${name}`);
  return {
    url: adminUrl(name),
    name,
    query: async (sql) => (await admin.query<RowDataPacket[]>(sql))[0],
    drop: async () => {
      await admin.query(`DROP DATABASE IF EXISTS ${name}`);
      await admin.end();
    },
  };
}

/** The address of a database of the tests' server as its administrator. */
export function adminUrl(database: string): string {
  const query = new URLSearchParams({ socketPath: workerServices().adminSocket });
  const user = encodeURIComponent(userInfo().username);
  return `mysql://${user}@localhost/${database}?${query.toString()}`;
}

/** A folder of migrations as Prisma lays it out. */
export interface MigrationFolder {
  path: string;
  write(name: string, sql: string): void;
  remove(name: string): void;
  delete(): void;
}

export function migrationFolder(scripts: Record<string, string> = {}): MigrationFolder {
  const path = mkdtempSync(join(tmpdir(), "timos-migrations-"));
  writeFileSync(join(path, "migration_lock.toml"), 'provider = "mysql"\n');
  const write = (name: string, sql: string): void => {
    mkdirSync(join(path, name), { recursive: true });
    writeFileSync(join(path, name, "migration.sql"), sql);
  };
  for (const [name, sql] of Object.entries(scripts)) write(name, sql);
  return {
    path,
    write,
    remove: (name) => rmSync(join(path, name), { recursive: true }),
    delete: () => rmSync(path, { recursive: true }),
  };
}

/** Waits until `condition` holds. Throws when it does not within 20 seconds. */
export async function eventually(condition: () => Promise<boolean>): Promise<void> {
  const giveUpAt = Date.now() + 20_000;
  while (!(await condition())) {
    if (Date.now() > giveUpAt) throw new Error("It did not come to pass within 20 s.");
    await new Promise((done) => setTimeout(done, 25));
  }
}
