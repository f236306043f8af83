import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { openTestApp, type TestApp } from "../../../test/app.ts";
import { call, signUp, type Person } from "../../../test/people.ts";
import { signIn, turnOn } from "../../../test/second-factor.ts";
import type { Account } from "./contract.ts";
import { setSuperadmin } from "./superadmins.ts";

let app: TestApp;
beforeAll(async () => {
  app = await openTestApp();
});
afterAll(() => app.close());
const START = new Date("2026-11-21T20:00:00.000Z");
afterEach(() => {
  app.clock.now = START;
});

const grant = (email: string, isGranted = true) =>
  setSuperadmin(app.deps.platform, email, isGranted, START);

/** Somebody who runs the platform, and has proven two factors. */
async function superadmin(): Promise<Person> {
  const person = await signUp(app);
  await turnOn(app, person);
  await grant(person.email);
  app.deps.sessions.onMessage("tenant:");
  return person;
}

const idOf = async ({ email }: Person): Promise<string> => {
  const [row] = await app.sql("platform", "SELECT id FROM users WHERE email = ?", [email]);
  return String(row?.["id"]);
};

const suspend = async (by: Person, whom: Person) =>
  by.call("POST", `/api/admin/users/${await idOf(whom)}/suspend`);

const restore = async (by: Person, whom: Person) =>
  by.call("POST", `/api/admin/users/${await idOf(whom)}/restore`);

describe("the only owner of a tenant who is suspended", () => {
  it("leaves its members as they were, none of them in their place, and is its owner again when restored", async () => {
    const [admin, owner, member] = [await superadmin(), await signUp(app), await signUp(app)];
    await app.sql(
      "platform",
      `UPDATE users SET role = 'admin', tenant_id = (SELECT tenant_id FROM (SELECT * FROM users) o WHERE o.email = ?)
       WHERE email = ?`,
      [owner.email, member.email],
    );
    app.deps.sessions.onMessage("tenant:");
    expect((await suspend(admin, owner)).status).toBe(200);
    expect((await member.call("GET", "/api/me")).body).toMatchObject({ role: "admin" });
    const up = await member.call("PATCH", `/api/tenant/members/${await idOf(member)}`, {
      body: { role: "owner" },
    });
    expect(up.body).toMatchObject({ code: "forbidden" });
    expect((await restore(admin, owner)).status).toBe(200);
    const again = await signIn(app, owner);
    expect(again.body["user"]).toMatchObject({ role: "owner" });
  });
});

describe("the role of a superadmin", () => {
  it("is given from a terminal, to a verified address, and written down", async () => {
    const person = await signUp(app);
    expect(await grant("nobody@example.org")).toBe("no such account");
    expect(await grant(` ${person.email.toUpperCase()} `)).toBe("done");
    expect(await grant(person.email)).toBe("was so already");
    expect(await grant(person.email, false)).toBe("done");
    expect(await grant(person.email, false)).toBe("was so already");
    const sql =
      "SELECT actor, action, purpose FROM audit_events WHERE user_id = ? AND actor = 'operator' ORDER BY id";
    const events = await app.sql("platform", sql, [await idOf(person)]);
    expect(events).toEqual([
      { actor: "operator", action: "role.changed", purpose: "admin:grant" },
      { actor: "operator", action: "role.changed", purpose: "admin:revoke" },
    ]);
    await app.sql("platform", "UPDATE users SET email_verified_at = NULL WHERE email = ?", [
      person.email,
    ]);
    expect(await grant(person.email)).toBe("not verified");
  });

  it("is nothing without two factors, and nothing any more when it is taken away", async () => {
    const person = await signUp(app);
    await grant(person.email);
    app.deps.sessions.onMessage("tenant:");
    expect((await person.call("GET", "/api/admin/users")).status).toBe(403);
    await turnOn(app, person);
    expect((await person.call("GET", "/api/admin/users")).status).toBe(200);
    await grant(person.email, false);
    app.deps.sessions.onMessage("tenant:");
    expect((await person.call("GET", "/api/admin/users")).status).toBe(403);
  });

  it("shows accounts and tenants, found by a part of a name, in pages", async () => {
    const admin = await superadmin();
    const people = [
      await signUp(app, { email: "ada@pages.example.org" }),
      await signUp(app, { email: "bob@pages.example.org" }),
    ];
    const search = async (page: object = {}) =>
      (
        await admin.call("POST", "/api/admin/users/search", {
          body: { q: "pages.example", ...page },
        })
      ).body;
    const found = await search();
    const emails = (found["items"] as Account[]).map((account) => account.email).sort();
    expect(emails).toEqual(people.map((person) => person.email));
    const first = await search({ limit: 1 });
    const second = await search({ limit: 1, cursor: first["nextCursor"] });
    expect([...(first["items"] as []), ...(second["items"] as [])]).toEqual(found["items"]);
    expect(second["nextCursor"]).toBeNull();
    const [account] = found["items"] as Account[];
    expect(Object.keys(account ?? {}).sort()).toEqual([
      "createdAt",
      "displayName",
      "email",
      "hasSecondFactor",
      "id",
      "isEmailVerified",
      "platformRole",
      "role",
      "status",
      "tenantId",
    ]);
    const tenants = await admin.call("GET", "/api/admin/tenants?limit=200");
    const own = (tenants.body["items"] as { id: string; members: number }[]).find(
      ({ id }) => id === account?.tenantId,
    );
    expect(own?.members).toBe(1);
  });

  it("counts keys without saying whose they are", async () => {
    const admin = await superadmin();
    const { body } = await admin.call("GET", "/api/admin/keys");
    const [users] = await app.sql("platform", "SELECT COUNT(*) AS n FROM user_deks");
    expect(body["items"]).toEqual([
      { mekRef: expect.stringMatching(/^local:/), state: "active", count: Number(users?.["n"]) },
    ]);
  });

  it("sees what happened on the platform, and not when anybody wrote", async () => {
    const admin = await superadmin();
    const person = await signUp(app);
    await person.call("POST", "/api/entries", {
      body: { day: "2026-11-21", title: "t", body: "b" },
    });
    const { body } = await admin.call("GET", "/api/admin/audit?limit=200");
    const actions = (body["items"] as { action: string }[]).map(({ action }) => action);
    expect(actions).toContain("role.changed");
    expect(actions).not.toContain("key.unwrapped");
  });

  it("opens nobody's journal: another's records are not found", async () => {
    const admin = await superadmin();
    const person = await signUp(app);
    const entry = { day: "2026-11-21", title: "mine", body: "alone" };
    const { body } = await person.call("POST", "/api/entries", { body: entry });
    const path = `/api/entries/${String(body["id"])}`;
    expect((await admin.call("GET", path)).body["code"]).toBe("not_found");
    expect((await admin.call("DELETE", path)).body["code"]).toBe("not_found");
    expect((await admin.call("GET", `/api/entries?userId=${await idOf(person)}`)).status).toBe(400);
    expect((await admin.call("GET", "/api/entries")).body["items"]).toEqual([]);
  });
});

