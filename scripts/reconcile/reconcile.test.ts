import { spawn } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { openTestApp, type TestApp } from "../../api/test/app.ts";
import { workerServices } from "../../api/test/databases.ts";
import { call, signUp, type Person } from "../../api/test/people.ts";
import { program } from "../../api/test/program.ts";
import { restore, tablesOf, takeSnapshot, type Snapshot } from "../../api/test/snapshots.ts";
import { noticeRestore } from "../../api/src/features/restored/notice.ts";
import { auditSealer } from "../../api/src/jobs/seal-audit.ts";
import { resealAll } from "../../api/src/vault/rotation/reseal.ts";
import { openInstallation, type Installation } from "../keys/installation.ts";
import { ROOT } from "../launcher/paths.ts";
import { BACKUP_SETS, type BackupSet } from "../lib/backup-sets.ts";
import { cleanEnvironment } from "../lib/clean-environment.mjs";
import { finish } from "../restore/finish.ts";
import { listOwners } from "../restore/settle-vaults.ts";
import type { Finding, FindingClass } from "./findings.ts";
import { reconcile, type ReconcileOptions } from "./reconcile.ts";

type Role = "platform" | "vault";

const DAY_MS = 86_400_000;
const { platformUrl, vaultUrl } = workerServices();
const environment = () => ({
  PLATFORM_DATABASE_URL: platformUrl,
  VAULT_DATABASE_URL: vaultUrl,
  KEYRING_FILE: app.keyringFile,
});

let app: TestApp;
let installation: Installation;
let ada: Person;
let eve: Person;
/** Everything as it was on Monday, when Ada and Eve had written once each. */
let monday: Record<Role, Snapshot>;

beforeAll(async () => {
  app = await openTestApp();
  app.clock.now = new Date();
  const opened = await openInstallation(environment());
  const { tokenKey } = app.deps.config.auth;
  installation = {
    ...opened,
    clock: () => app.clock.now,
    config: { ...opened.config, auth: { tokenKey, formerTokenKeys: [] } },
  };
  ada = await signUp(app);
  eve = await signUp(app);
  for (const person of [ada, eve]) await write(person, "Monday");
  await noticeRestore(app.deps);
  monday = await everything();
  await noticeRestore(app.deps);
}, 60_000);
afterAll(async () => {
  await installation.close();
  await app.close();
});

beforeEach(() => putAllBack());

const everything = async () => ({
  platform: await takeSnapshot(app, "platform"),
  vault: await takeSnapshot(app, "vault"),
});
const write = async (person: Person, title: string, id: string = randomUUID()) => {
  const body = { day: "2026-11-21", title };
  expect((await person.call("PUT", `/api/entries/${id}`, { body })).status).toBeLessThan(300);
};
/** Puts both databases back to how they were, from one test to the next. */
const putAllBack = async () => {
  for (const role of ["platform", "vault"] as const) await restore(app, role, monday[role]);
  app.deps.keys.forgetAll();
  installation.keys.forgetAll();
};
const putBack = async (role: Role, from: Snapshot, ...sets: BackupSet[]) => {
  const names = sets.flatMap((set) => BACKUP_SETS[set][role]);
  const isIn = (table: string) => sets.length === 0 || names.includes(table);
  await restore(app, role, new Map([...from].filter(([table]) => isIn(table))));
  app.deps.keys.forgetAll();
};

const run = async (options: Partial<ReconcileOptions> = {}) => {
  // As the worker does, which does not run here.
  await auditSealer({
    ...app.deps,
    execute: app.deps.platformDatabase.execute,
    keys: app.deps.auditKeys,
  })();
  const all = { repair: false, afterRestore: null, deleteOrphans: false, ...options };
  return reconcile(installation, all);
};
/** What was found of the classes that are not only said each time. */
const found = (findings: readonly Finding[]): Partial<Record<FindingClass, Finding>> =>
  Object.fromEntries(
    findings.filter(({ severity }) => severity !== "info").map((each) => [each.class, each]),
  );
const classes = (findings: readonly Finding[]) => Object.keys(found(findings)).sort();
const leftOf = (findings: readonly Finding[]) =>
  findings.filter(({ left }) => left > 0).map((each) => `${each.class} ${each.left}`);
