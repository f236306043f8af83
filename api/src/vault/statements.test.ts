import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { openTestApp, type TestApp } from "../../test/app.ts";
import { hex } from "../lib/ids.ts";
import { listRevs, listTrash } from "./statements.ts";

let app: TestApp;
beforeAll(async () => {
  app = await openTestApp();
});
afterAll(() => app.close());

/** Two pages and a half, and two pages that are full, after which there may be a third. */
describe.each([2500, 2000, 1, 0])("an owner with %d rows in each table", (count) => {
  const owner = randomBytes(16);
  const box = "CONCAT(UNHEX('F901'), RANDOM_BYTES(112))";
  beforeAll(async () => {
    // Half of them in the trash, by hundreds on one day; ten records with their earlier states, whose revisions meet.
    const trashed = "IF(seq % 2 = 0, '2026-11-01' + INTERVAL seq MOD 5 DAY, NULL)";
    for (const someone of [owner, randomBytes(16)]) {
      await app.sql(
        "vault",
        `INSERT INTO daily_entries (owner_id, id, rev, purge_after, day_key, sealed, body)
         SELECT ?, RANDOM_BYTES(16), seq * 3, ${trashed}, RANDOM_BYTES(16), ${box}, ${box} FROM seq_1_to_2500 LIMIT ${count}`,
        [someone],
      );
      await app.sql(
        "vault",
        `INSERT INTO record_versions (owner_id, id, rev, purge_after, record_key, sealed)
         SELECT ?, RANDOM_BYTES(16), seq DIV 10, ${trashed}, UNHEX(MD5(seq MOD 10)), ${box} FROM seq_1_to_2500 LIMIT ${count}`,
        [someone],
      );
    }
  });

  it.each(["daily_entries", "record_versions"] as const)(
    "each row of %s is read once, and nobody else's",
    async (table) => {
      const { execute } = app.deps.vaultDatabase;
      const stored = await app.sql(
        "vault",
        `SELECT id, rev, purge_after FROM ${table} WHERE owner_id = ?`,
        [owner],
      );
      expect(stored).toHaveLength(count);

      const revs: string[] = [];
      for await (const rows of listRevs(execute, table, owner)) {
        for (const { id, rev } of rows) revs.push(`${hex(id)} ${rev}`);
      }
      expect(revs.sort()).toEqual(
        stored.map((row) => `${hex(row["id"] as Buffer)} ${Number(row["rev"])}`).sort(),
      );

      const trash: string[] = [];
      for await (const rows of listTrash(execute, table, owner)) {
        for (const { id, purgeAfter } of rows) trash.push(`${hex(id)} ${purgeAfter}`);
      }
      const expected = await app.sql(
        "vault",
        `SELECT LOWER(HEX(id)) AS id, CAST(purge_after AS CHAR) AS day FROM ${table} WHERE owner_id = ? AND purge_after IS NOT NULL`,
        [owner],
      );
      expect(trash.sort()).toEqual(
        expected.map((row) => `${String(row["id"])} ${String(row["day"])}`).sort(),
      );
    },
  );
});
