import { describe, expect, it } from "@jest/globals";
import { Redis } from "ioredis";
import mysql, { type RowDataPacket } from "mysql2/promise";
import { workerServices } from "./databases.ts";

async function runAs(url: string, sql: string): Promise<RowDataPacket[]> {
  const connection = await mysql.createConnection(url);
  try {
    const [rows] = await connection.query<RowDataPacket[]>(sql);
    return rows;
  } finally {
    await connection.end();
  }
}

const { platformUrl, vaultUrl, platformDatabase, vaultDatabase, redisUrl } = workerServices();

describe("the accounts of the application", () => {
  it("reach their own database, migrated", async () => {
    for (const [url, table] of [
      [platformUrl, "users"],
      [vaultUrl, "daily_entries"],
    ] as const) {
      expect(await runAs(url, `SELECT COUNT(*) >= 0 AS isThere FROM ${table}`)).toEqual([
        { isThere: 1 },
      ]);
    }
  });

  it.each([
    ["platform", "vault", platformUrl, `${vaultDatabase}.daily_entries`],
    ["vault", "platform", vaultUrl, `${platformDatabase}.users`],
  ])("of the %s are refused by the %s", async (_own, _other, url, table) => {
    for (const sql of [
      `SELECT * FROM ${table}`,
      `DELETE FROM ${table}`,
      `USE ${table.split(".")[0] ?? ""}`,
    ]) {
      await expect(runAs(url, sql)).rejects.toThrow(/denied/);
    }
    expect(JSON.stringify(await runAs(url, "SHOW DATABASES"))).not.toContain(table.split(".")[0]);
  });

  it.each([
    ["platform", platformUrl, "users"],
    ["vault", vaultUrl, "daily_entries"],
  ])("of the %s may change no table and read no account", async (_own, url, table) => {
    for (const sql of [
      "CREATE TABLE t (id INT)",
      `DROP TABLE ${table}`,
      `TRUNCATE TABLE ${table}`,
      `ALTER TABLE ${table} ADD COLUMN plain TEXT`,
      "CREATE DATABASE timos_other",
      "SELECT * FROM mysql.user",
      "SELECT * FROM mysql.global_priv",
      "SELECT 1 INTO OUTFILE '/tmp/timos-outfile'",
      "GRANT ALL ON *.* TO CURRENT_USER()",
    ]) {
      await expect(runAs(url, sql)).rejects.toThrow(/denied/);
    }
    expect(await runAs(url, "SELECT LOAD_FILE('/etc/passwd') AS file")).toEqual([{ file: null }]);
  });
});

describe("the API's own credentials", () => {
  const columns = "actor, action, purpose, at";
  const values = "'job', 'test.done', 'test', NOW(3)";

  it("add to the audit, and read it", async () => {
    await runAs(platformUrl, `INSERT INTO audit_events (${columns}) VALUES (${values})`);
    expect(await runAs(platformUrl, "SELECT 1 AS one FROM audit_events LIMIT 1")).toHaveLength(1);
  });

  it.each([
    "UPDATE audit_events SET purpose = ''",
    "UPDATE audit_events e JOIN users u ON u.id = e.user_id SET e.purpose = ''",
    "DELETE FROM audit_events",
    "DELETE audit_events FROM audit_events",
    "TRUNCATE TABLE audit_events",
    `REPLACE INTO audit_events (id, ${columns}) VALUES (1, ${values})`,
    `INSERT INTO audit_events (id, ${columns}) VALUES (1, ${values}) ON DUPLICATE KEY UPDATE purpose = ''`,
    "LOAD DATA INFILE '/tmp/x' REPLACE INTO TABLE audit_events",
    "DROP TABLE audit_events",
    "ALTER TABLE audit_events ADD COLUMN plain TEXT",
    "ALTER TABLE audit_events AUTO_INCREMENT = 1",
    "RENAME TABLE audit_events TO audit_past",
    "CREATE INDEX plain ON audit_events (purpose)",
    "CREATE TRIGGER silent BEFORE INSERT ON audit_events FOR EACH ROW SET NEW.action = ''",
    "CREATE OR REPLACE VIEW audit_events AS SELECT 1",
    "LOCK TABLES audit_events WRITE",
    "UPDATE audit_seals SET hash = ''",
    "DELETE FROM audit_seals",
    "TRUNCATE TABLE audit_seals",
    "DROP TABLE audit_seals",
    "REPLACE INTO audit_seals VALUES (1, 1, 1, '', '', NOW(3))",
    "SELECT * FROM _prisma_migrations",
    "UPDATE _prisma_migrations SET checksum = ''",
    "GRANT UPDATE ON audit_events TO CURRENT_USER()",
    "SET PASSWORD = PASSWORD('x'), SESSION sql_log_bin = 0",
  ])("may not: %s", async (sql) => {
    await expect(runAs(platformUrl, sql)).rejects.toThrow(/denied|syntax/);
  });

  it("cannot reach the audit by way of another table", async () => {
    const references = await runAs(
      platformUrl,
      `SELECT table_name FROM information_schema.key_column_usage
       WHERE table_schema = DATABASE() AND (table_name LIKE 'audit\\_%' OR referenced_table_name LIKE 'audit\\_%')
         AND referenced_table_name IS NOT NULL`,
    );
    expect(references).toEqual([]);
  });
});

it("gives the worker a Redis database of its own", async () => {
  const redis = new Redis(redisUrl);
  const other = new Redis(new URL("/0", redisUrl).href);
  try {
    await redis.set("marker", "mine");
    expect(await other.get("marker")).toBeNull();
    expect(await redis.getdel("marker")).toBe("mine");
  } finally {
    await Promise.all([redis.quit(), other.quit()]);
  }
});
