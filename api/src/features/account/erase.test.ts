import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { openTestApp, type TestApp } from "../../../test/app.ts";
import { workerServices } from "../../../test/databases.ts";
import { call, cookieOf, signUp, type Person } from "../../../test/people.ts";
import { proxyTo, type Proxy } from "../../../test/proxy.ts";
import { takeSnapshot, tablesOf } from "../../../test/snapshots.ts";
import { openDeps } from "../../deps.ts";
import { OWNED_TABLES } from "../../vault/erase.ts";
import { openVault } from "../../vault/user-vault.ts";
import { putRecord } from "../../vault/records.ts";
import { entryKind } from "../entries/entries.ts";
import { finishErasures } from "./erase.ts";

let app: TestApp;
let platform: Proxy, vault: Proxy, redis: Proxy;
beforeAll(async () => {
  const services = workerServices();
  [platform, vault, redis] = await Promise.all([
    proxyTo(services.platformUrl),
    proxyTo(services.vaultUrl),
    proxyTo(services.redisUrl),
  ]);
  app = await openTestApp({
    PLATFORM_DATABASE_URL: platform.url,
    VAULT_DATABASE_URL: vault.url,
    REDIS_URL: redis.url,
  });
});
afterEach(() => {
  for (const proxy of [platform, vault, redis]) proxy.mend();
});
afterAll(async () => {
  await app.close();
  await Promise.all([platform.close(), vault.close(), redis.close()]);
});

const erase = (person: Person, confirm: unknown = person.email) =>
  person.call("DELETE", "/api/me", { body: { confirm } });
const write = (person: Person, body = "words") =>
  person.call("PUT", `/api/entries/${randomUUID()}`, { body: { day: "2026-11-21", body } });

interface Ids {
  readonly userId: string;
  readonly tenantId: string;
  readonly ownerId: Buffer;
}

async function idsOf({ email }: Person): Promise<Ids> {
  const [row] = await app.sql(
    "platform",
    "SELECT u.id, u.tenant_id, d.owner_id FROM users u JOIN user_deks d ON d.user_id = u.id WHERE u.email = ?",
    [email],
  );
  return {
    userId: String(row?.["id"]),
    tenantId: String(row?.["tenant_id"]),
    ownerId: row?.["owner_id"] as Buffer,
  };
}

/** Somebody who wrote, thirty changes of one entry and another. */
async function writer(): Promise<Person & Ids> {
  const person = await signUp(app);
  const id = randomUUID();
  for (let i = 0; i < 5; i++) {
    const body = { day: "2026-11-21", body: `state ${i}` };
    await person.call("PUT", `/api/entries/${id}`, { body });
  }
  await write(person);
  return { ...person, ...(await idsOf(person)) };
}

/** Every table of either database that holds one of these ids, with how many rows. */
async function traces({ userId, tenantId, ownerId }: Ids): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const database of ["platform", "vault"] as const) {
    for (const [table, rows] of await takeSnapshot(app, database)) {
      const wanted = [userId, tenantId, ownerId.toString("latin1")];
      const count = rows.filter((row) =>
        Object.values(row).some((value: unknown) =>
          wanted.includes(Buffer.isBuffer(value) ? value.toString("latin1") : String(value)),
        ),
      ).length;
      if (count > 0) found[`${database}.${table}`] = count;
    }
  }
  return found;
}

/** What has to be left of somebody once the worker was there. */
const ONLY_RECEIPTS = {
  "platform.erasures": 1,
  "platform.audit_events": expect.any(Number),
  "vault.erasures": 1,
};

async function until(isDone: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 15_000; !(await isDone());) {
    if (Date.now() > deadline) throw new Error("it did not come to that");
    await new Promise((done) => setTimeout(done, 20));
  }
}