const ownerOf = async (person: Person): Promise<string> => {
  const [row] = await app.sql(
    "platform",
    "SELECT LOWER(HEX(d.owner_id)) AS owner FROM user_deks d JOIN users u ON u.id = d.user_id WHERE u.email = ?",
    [person.email],
  );
  return String(row?.["owner"]);
};
const rowsOf = async (owner: string) => {
  let count = 0;
  for (const table of await tablesOf(app, "vault")) {
    if (table === "logical_clock") continue;
    const sql = "SELECT 1 FROM ?? WHERE owner_id = UNHEX(?)";
    count += (await app.sql("vault", sql, [table, owner])).length;
  }
  return count;
};
const statusOf = async (person: Person) => (await person.call("GET", "/api/me")).status;
const again = async ({ email, password }: Person) => {
  const reply = await call(app, "POST", "/api/auth/login", { body: { email, password } });
  expect(reply.status).toBe(200);
  const headers = { authorization: `Bearer ${String(reply.body["accessToken"])}` };
  return (path: string, body?: object) =>
    call(app, body === undefined ? "GET" : "PUT", path, { headers, ...(body && { body }) });
};

it("finds nothing where all fits, and changes nothing then", async () => {
  const before = await everything();
  const { findings, left } = await run({ repair: true });
  expect(left).toBe(0);
  expect(classes(findings)).toEqual([]);
  expect(findings.map((each) => each.class)).toEqual(["migrations_unread", "attachments_missing"]);
  const after = await everything();
  for (const role of ["platform", "vault"] as const) {
    for (const [table, rows] of before[role]) {
      // The doctor's looking is in the audit.
      if (["operation_runs", "audit_events"].includes(table)) continue;
      expect([table, after[role].get(table)]).toEqual([table, rows]);
    }
  }
});

describe("a platform from Monday with a vault from Friday", () => {
  it("is named by class, and with --repair nobody comes in by what was taken back since", async () => {
    const bob = await signUp(app);
    await write(bob, "Friday");
    const owner = await ownerOf(bob);
    await write(ada, "Friday");
    await write(ada, "Friday");
    const headers = { authorization: `Bearer ${eve.accessToken}` };
    await call(app, "POST", "/api/auth/logout-all", { body: {}, headers });
    await noticeRestore(app.deps);
    await putBack("platform", monday.platform);
    expect(await statusOf(eve)).toBe(200);

    const report = await run();
    expect(classes(report.findings)).toEqual([
      "given_out",
      "owners_unknown",
      "platform_behind",
      "revisions_ahead",
    ]);
    const { given_out, owners_unknown, revisions_ahead } = found(report.findings);
    expect(owners_unknown).toMatchObject({
      count: 1,
      ids: [owner],
      figures: { withKeysInVault: 1 },
    });
    expect(revisions_ahead).toMatchObject({
      ids: [await ownerOf(ada)],
      figures: { revisions: 2, most: 2 },
    });
    expect(given_out?.figures["sessions"]).toBe(2);
    expect(JSON.stringify(report)).not.toContain("@");
    expect(await statusOf(eve)).toBe(200);

    const repair = { repair: true, afterRestore: ["platform"] } as const;
    await Promise.all([run(repair), run(repair)]);
    expect(leftOf((await run(repair)).findings)).toEqual(["owners_unknown 1"]);
    app.deps.sessions.onMessage("tenant:");
    expect(await statusOf(eve)).toBe(401);
    expect(await statusOf(ada)).toBe(401);
    const read = await again(ada);
    expect((await read("/api/days/2026-11-21")).body["entries"]).toHaveLength(3);
    const { integrity } = (await read("/api/me/vault")).body as { integrity: { status: string } };
    expect(integrity.status).toBe("ok");

    // What is left is whom nobody knows: a newer platform may bring them back.
    const second = await run({ repair: true, deleteOrphans: true });
    expect(classes(second.findings)).toEqual(["owners_unknown"]);
    expect(await rowsOf(owner)).toBeGreaterThan(2);
    app.clock.now = new Date(app.clock.now.getTime() + 8 * DAY_MS);
    expect(await run({ repair: true })).toMatchObject({ left: 1 });
    expect(await run({ repair: true, deleteOrphans: true })).toMatchObject({ left: 0 });
    expect(await rowsOf(owner)).toBe(0);
    expect(await rowsOf(await ownerOf(ada))).toBeGreaterThan(3);
    expect(classes((await run()).findings)).toEqual([]);
    expect(await app.sql("platform", "SELECT * FROM unknown_owners")).toEqual([]);
    app.clock.now = new Date(app.clock.now.getTime() - 8 * DAY_MS);
  });
});

