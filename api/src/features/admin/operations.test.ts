import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { openTestApp, type TestApp } from "../../../test/app.ts";
import { signUp, type Person } from "../../../test/people.ts";
import { turnOn } from "../../../test/second-factor.ts";
import {
  beginRun,
  endRun,
  type OperationKind,
  type OperationSet,
  type RunResult,
} from "../../platform/operation-runs.ts";
import type { Operations } from "./contract.ts";
import { setSuperadmin } from "./superadmins.ts";

const NOW = new Date("2026-11-21T20:00:00.000Z");
const hoursAgo = (hours: number) => new Date(NOW.getTime() - hours * 3_600_000);

let app: TestApp;
let person: Person;
let admin: Person;
beforeAll(async () => {
  app = await openTestApp();
  person = await signUp(app);
  admin = await signUp(app);
  await turnOn(app, admin);
  await setSuperadmin(app.deps.platform, admin.email, true, NOW);
  app.deps.sessions.onMessage("tenant:");
});
afterAll(() => app.close());

async function ran(
  kind: OperationKind,
  sets: readonly OperationSet[],
  hours: number,
  result: RunResult | null,
): Promise<void> {
  const { execute } = app.deps.platformDatabase;
  const run = await beginRun(execute, kind, sets, hoursAgo(hours));
  if (result !== null) await endRun(execute, run, result, hoursAgo(hours - 0.5));
}
const shown = async () =>
  (await admin.call("GET", "/api/admin/operations")).body as unknown as Operations;
const proven = async () => (await person.call("GET", "/api/me/vault")).body["lastProvenRestore"];

describe("what is shown of operations", () => {
  it("is that nothing ever ran, and that this is late", async () => {
    expect((await person.call("GET", "/api/admin/operations")).status).toBe(403);
    const { items, backups, lastProvenRestore } = await shown();
    expect(items.map(({ kind, newest, isLate }) => [kind, newest, isLate])).toEqual([
      ["backup", null, true],
      ["restore", null, false],
      ["drill", null, true],
      ["reconcile", null, false],
    ]);
    expect(backups.map(({ ageSeconds, isLate }) => [ageSeconds, isLate])).toEqual([
      [null, true],
      [null, true],
      [null, true],
    ]);
    expect(lastProvenRestore).toBeNull();
    expect(await proven()).toBeNull();
  });

  it("is the newest of each kind, how old each set's backup is, and what was proven of journal and keys", async () => {
    const taken = { outcome: "ok", backupId: "20261120T180000Z-1a2b3c", bytes: 5e9 } as const;
    await ran("backup", ["platform", "vault", "keys"], 50, { ...taken, takenAt: hoursAgo(50) });
    await ran("backup", ["vault"], 3, { ...taken, takenAt: hoursAgo(3), facts: { tables: 13 } });
    await ran("backup", ["vault"], 2, { outcome: "failed", facts: { reason: "disk_full" } });
    await ran("backup", ["vault"], 1, null);
    await ran("drill", ["vault", "keys"], 60, { outcome: "ok", takenAt: hoursAgo(62) });
    // Neither of these proves that the journal can be read.
    await ran("drill", ["vault"], 20, { outcome: "ok", takenAt: hoursAgo(21) });
    await ran("drill", ["platform", "vault", "keys"], 10, { outcome: "failed" });

    const { items, backups, lastProvenRestore } = await shown();
    const [backup, restore, drill] = items;
    expect(backup).toMatchObject({
      newest: { outcome: "running", finishedAt: null },
      newestSuccess: { sets: ["vault"], bytes: 5e9, facts: { tables: 13 } },
      ageSeconds: 2.5 * 3600,
      isLate: false,
    });
    expect(restore).toMatchObject({ newest: null, isLate: false });
    expect(drill).toMatchObject({ newest: { outcome: "failed" }, ageSeconds: 59.5 * 3600 });
    expect(backups.map(({ set, ageSeconds, isLate }) => [set, ageSeconds, isLate])).toEqual([
      ["platform", 50 * 3600, true],
      ["vault", 3 * 3600, false],
      ["keys", 50 * 3600, true],
    ]);
    const last = { at: hoursAgo(59.5).toISOString(), takenAt: hoursAgo(62).toISOString() };
    expect(lastProvenRestore).toEqual(last);
    expect(await proven()).toEqual(last);
  });
});

describe("a run", () => {
  it("is kept whose beginning was lost, as by the restore that it is", async () => {
    const { execute } = app.deps.platformDatabase;
    const run = await beginRun(execute, "restore", ["keys", "platform"], NOW);
    await app.sql("platform", "DELETE FROM operation_runs WHERE id = ?", [run.id]);
    await endRun(execute, run, { outcome: "ok" }, NOW);
    const restore = (await shown()).items.find(({ kind }) => kind === "restore");
    expect(restore?.newest).toMatchObject({ id: run.id, sets: ["platform", "keys"] });
  });

  it("takes numbers and codes only, so that nobody's words come to be in it", async () => {
    const { execute } = app.deps.platformDatabase;
    const run = await beginRun(execute, "backup", ["vault"], NOW);
    for (const facts of [
      { reason: "Dear diary, today" },
      { "a day": 1 },
      { reason: "ada@x.org" },
    ]) {
      await expect(endRun(execute, run, { outcome: "ok", facts }, NOW)).rejects.toThrow();
    }
  });
});
