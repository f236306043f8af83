import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { openTestApp, type TestApp } from "../../api/test/app.ts";
import { workerServices } from "../../api/test/databases.ts";
import { signUp } from "../../api/test/people.ts";
import { restore, takeSnapshot, tablesOf, type Snapshot } from "../../api/test/snapshots.ts";
import { openInstallation, type Installation } from "../keys/installation.ts";
import { checkVaults } from "./checks.ts";

const HOUR_MS = 3_600_000;
const { platformUrl, vaultUrl } = workerServices();
const meter = { show: () => undefined, wait: () => undefined, end: () => undefined };

let app: TestApp;
let installation: Installation;
let full: Snapshot;

beforeAll(async () => {
  app = await openTestApp();
  installation = await openInstallation({
    PLATFORM_DATABASE_URL: platformUrl,
    VAULT_DATABASE_URL: vaultUrl,
    KEYRING_FILE: app.keyringFile,
  });
  for (const person of [await signUp(app), await signUp(app)]) {
    const body = { day: "2026-11-21", title: "Mine" };
    const reply = await person.call("PUT", `/api/entries/${randomUUID()}`, { body });
    expect(reply.status).toBe(201);
  }
  full = await takeSnapshot(app, "vault");
}, 60_000);
afterAll(async () => {
  await installation.close();
  await app.close();
});

/** @param hours - How long ago the backup of the vault began; negative for a time to come. */
const drilled = async (hours: number) => {
  const startedAt = new Date(Date.now() - hours * HOUR_MS);
  const findings = await checkVaults(installation, { isOneState: false, startedAt }, meter);
  return new Map(findings.map((each) => [each.what, each]));
};

it("a vault that was emptied, or rows of nobody, prove nothing", async () => {
  // This verifies both, now.
  const whole = await drilled(0);
  expect([...whole.values()].flatMap(({ faults }) => faults)).toEqual([]);
  expect(whole.get("boxes")?.detail).toMatch(/^2 rows opened of 2, [^;]*$/);

  for (const table of await tablesOf(app, "vault"))
    await app.sql("vault", "DELETE FROM ??", [table]);
  const lost = expect.stringMatching(/lost all that was verified before/);
  expect((await drilled(-1)).get("sums")?.faults).toEqual([lost, lost]);
  expect((await drilled(1)).get("sums")?.faults).toEqual([
    expect.stringMatching(/^all vaults are at an earlier revision/),
  ]);

  await restore(app, "vault", full);
  const [one] = await app.sql("vault", "SELECT owner_id FROM vault_heads LIMIT 1");
  await app.sql("vault", "DELETE FROM vault_heads WHERE owner_id = ?", [one?.["owner_id"]]);
  const meanwhile = (await drilled(1)).get("sums");
  expect(meanwhile).toMatchObject({
    isFine: true,
    detail: expect.stringMatching(/1 were written/),
  });

  await app.sql("vault", "UPDATE daily_entries SET owner_id = REVERSE(owner_id)");
  expect((await drilled(1)).get("boxes")).toMatchObject({
    faults: ["none of 2 rows opens"],
    detail: expect.stringMatching(/; 2 are of nobody$/),
  });
});
