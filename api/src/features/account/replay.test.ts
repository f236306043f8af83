import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { BACKUP_SETS } from "../../../../scripts/lib/backup-sets.ts";
import { openTestApp, type TestApp } from "../../../test/app.ts";
import { workerServices } from "../../../test/databases.ts";
import { call, signUp, type Person } from "../../../test/people.ts";
import { proxyTo, type Proxy } from "../../../test/proxy.ts";
import { restore, takeSnapshot, type Snapshot } from "../../../test/snapshots.ts";
import { createApp } from "../../app.ts";
import { openDeps, type Deps } from "../../deps.ts";
import { finishErasures, replayErasures } from "./erase.ts";
import { withErasuresReplayed } from "./replay.ts";

type Role = "platform" | "vault";

let app: TestApp;
let vault: Proxy;
const opened: { close: () => Promise<void> }[] = [];
beforeAll(async () => {
  vault = await proxyTo(workerServices().vaultUrl);
  app = await openTestApp({ VAULT_DATABASE_URL: vault.url });
});
afterEach(async () => {
  vault.mend();
  for (const one of opened.splice(0)) await one.close();
});
afterAll(async () => {
  await app.close();
  await vault.close();
});

/** Starts a server as a process does: it answers nothing before erasures were replayed, as far as they are known. */
async function boot(): Promise<{ url: string; deps: Deps }> {
  const { config, logger, clock } = app.deps;
  const deps = await withErasuresReplayed(await openDeps(config, { logger, clock }));
  const server = createServer(createApp(deps));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  opened.push({
    close: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
      await deps.close();
    },
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, deps };
}

const backUp = (database: Role, tables?: readonly string[]) =>
  takeSnapshot(app, database, (table) => tables?.includes(table) ?? true);
const count = async (database: Role, table: string, where: string, value: unknown) =>
  (await app.sql(database, `SELECT * FROM ${table} WHERE ${where} = ?`, [value])).length;

let person: Person;
let bystander: Person;
let userId: string;
let ownerId: Buffer;
let headers: { authorization: string };
let before: Record<Role, Snapshot>;

beforeEach(async () => {
  bystander = await signUp(app);
  person = await signUp(app);
  for (const one of [bystander, person]) {
    const body = { day: "2026-11-21", body: "words" };
    expect((await one.call("PUT", `/api/entries/${randomUUID()}`, { body })).status).toBe(201);
  }
  headers = { authorization: `Bearer ${person.accessToken}` };
  const [dek] = await app.sql(
    "platform",
    "SELECT d.user_id, d.owner_id FROM user_deks d JOIN users u ON u.id = d.user_id WHERE u.email = ?",
    [person.email],
  );
  userId = String(dek?.["user_id"]);
  ownerId = dek?.["owner_id"] as Buffer;
  before = { platform: await backUp("platform"), vault: await backUp("vault") };
  const reply = await person.call("DELETE", "/api/me", { body: { confirm: person.email } });
  expect(reply.status).toBe(202);
});

/** Nothing of the person is in either database, and the bystander has lost nothing. */
async function expectGone(deps: Deps): Promise<void> {
  await finishErasures(deps);
  const left = await Promise.all([
    count("platform", "users", "id", userId),
    count("platform", "user_deks", "owner_id", ownerId),
    count("platform", "dek_wraps", "owner_id", ownerId),
    count("platform", "auth_sessions", "user_id", userId),
    count("platform", "vault_states", "owner_id", ownerId),
    count("vault", "vault_keys", "owner_id", ownerId),
    count("vault", "vault_heads", "owner_id", ownerId),
    count("vault", "daily_entries", "owner_id", ownerId),
  ]);
  expect(left).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  expect(await count("platform", "erasures", "owner_id", ownerId)).toBe(1);
  expect(await count("vault", "erasures", "owner_id", ownerId)).toBe(1);
  const day = await bystander.call("GET", "/api/days/2026-11-21");
  expect(day.body["entries"]).toHaveLength(1);
}

const asPerson = (server: { url: string }, path: string) => call(server, "GET", path, { headers });

describe("a platform put back to before an erasure", () => {
  it("has erased the account again before the first request is answered, and says so in the ledger", async () => {
    await finishErasures(app.deps);
    const receipts = () =>
      app.sql("platform", "SELECT id FROM erasures WHERE owner_id = ?", [ownerId]);
    const given = await receipts();
    expect(given).toHaveLength(1);
    await restore(app, "platform", before.platform);
    expect(await receipts()).toEqual([]);
    expect((await person.call("GET", "/api/me")).status).toBe(200);
    const server = await boot();
    expect(await receipts()).toEqual(given);
    expect((await asPerson(server, "/api/me")).body).toMatchObject({ code: "session_revoked" });
    expect(
      await app.sql(
        "platform",
        "SELECT actor, purpose FROM audit_events WHERE user_id = ? AND action = 'account.erased'",
        [userId],
      ),
    ).toEqual([{ actor: "job", purpose: "replay" }]);
    await expectGone(server.deps);
  });

  it("has, when two processes start at once", async () => {
    await restore(app, "platform", before.platform);
    const [server] = await Promise.all([boot(), boot(), boot()]);
    expect((await asPerson(server, "/api/me")).status).toBe(401);
    await expectGone(server.deps);
  });

  it("gives out no key of anybody while the vault is away, and has erased the account when it is back", async () => {
    await restore(app, "platform", before.platform);
    vault.cut();
    const server = await boot();
    const use = { actor: "user", purpose: "test", requestId: null } as const;
    await expect(server.deps.keys.openKeys(userId, use)).rejects.toMatchObject({
      code: "vault_unavailable",
    });
    expect(await asPerson(server, "/api/today")).toMatchObject({
      status: 503,
      body: { code: "vault_unavailable" },
    });
    expect((await call(server, "GET", "/health/ready")).body).toMatchObject({
      checks: { platform: "ok", vault: "failed", keys: "failed" },
    });
    vault.mend();
    for (const deadline = Date.now() + 15_000; ;) {
      if ((await call(server, "GET", "/health/ready")).status === 200) break;
      if (Date.now() > deadline) throw new Error("it did not become ready");
      await new Promise((done) => setTimeout(done, 50));
    }
    // A live session is believed for a second: ADR 0016.
    await new Promise((done) => setTimeout(done, 1000));
    expect((await asPerson(server, "/api/me")).status).toBe(401);
    const theirs = { headers: { authorization: `Bearer ${bystander.accessToken}` } };
    expect((await call(server, "GET", "/api/today", theirs)).status).toBe(200);
    await expectGone(server.deps);
  }, 40_000);
});

