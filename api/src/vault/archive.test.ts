import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { openTestVault, type TestVault } from "../../test/vault.ts";
import { scoreKind } from "../features/pillar-scores/pillar-scores.ts";
import { pillarKind } from "../features/pillars/pillars.ts";
import { pillarRemoval } from "../features/pillars/removal.ts";
import type { Execute } from "../lib/database.ts";
import { getRecord, putRecord } from "./records.ts";
import type { UserVault } from "./user-vault.ts";

let test: TestVault;
let vault: UserVault;
/** The statements outside of changes that read what may name a pillar. */
let scans: string[];
let beforeScan: (sql: string) => Promise<unknown> = () => Promise.resolve();
beforeAll(async () => {
  test = await openTestVault();
});
afterAll(() => test.close());
beforeEach(async () => {
  const { vault: own } = await test.newOwner();
  scans = [];
  beforeScan = () => Promise.resolve();
  const execute: Execute = async (sql, values) => {
    if (/SELECT .* FROM (pillar_scores|daily_recaps|weekly_recaps|daily_entries) /.test(sql)) {
      scans.push(sql);
      await beforeScan(sql);
    }
    return own.database.execute(sql, values);
  };
  vault = { ...own, database: { ...own.database, execute } };
});

const write = { guard: undefined, now: new Date("2026-11-21T20:00:00.000Z") };
const newPillar = async () => {
  const id = randomUUID();
  const fields = pillarKind.fields.parse({ name: "Health" });
  await putRecord(vault, pillarKind, id, { ...write, fields });
  return id;
};
const score = (pillarId: string) =>
  putRecord(vault, scoreKind, randomUUID(), {
    ...write,
    fields: scoreKind.fields.parse({ pillarId, day: "2026-11-21", score: 5 }),
  });

describe("removing what others may name", () => {
  it("reads nothing of others where there is nothing to remove", async () => {
    const id = await newPillar();
    const remove = (of: string, guard?: { rev: number }) =>
      pillarRemoval.remove(vault, of, { ...write, guard });
    await expect(remove(id, { rev: 99 })).rejects.toMatchObject({ code: "rev_mismatch" });
    await expect(remove(randomUUID())).rejects.toMatchObject({ code: "not_found" });
    expect(await pillarRemoval.findRemoved(vault, id)).toBeNull();
    expect(scans).toEqual([]);
    await remove(id);
    expect(scans).toHaveLength(4);
    await expect(remove(id)).rejects.toMatchObject({ code: "not_found" });
    expect(await pillarRemoval.findRemoved(vault, id)).toBeNull();
    expect(scans).toHaveLength(4);
  });

  it("sees what was written while it read, in what it had read already", async () => {
    const id = await newPillar();
    // The entries are read last.
    beforeScan = async (sql) => {
      if (sql.includes("daily_entries")) await score(id);
    };
    await pillarRemoval.remove(vault, id, write);
    expect(await getRecord(vault, pillarKind, id)).toMatchObject({ archived: true });
  });
});