it("a platform from before a data key was rotated knows the key before vaults are compared", async () => {
  const done = await resealAll(app.deps, {
    who: null,
    madeBefore: new Date(8.64e15),
    graceMs: 0,
    purpose: "test",
  });
  expect(done).toMatchObject({ finished: 2, unopened: [] });
  app.deps.keys.forgetAll();
  await write(ada, "Friday");
  const [newest] = await app.sql("vault", "SELECT MAX(rev) AS rev FROM daily_entries");
  await putBack("platform", monday.platform, "platform");
  installation.keys.forgetAll();
  const finished = await finish(installation, {
    manifests: [],
    owners: await listOwners(installation),
    isOneState: false,
    log: () => undefined,
  });
  // Eve's is of no other time.
  expect(finished).toEqual({ owners: 2, accepted: 1, violated: [], locked: [], left: [] });
  app.deps.keys.forgetAll();
  const at = await again(ada);
  const { items } = (await at("/api/entries")).body as unknown as { items: { title: string }[] };
  expect(items.map(({ title }) => title).sort()).toEqual(["Friday", "Monday"]);
  const reply = await at(`/api/entries/${randomUUID()}`, { day: "2026-11-21", title: "Sunday" });
  expect(reply.status).toBe(201);
  expect(Number(reply.body["rev"])).toBeGreaterThan(Number(newest?.["rev"]));
  expect((await at("/api/me/vault")).body["integrity"]).toMatchObject({ status: "ok" });
});

describe("a vault from Monday with a platform from Friday", () => {
  it("is named with how much is lost, and taken as it is only when that was said", async () => {
    const id = randomUUID();
    await write(ada, "Friday", id);
    await write(ada, "Saturday", id);
    await putBack("vault", monday.vault, "vault");
    const owner = await ownerOf(ada);
    const { findings } = await run({ repair: true });
    expect(found(findings)).toEqual({
      revisions_behind: expect.objectContaining({
        ids: [owner],
        left: 1,
        figures: { revisions: 2, most: 2 },
      }),
    });
    expect(await statusOf(ada)).toBe(200);
    const taken = await run({ repair: true, afterRestore: ["vault"] });
    expect(taken.left).toBe(0);
    expect(found(taken.findings).revisions_behind).toMatchObject({ count: 1, left: 0 });
    expect(classes((await run()).findings)).toEqual([]);
    await write(ada, "Sunday", id);
    const vault = (await ada.call("GET", "/api/me/vault")).body;
    expect(vault["integrity"]).toMatchObject({ status: "ok" });
    expect(await statusOf(eve)).toBe(200);
  });

  it("names one owner whose rows were put back, and no other", async () => {
    const owner = await ownerOf(ada);
    const before = await app.sql("vault", "SELECT * FROM vault_heads WHERE owner_id = UNHEX(?)", [
      owner,
    ]);
    await write(ada, "Friday");
    await app.sql("vault", "UPDATE vault_heads SET ? WHERE owner_id = UNHEX(?)", [
      before[0],
      owner,
    ]);
    expect(found((await run({ repair: true })).findings)).toEqual({
      revisions_behind: expect.objectContaining({ count: 1, left: 1, ids: [owner] }),
    });
    await app.sql("vault", "DELETE FROM vault_heads WHERE owner_id = UNHEX(?)", [owner]);
    await app.sql(
      "platform",
      "UPDATE vault_states SET violated_at = NOW(3) WHERE owner_id <> UNHEX(?)",
      [owner],
    );
    expect(found((await run({ repair: true })).findings)).toEqual({
      heads_missing: expect.objectContaining({ ids: [owner] }),
      vaults_violated: expect.objectContaining({ ids: [await ownerOf(eve)], left: 1 }),
    });
  });
});