describe("DELETE /api/me", () => {
  it("answers with a receipt, mails it, and leaves nothing but that and the ledger", async () => {
    const person = await writer();
    const reply = await erase(person, `  ${person.email.toUpperCase()} `);
    expect(reply.status).toBe(202);
    expect(reply.body).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      requestedAt: app.clock.now.toISOString(),
      unreadableAfter: "2026-11-28",
    });
    expect(cookieOf(reply)).toBe("timos_rt=");
    const mail = app.mails().at(-1);
    expect(mail).toContain(`To: ${person.email}`);
    expect(mail).toContain(String(reply.body["id"]));
    expect(mail).toContain("2026-11-28");

    const gone = ["vault_keys", "vault_heads"].map((table) => `vault.${table}`);
    expect(Object.keys(await traces(person))).not.toEqual(expect.arrayContaining(gone));
    await finishErasures(app.deps);
    expect(await traces(person)).toEqual(ONLY_RECEIPTS);
    const [row] = await app.sql("platform", "SELECT * FROM erasures WHERE id = ?", [
      reply.body["id"],
    ]);
    expect(row?.["vault_erased_at"]).not.toBeNull();
    expect(row?.["rows_deleted_at"]).not.toBeNull();
    expect(
      await app.sql(
        "platform",
        "SELECT actor, purpose, request_id FROM audit_events WHERE user_id = ? AND action = 'account.erased'",
        [person.userId],
      ),
    ).toEqual([
      {
        actor: "user",
        purpose: "DELETE /api/me",
        request_id: reply.headers.get("x-request-id"),
      },
    ]);
  });

  it("ends every session at once, and the address can be used by somebody who sees nothing", async () => {
    const person = await writer();
    const other = await call(app, "POST", "/api/auth/login", {
      body: { email: person.email, password: person.password },
    });
    expect((await erase(person)).status).toBe(202);
    const expected = { status: 401, body: { code: "session_revoked" } };
    expect(await person.call("GET", "/api/me")).toMatchObject(expected);
    expect(await write(person)).toMatchObject(expected);
    expect(await erase(person)).toMatchObject(expected);
    const headers = { authorization: `Bearer ${String(other.body["accessToken"])}` };
    expect(await call(app, "GET", "/api/today", { headers })).toMatchObject(expected);
    for (const cookie of [person.cookie, cookieOf(other)]) {
      const refreshed = await call(app, "POST", "/api/auth/refresh", {
        body: {},
        headers: { cookie },
      });
      expect(refreshed.status).toBe(401);
    }
    const signIn = { email: person.email, password: person.password };
    expect((await call(app, "POST", "/api/auth/login", { body: signIn })).body).toMatchObject({
      code: "invalid_credentials",
    });

    const heir = await signUp(app, { email: person.email });
    const ids = await idsOf(heir);
    expect(ids.userId).not.toBe(person.userId);
    expect(ids.ownerId).not.toEqual(person.ownerId);
    expect((await heir.call("GET", "/api/days/2026-11-21")).body).toMatchObject({ entries: [] });
    const seen = (await heir.call("GET", "/api/me/audit")).body["items"] as { action: string }[];
    expect(seen.map((event) => event.action)).toEqual(["key.unwrapped", "login.succeeded"]);
  });

  let ada: Person | undefined;
  it.each([
    ["body.confirm", { confirm: "erase" }],
    ["body.confirm", { confirm: "" }],
    ["body.confirm", { confirm: "bob@example.org" }],
    ["body.confirm", { confirm: true }],
    ["body.confirm", {}],
    ["body", { confirm: "ada@example.org", force: true }],
    ["body", undefined],
  ])("names %s when it is not confirmed, and destroys nothing", async (path, body) => {
    ada ??= await signUp(app, { email: "ada@example.org" });
    const reply = await ada.call("DELETE", "/api/me", body === undefined ? {} : { body });
    expect(reply).toMatchObject({
      status: 400,
      body: { code: "invalid_request", errors: [{ path }] },
    });
    expect((await ada.call("GET", "/api/me")).status).toBe(200);
    expect((await write(ada)).status).toBe(201);
  });

  it("asks for a proof of the last five minutes, which refreshing is not", async () => {
    const person = await signUp(app);
    const start = app.clock.now;
    try {
      app.clock.now = new Date(start.getTime() + 16 * 60_000);
      const refreshed = await call(app, "POST", "/api/auth/refresh", {
        body: {},
        headers: { cookie: person.cookie },
      });
      const sent = (token: unknown) => ({
        body: { confirm: person.email },
        headers: { authorization: `Bearer ${String(token)}` },
      });
      const stale = sent(refreshed.body["accessToken"]);
      expect(await call(app, "DELETE", "/api/me", stale)).toMatchObject({
        status: 401,
        body: { code: "reauth_required" },
      });
      const { headers } = stale;
      expect((await call(app, "GET", "/api/me", { headers })).status).toBe(200);
      const signIn = { email: person.email, password: person.password };
      const again = await call(app, "POST", "/api/auth/login", { body: signIn });
      const fresh = sent(again.body["accessToken"]);
      expect((await call(app, "DELETE", "/api/me", fresh)).status).toBe(202);
    } finally {
      app.clock.now = start;
    }
  });

  it("asked for many times at once, erases once and gives one receipt", async () => {
    const person = await writer();
    const replies = await Promise.all(Array.from({ length: 6 }, () => erase(person)));
    const accepted = replies.filter((reply) => reply.status === 202);
    expect(accepted.length).toBeGreaterThan(0);
    expect(new Set(accepted.map((reply) => reply.body["id"])).size).toBe(1);
    expect(new Set(replies.map((reply) => reply.status))).toEqual(
      new Set(accepted.length === replies.length ? [202] : [202, 401]),
    );
    await finishErasures(app.deps);
    expect(await traces(person)).toEqual(ONLY_RECEIPTS);
  });

  it("leaves a tenant in which somebody else is", async () => {
    const [person, other] = [await writer(), await signUp(app)];
    const theirs = await idsOf(other);
    for (const table of ["users", "user_deks", "auth_sessions"]) {
      await app.sql("platform", "UPDATE ?? SET tenant_id = ? WHERE tenant_id = ?", [
        table,
        person.tenantId,
        theirs.tenantId,
      ]);
    }
    await write(other);
    expect((await erase(person)).status).toBe(202);
    await finishErasures(app.deps);
    expect((await other.call("GET", "/api/today")).status).toBe(200);
    expect(
      await app.sql("platform", "SELECT id FROM tenants WHERE id = ?", [person.tenantId]),
    ).toHaveLength(1);
  });
});