describe("a suspended account", () => {
  it("is signed out everywhere at once, refused everywhere, and told by mail; restored it signs in", async () => {
    const admin = await superadmin();
    const person = await signUp(app);
    const made = await person.call("POST", "/api/tokens", {
      body: { name: "t", scopes: ["account:read"] },
    });
    const headers = { authorization: `Bearer ${String(made.body["token"])}` };
    expect((await person.call("GET", "/api/me")).status).toBe(200);
    expect((await suspend(admin, person)).body).toMatchObject({ status: "suspended" });
    expect((await person.call("GET", "/api/me")).body["code"]).toBe("session_revoked");
    expect((await call(app, "GET", "/api/me", { headers })).status).toBe(401);
    const refreshed = await call(app, "POST", "/api/auth/refresh", {
      body: {},
      headers: { cookie: person.cookie, "sec-fetch-site": "same-origin" },
    });
    expect(refreshed.status).toBe(401);
    expect((await signIn(app, person)).body["code"]).toBe("account_suspended");
    const isTold = () =>
      app
        .mails()
        .some((mail) => mail.includes(`To: ${person.email}`) && mail.includes("suspended"));
    while (!isTold()) await new Promise((done) => setTimeout(done, 10));

    expect((await suspend(admin, person)).status).toBe(200);
    expect((await restore(admin, person)).body).toMatchObject({ status: "active" });
    expect((await person.call("GET", "/api/me")).status).toBe(401);
    expect((await signIn(app, person)).status).toBe(200);
    const sql =
      "SELECT action, actor, actor_id FROM audit_events WHERE user_id = ? AND action LIKE 'account.%' ORDER BY id";
    const actorId = await idOf(admin);
    expect(await app.sql("platform", sql, [await idOf(person)])).toEqual([
      { action: "account.suspended", actor: "admin", actor_id: actorId },
      { action: "account.restored", actor: "admin", actor_id: actorId },
    ]);
  });

  it("takes a fresh proof, and an account that there is", async () => {
    const admin = await superadmin();
    const person = await signUp(app);
    const nobody = "/api/admin/users/0b9f3c46-1f5e-4a7e-9c3f-6f1f5f7a2b11/suspend";
    expect((await admin.call("POST", nobody)).status).toBe(404);
    app.clock.now = new Date(START.getTime() + 6 * 60_000);
    expect((await suspend(admin, person)).body["code"]).toBe("reauth_required");
    expect((await restore(admin, person)).body["code"]).toBe("reauth_required");
  });

  it("is never one's own, nor the last superadmin's, also when two suspend each other at once", async () => {
    const [one, two] = [await superadmin(), await superadmin()];
    expect((await suspend(one, one)).body["code"]).toBe("forbidden");
    const replies = await Promise.all([suspend(one, two), suspend(two, one)]);
    const statuses = replies.map((reply) => reply.status).sort();
    expect(statuses[0]).toBe(200);
    // The other came too late: as who is no superadmin any more, or as who is signed out.
    expect([401, 403]).toContain(statuses[1]);
    const sql = "SELECT status FROM users WHERE email IN (?, ?)";
    const left = await app.sql("platform", sql, [one.email, two.email]);
    expect(left.map((row) => String(row["status"])).sort()).toEqual(["active", "suspended"]);
  });
});
