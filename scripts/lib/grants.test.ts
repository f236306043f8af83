import { randomBytes, randomUUID } from "node:crypto";
import { userInfo } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import mysql, { type Connection, type RowDataPacket } from "mysql2/promise";
import { workerServices } from "../../api/test/databases.ts";
import { ROOT } from "../launcher/paths.ts";
import { grantTables } from "./grants.ts";
import { migrate } from "./migrate.ts";

const password = randomBytes(12).toString("hex");
let admin: Connection;
let database: string;
let accounts: Record<"app" | "migrate", string>;
let told: string[];

const urlOf = (user: string) => {
  const { host } = new URL(workerServices().platformUrl);
  return `mysql://${user}:${password}@${host}/${database}`;
};
const granted = () =>
  grantTables({
    migrateUrl: urlOf(accounts.migrate),
    appUrl: urlOf(accounts.app),
    log: (line) => told.push(line),
  });

async function asApp(sql: string, host = "127.0.0.1"): Promise<RowDataPacket[]> {
  const way = host === "localhost" ? { socketPath: workerServices().adminSocket } : {};
  const connection = await mysql.createConnection({ uri: urlOf(accounts.app), ...way });
  try {
    return (await connection.query<RowDataPacket[]>(sql))[0];
  } finally {
    await connection.end();
  }
}

/** A database as installations had it before rights were given by table. */
beforeEach(async () => {
  told = [];
  const id = randomUUID().slice(0, 8);
  database = `grants_${id}`;
  accounts = { app: `app_${id}`, migrate: `migrate_${id}` };
  admin = await mysql.createConnection({
    socketPath: workerServices().adminSocket,
    user: userInfo().username,
  });
  await admin.query(`CREATE DATABASE ${database}`);
  const on = `\`${database.replaceAll("_", "\\_")}\`.*`;
  for (const host of ["localhost", "127.0.0.1"]) {
    for (const user of Object.values(accounts)) {
      await admin.query(`CREATE USER '${user}'@'${host}' IDENTIFIED BY '${password}'`);
    }
    await admin.query(
      `GRANT SELECT, INSERT, UPDATE, DELETE ON ${on} TO '${accounts.app}'@'${host}'`,
    );
    await admin.query(`GRANT ALL ON ${on} TO '${accounts.migrate}'@'${host}' WITH GRANT OPTION`);
  }
  await migrate({ url: urlOf(accounts.migrate), dir: join(ROOT, "prisma/platform/migrations") });
});

afterEach(async () => {
  await admin.query(`DROP DATABASE ${database}`);
  for (const user of Object.values(accounts)) {
    for (const host of ["localhost", "127.0.0.1"])
      await admin.query(`DROP USER '${user}'@'${host}'`);
  }
  await admin.end();
});

const UPDATE = "UPDATE audit_events SET purpose = ''";

describe("the rights of the API's account", () => {
  it("are brought in line where it had all rights on every row", async () => {
    await asApp(UPDATE);
    await granted();
    await expect(asApp(UPDATE)).rejects.toThrow(/denied/);
    await expect(asApp(UPDATE, "localhost")).rejects.toThrow(/denied/);
    await asApp("UPDATE users SET display_name = ''");
    await asApp("DELETE FROM auth_sessions");
    await asApp("SELECT 1 FROM audit_seals");
    expect(told).toEqual([]);
  });

  it("stay as they are when they are right", async () => {
    await granted();
    const before = await asApp("SHOW GRANTS");
    await granted();
    expect(await asApp("SHOW GRANTS")).toEqual(before);
  });

  it("extend to a table that a migration adds, and to no more on one where somebody gave it more", async () => {
    await granted();
    await admin.query(`CREATE TABLE ${database}.added (id INT)`);
    await admin.query(
      `GRANT UPDATE, DELETE ON ${database}.audit_events TO '${accounts.app}'@'127.0.0.1'`,
    );
    await asApp(UPDATE);
    await expect(asApp("SELECT * FROM added")).rejects.toThrow(/denied/);
    await granted();
    await expect(asApp(UPDATE)).rejects.toThrow(/denied/);
    expect(await asApp("SELECT * FROM added")).toEqual([]);
  });

  it("are for an administrator to give where the migrating account may not", async () => {
    const on = `\`${database.replaceAll("_", "\\_")}\`.*`;
    await admin.query(`REVOKE GRANT OPTION ON ${on} FROM '${accounts.migrate}'@'127.0.0.1'`);
    await granted();
    const statements = told.filter((line) => line.startsWith("  "));
    expect(told[0]).toContain("may not grant rights");
    for (const statement of statements) await admin.query(statement);
    await expect(asApp(UPDATE)).rejects.toThrow(/denied/);
    await asApp("UPDATE users SET display_name = ''");
  });

  it("cannot be narrowed for an account that migrates itself, and it says so", async () => {
    const url = urlOf(accounts.migrate);
    await grantTables({ migrateUrl: url, appUrl: url, log: (line) => told.push(line) });
    expect(told).toEqual([expect.stringContaining("not append-only")]);
  });
});