describe("the keys of an erased account", () => {
  it("are in no table of either database any more, nor is anything that unwraps to them", async () => {
    const person = await writer();
    const wraps = await app.sql("platform", "SELECT `blob` FROM dek_wraps WHERE owner_id = ?", [
      person.ownerId,
    ]);
    const [wrap] = wraps;
    expect(wraps).toHaveLength(1);
    expect((await erase(person)).status).toBe(202);
    const everything = await Promise.all([
      takeSnapshot(app, "platform"),
      takeSnapshot(app, "vault"),
    ]);
    for (const rows of everything.flatMap((snapshot) => [...snapshot.values()].flat())) {
      for (const value of Object.values(rows)) {
        const isThere = Buffer.isBuffer(value) && value.includes(wrap?.["blob"] as Buffer);
        expect(isThere).toBe(false);
      }
    }
    const use = { actor: "job", purpose: "test", requestId: null } as const;
    await expect(app.deps.keys.openKeys(person.userId, use)).rejects.toThrow("decryption failed");
  });

  it("are forgotten by every other instance within a moment, long before their time is over", async () => {
    const person = await writer();
    const other = await openDeps(app.deps.config, {
      logger: app.deps.logger,
      clock: () => new Date(),
    });
    const use = { actor: "user", purpose: "test", requestId: null } as const;
    try {
      await other.keys.openKeys(person.userId, use);
      expect((await erase(person)).status).toBe(202);
      await until(() =>
        other.keys.openKeys(person.userId, use).then(
          () => false,
          () => true,
        ),
      );
    } finally {
      await other.close();
    }
  });

  it("are destroyed when Redis is away, too", async () => {
    const person = await writer();
    redis.cut();
    expect((await erase(person)).status).toBe(202);
    redis.mend();
    await finishErasures(app.deps);
    expect(await traces(person)).toEqual(ONLY_RECEIPTS);
  });
});

describe("somebody who writes while they are erased", () => {
  it("leaves nothing behind, whatever was under way", async () => {
    const person = await writer();
    const writes = Array.from({ length: 40 }, (_, i) => write(person, `under way ${i}`));
    const erased = await erase(person);
    const replies = await Promise.all(writes);
    expect(erased.status).toBe(202);
    expect(replies.filter((reply) => reply.status === 201).length).toBeLessThan(41);
    await finishErasures(app.deps);
    expect(await traces(person)).toEqual(ONLY_RECEIPTS);
  });

  it("can write nothing with keys that are still in some memory, not even a first row", async () => {
    for (const person of [await writer(), await signUp(app)]) {
      const ids = await idsOf(person);
      const use = { actor: "user", purpose: "test", requestId: null } as const;
      const held = await openVault(app.deps, ids.userId, use);
      expect((await erase(person)).status).toBe(202);
      await finishErasures(app.deps);
      const fields = entryKind.fields.parse({ day: "2026-11-21", body: "too late" });
      const put = { fields, guard: undefined, now: app.clock.now };
      await expect(putRecord(held, entryKind, randomUUID(), put)).rejects.toMatchObject({
        code: "session_revoked",
      });
      const left = await traces(ids);
      delete left["platform.vault_states"];
      expect(left).toEqual(ONLY_RECEIPTS);
      await finishErasures(app.deps);
      expect(await traces(ids)).toEqual(ONLY_RECEIPTS);
    }
  });
});