describe("both databases from before an erasure", () => {
  it("have the erased gone again with the newest keys, and say what they cannot know without", async () => {
    const owner = await ownerOf(eve);
    const body = { confirm: eve.email };
    expect((await eve.call("DELETE", "/api/me", { body })).status).toBe(202);
    const friday = await everything();
    for (const role of ["platform", "vault"] as const) {
      await putBack(role, monday[role], "platform", "vault");
    }
    expect(await statusOf(eve)).toBe(200);
    const sets = ["platform", "vault"] as const;
    const { findings, left } = await run({ repair: true, afterRestore: sets });
    expect(found(findings).erased_returned).toMatchObject({ count: 1, left: 0, ids: [owner] });
    expect(findings.map((each) => each.class)).toContain("cannot_know");
    expect(left).toBe(0);
    expect(await rowsOf(owner)).toBe(1);
    expect(await app.sql("platform", "SELECT 1 FROM users WHERE email = ?", [eve.email])).toEqual(
      [],
    );
    expect(classes((await run()).findings)).toEqual([]);

    for (const role of ["platform", "vault"] as const) await putBack(role, friday[role]);
    await putAllBack();
    const unknowing = await run({ repair: true, afterRestore: ["platform", "vault", "keys"] });
    expect(found(unknowing.findings).erased_returned).toBeUndefined();
    expect(found(unknowing.findings).given_out?.left).toBe(0);
    const said = unknowing.findings.find((each) => each.class === "cannot_know");
    expect(said?.remedy).toContain("erasures since the backup are undone");
    expect((await again(eve).then((read) => read("/api/me"))).status).toBe(200);
  });
});

describe("keys", () => {
  it("that are missing come back from the mirror, and otherwise are named with their owners", async () => {
    const owners = [await ownerOf(ada), await ownerOf(eve)].sort();
    await app.sql("platform", "DELETE FROM dek_wraps");
    const missing = found((await run()).findings).keys;
    expect([...(missing?.ids ?? [])].sort()).toEqual(owners);
    expect(leftOf((await run({ repair: true })).findings)).toEqual([]);
    expect(await app.sql("platform", "SELECT 1 FROM dek_wraps")).toHaveLength(2);

    await app.sql("platform", "DELETE FROM dek_wraps");
    await app.sql("vault", "DELETE FROM vault_keys");
    const lost = await run({ repair: true });
    expect(found(lost.findings).keys).toMatchObject({ left: lost.left });
    expect(lost.left).toBeGreaterThanOrEqual(2);
  });

  it("under a master key that is not at hand are counted by its name", async () => {
    const elsewhere = `local:${randomBytes(16).toString("hex")}`;
    await app.sql("platform", "UPDATE dek_wraps SET mek_ref = ? LIMIT 1", [elsewhere]);
    expect(found((await run()).findings).master_keys_missing).toMatchObject({
      count: 1,
      ids: [elsewhere],
    });
  });
});

it("rows of nobody, an audit that is not what was sealed, and runs that never ended are named", async () => {
  const stranger = randomBytes(16);
  await app.sql(
    "vault",
    "INSERT INTO moods (owner_id, id, rev, sealed) SELECT ?, id, 1, sealed FROM (SELECT id, sealed FROM daily_entries LIMIT 1) e",
    [stranger],
  );
  await app.sql(
    "platform",
    "INSERT INTO audit_seals VALUES (7, 1, 2, '', REPEAT('x', 32), '2026-01-01')",
  );
  const run2 = randomUUID();
  await app.sql(
    "platform",
    "INSERT INTO operation_runs (id, kind, started_at, outcome, sets, facts) VALUES (?, 'backup', '2026-11-01', 'running', 'vault', '{}')",
    [run2],
  );
  const { findings } = await run({ repair: true });
  expect(found(findings)).toEqual({
    owners_unknown: expect.objectContaining({ ids: [stranger.toString("hex")], left: 1 }),
    audit_broken: expect.objectContaining({ left: 1 }),
    runs_unended: expect.objectContaining({ ids: [run2], left: 0 }),
  });
  await app.sql("platform", "DELETE FROM audit_seals");
  await app.sql("vault", "DELETE FROM moods");
  expect(classes((await run()).findings)).toEqual([]);
});

it("the command says it in words or as JSON, and refuses what it does not understand", async () => {
  const command = async (...args: string[]) => {
    const child = spawn(process.execPath, [program("scripts/reconcile.ts"), ...args], {
      cwd: ROOT,
      env: { ...cleanEnvironment(), ...environment() },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const ended = new Promise((done) => child.once("close", done));
    const [output, , code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
    return { code, output };
  };
  await app.sql("platform", "UPDATE vault_states SET rev = rev + 5, next_rev = NULL");
  const json = await command("--json");
  expect(json.code).toBe(1);
  expect(JSON.parse(json.output)).toMatchObject({ left: 2 });
  await putAllBack();
  const words = await command("--repair");
  expect(words).toMatchObject({ code: 0, output: expect.stringContaining("fit together") });
  expect((await command("--delete-orphans")).code).toBe(2);
});
