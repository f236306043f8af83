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