describe("a vault put back to before an erasure", () => {
  it("holds no key of the owner when the first request is answered, and soon no row", async () => {
    await finishErasures(app.deps);
    await restore(app, "vault", before.vault);
    expect(await count("vault", "vault_keys", "owner_id", ownerId)).toBe(1);
    const server = await boot();
    expect(await count("vault", "vault_keys", "owner_id", ownerId)).toBe(0);
    expect(await count("vault", "daily_entries", "owner_id", ownerId)).toBe(1);
    await expectGone(server.deps);
  });
});

describe("both journals put back to before an erasure, with the newest keys", () => {
  it("open nothing of the owner, neither before the replay nor after it", async () => {
    await finishErasures(app.deps);
    for (const role of ["platform", "vault"] as const) {
      const journal = BACKUP_SETS[role][role];
      const set = new Map([...before[role]].filter(([table]) => journal.includes(table)));
      expect(set.size).toBeGreaterThan(2);
      await restore(app, role, set);
    }
    // The account, its session, its data keys by name and all of its rows are back; the wraps are not.
    expect((await person.call("GET", "/api/me")).status).toBe(200);
    expect(await count("vault", "daily_entries", "owner_id", ownerId)).toBe(1);
    expect((await person.call("GET", "/api/days/2026-11-21")).status).toBe(500);
    const { config, logger, clock } = app.deps;
    const unreplayed = await openDeps(config, { logger, clock });
    opened.push(unreplayed);
    const use = { actor: "user", purpose: "test", requestId: null } as const;
    await expect(unreplayed.keys.openKeys(userId, use)).rejects.toThrow("decryption failed");

    const server = await boot();
    expect((await asPerson(server, "/api/me")).status).toBe(401);
    await expectGone(server.deps);
  });
});

describe("wraps put back from an older backup of the keys", () => {
  it("are destroyed again, in both databases", async () => {
    await finishErasures(app.deps);
    const wraps = (role: Role, table: string) =>
      new Map([...before[role]].filter(([name]) => name === table));
    await restore(app, "platform", wraps("platform", "dek_wraps"));
    await restore(app, "vault", wraps("vault", "vault_keys"));
    expect(await count("platform", "dek_wraps", "owner_id", ownerId)).toBe(1);
    await replayErasures(app.deps);
    expect(await count("platform", "dek_wraps", "owner_id", ownerId)).toBe(0);
    expect(await count("vault", "vault_keys", "owner_id", ownerId)).toBe(0);
    await expectGone(app.deps);
  });
});

describe("replaying", () => {
  it("what is known to both changes nothing", async () => {
    await finishErasures(app.deps);
    const all = async () => [await backUp("platform"), await backUp("vault")];
    const was = await all();
    await replayErasures(app.deps);
    expect(await all()).toEqual(was);
  });

  it("reaches every one of thousands of erasures", async () => {
    await app.sql(
      "vault",
      "INSERT INTO erasures (owner_id) SELECT RANDOM_BYTES(16) FROM seq_1_to_1200",
    );
    await app.sql(
      "platform",
      "INSERT INTO erasures (id, user_id, tenant_id, owner_id, requested_at, unreadable_after) SELECT UUID(), UUID(), UUID(), RANDOM_BYTES(16), NOW(3), NOW() FROM seq_1_to_1200",
    );
    await restore(
      app,
      "platform",
      new Map([...before.platform].filter(([table]) => table !== "erasures")),
    );
    await app.sql("platform", "DELETE FROM erasures WHERE owner_id = ?", [ownerId]);
    await replayErasures(app.deps);
    await expectGone(app.deps);
    for (const [database, where] of [
      ["platform", "vault_erased_at IS NOT NULL AND rows_deleted_at IS NOT NULL"],
      ["vault", "TRUE"],
    ] as const) {
      const sql = `SELECT COUNT(*) AS count FROM erasures WHERE ${where}`;
      const [row] = await app.sql(database, sql);
      expect(Number(row?.["count"])).toBeGreaterThanOrEqual(database === "vault" ? 2400 : 1200);
    }
    await app.sql("platform", "DELETE FROM erasures");
    await app.sql("vault", "DELETE FROM erasures");
  }, 60_000);
});