describe("an erasure that is broken off", () => {
  it.each([
    ["platform", "the tenant is held", "SELECT id FROM tenants"],
    ["platform", "the account is held", "SELECT id FROM users"],
    ["platform", "it is noted", "INSERT INTO `erasures`"],
    ["platform", "the wraps are destroyed", "DELETE FROM `dek_wraps`"],
    ["platform", "the keys are destroyed", "DELETE FROM `user_deks`"],
    ["platform", "the account is deleted", "DELETE FROM `users`"],
    ["platform", "the tenant is deleted", "DELETE FROM `tenants`"],
    ["platform", "the event is written", "INSERT INTO `audit_events`"],
    ["platform", "it is committed", "COMMIT"],
    ["vault", "it is noted in the vault", "INSERT INTO erasures"],
    ["vault", "the mirror is destroyed", "DELETE FROM vault_keys"],
    ["vault", "the head is destroyed", "DELETE FROM vault_heads"],
    ["vault", "the vault commits", "COMMIT"],
    ["platform", "the vault's answer is noted", "UPDATE `erasures`"],
  ] as const)("in the %s, while %s, is whole or has not begun", async (where, _, statement) => {
    const person = await writer();
    // New connections: a statement is sent as text when it is prepared, and then no more.
    platform.mend();
    vault.mend();
    // Those whose connections end so hear of it a moment later.
    await sleep(50);
    let isCut = false;
    const cutAll = () => {
      isCut = true;
      platform.cut();
      vault.cut();
    };
    (where === "platform" ? platform : vault).whenNext(statement, cutAll);
    const reply = await erase(person);
    expect(isCut).toBe(true);
    platform.mend();
    vault.mend();
    await until(async () => (await call(app, "GET", "/health/ready")).status === 200);

    const isErased = (await person.call("GET", "/api/me")).status === 401;
    if (reply.status === 202) expect(isErased).toBe(true);
    await until(() =>
      finishErasures(app.deps).then(
        () => true,
        () => false,
      ),
    );
    if (isErased) {
      expect(await traces(person)).toEqual(ONLY_RECEIPTS);
    } else {
      expect(reply.status).toBe(503);
      expect((await person.call("GET", "/api/days/2026-11-21")).body["entries"]).toHaveLength(2);
      expect(
        await app.sql("platform", "SELECT * FROM erasures WHERE user_id = ?", [person.userId]),
      ).toEqual([]);
      expect((await erase(person)).status).toBe(202);
    }
  });

  it("by a vault that is away is accepted, and finished when it is back", async () => {
    const person = await writer();
    vault.cut();
    const reply = await erase(person);
    expect(reply.status).toBe(202);
    expect(app.mails().at(-1)).toContain(String(reply.body["id"]));
    await expect(finishErasures(app.deps)).rejects.toMatchObject({ code: "vault_unavailable" });
    vault.mend();
    await finishErasures(app.deps);
    expect(await traces(person)).toEqual(ONLY_RECEIPTS);
  });
});

describe("the worker", () => {
  it("knows every table of the vault in which an owner has rows", async () => {
    const tables = await tablesOf(app, "vault");
    expect([...OWNED_TABLES, "erasures", "logical_clock"].sort()).toEqual(tables.sort());
  });

  it("deletes any number of rows, several workers at once too, and nobody else's", async () => {
    const [person, other] = [await writer(), await writer()];
    const before = await traces(other);
    const copies = "SELECT owner_id, RANDOM_BYTES(16), seq + 1000, NULL, day_key, sealed, body";
    await app.sql(
      "vault",
      `INSERT INTO daily_entries ${copies} FROM (SELECT * FROM daily_entries WHERE owner_id = ? LIMIT 1) d JOIN seq_1_to_450`,
      [person.ownerId],
    );
    expect((await erase(person)).status).toBe(202);
    await Promise.all([1, 2, 3].map(() => finishErasures(app.deps)));
    expect(await traces(person)).toEqual(ONLY_RECEIPTS);
    expect(await traces(other)).toEqual(before);
  });
});
