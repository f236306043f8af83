import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { createHash } from "node:crypto";
import { openTestApp, type TestApp } from "../../../test/app.ts";
import { call, linkToken, signUp, type Person, type Reply } from "../../../test/people.ts";
import { turnOn } from "../../../test/second-factor.ts";
import type { Endpoint } from "../../contract/endpoint.ts";
import { contract } from "../../contract/index.ts";
import { SCOPES } from "../../contract/permissions.ts";
import { isWhole, newTokenSecret } from "./format.ts";

let app: TestApp;
beforeAll(async () => {
  app = await openTestApp();
});
afterAll(() => app.close());
const START = new Date("2026-11-21T20:00:00.000Z");
afterEach(() => {
  app.clock.now = START;
  jest.restoreAllMocks();
});

const make = (person: Person, more: object = {}): Promise<Reply> =>
  person.call("POST", "/api/tokens", {
    body: { name: "backup script", scopes: ["account:read"], ...more },
  });

async function secretOf(person: Person, more: object = {}): Promise<string> {
  const reply = await make(person, more);
  if (reply.status !== 201) throw new Error(`no token: ${reply.status}`);
  return String(reply.body["token"]);
}

const using = (token: string, method: string, path: string, body?: unknown) =>
  call(app, method, path, { headers: { authorization: `Bearer ${token}` }, body });

const later = (days: number) => {
  app.clock.now = new Date(START.getTime() + days * 86_400_000);
};

const idOf = async ({ email }: Person): Promise<string> => {
  const [row] = await app.sql("platform", "SELECT id FROM users WHERE email = ?", [email]);
  return String(row?.["id"]);
};

describe("a personal access token", () => {
  it("is shown once, kept as a hash, and told of by mail", async () => {
    const person = await signUp(app);
    const made = await make(person, { scopes: ["account:read", "account:read", "journal:read"] });
    expect(made).toMatchObject({
      status: 201,
      body: {
        name: "backup script",
        scopes: ["account:read", "journal:read"],
        createdAt: "2026-11-21T20:00:00.000Z",
        expiresAt: "2027-02-19T20:00:00.000Z",
        lastUsedAt: null,
      },
    });
    const { token, ...shown } = made.body;
    const secret = String(token);
    expect(secret).toMatch(/^timos_pat_[\w-]{49}$/);
    expect(secret.endsWith(String(shown["hint"]))).toBe(true);
    expect((await person.call("GET", "/api/tokens")).body).toEqual({ items: [shown] });
    const [row] = await app.sql("platform", "SELECT * FROM api_tokens WHERE id = ?", [shown["id"]]);
    expect(row?.["secret_hash"]).toEqual(createHash("sha256").update(secret).digest());
    expect(JSON.stringify(row)).not.toContain(secret.slice(10, 40));
    expect(app.logged()).not.toContain(secret.slice(10, 40));
    const isTold = () => app.mails().some((mail) => mail.includes("backup script"));
    while (!isTold()) await new Promise((done) => setTimeout(done, 10));
    const events = await app.sql("platform", "SELECT * FROM audit_events WHERE target = ?", [
      shown["id"],
    ]);
    expect(events.map((event) => String(event["action"]))).toEqual(["token.created"]);
  });

  it("lets a program do what it was made for, and nothing else", async () => {
    const person = await signUp(app);
    const reading = await secretOf(person, { scopes: ["account:read", "journal:read"] });
    expect(await using(reading, "GET", "/api/me")).toMatchObject({
      status: 200,
      body: { email: person.email },
    });
    expect((await using(reading, "GET", "/api/entries")).status).toBe(200);
    const entry = { day: "2026-11-21", title: "t", body: "b" };
    expect(await using(reading, "POST", "/api/entries", entry)).toMatchObject({
      status: 403,
      body: { code: "forbidden" },
    });
    const writing = await secretOf(person, { scopes: ["journal:write"] });
    expect((await using(writing, "POST", "/api/entries", entry)).status).toBe(201);
    expect((await using(writing, "GET", "/api/me")).status).toBe(403);
  });

  it("has no scope beyond those that are in the table", async () => {
    const person = await signUp(app);
    for (const scope of ["account:secure", "members:read", "platform:write", "*", ""]) {
      expect(await make(person, { scopes: [scope] })).toMatchObject({ status: 400 });
    }
    expect((await make(person, { scopes: [] })).status).toBe(400);
    // A row that says more than the table is not believed.
    const token = await secretOf(person);
    await app.sql("platform", "UPDATE api_tokens SET scopes = 'account:secure,tenant:write'");
    expect((await using(token, "GET", "/api/tokens")).status).toBe(403);
    expect((await using(token, "GET", "/api/auth/sessions")).status).toBe(403);
  });

  it("reaches nothing under /api/auth, makes no tokens, and never counts as fresh", async () => {
    const person = await signUp(app);
    const token = await secretOf(person, { scopes: SCOPES });
    const guarded = Object.values(contract)
      .flatMap((feature) => Object.values<Endpoint>(feature))
      .filter((endpoint: Endpoint) => "permission" in endpoint)
      .filter((endpoint) => endpoint.path.startsWith("/api/auth/") || "fresh" in endpoint);
    expect(guarded.length).toBeGreaterThan(10);
    for (const { method, path } of guarded) {
      const url = path.replace(/:\w+/g, "0b9f3c46-1f5e-4a7e-9c3f-6f1f5f7a2b11");
      const reply = await call(app, method, url, {
        headers: { authorization: `Bearer ${token}`, "sec-fetch-site": "same-origin" },
        ...(method === "GET" ? {} : { body: {} }),
      });
      expect({ path, code: reply.body["code"] }).toEqual({ path, code: "forbidden" });
    }
    expect(
      (await using(token, "POST", "/api/tokens", { name: "x", scopes: ["account:read"] })).status,
    ).toBe(403);
  });

  it("is taken from the header only: no cookie, no query, no other account (CVE-2025-61928)", async () => {
    const [person, other] = [await signUp(app), await signUp(app)];
    const token = await secretOf(person);
    for (const cookie of [`timos_rt=${token}`, `token=${token}`]) {
      expect((await call(app, "GET", "/api/me", { headers: { cookie } })).status).toBe(401);
    }
    expect((await call(app, "GET", `/api/me?access_token=${token}`)).status).toBe(401);
    const basic = `Basic ${Buffer.from(`${token}:`).toString("base64")}`;
    expect((await call(app, "GET", "/api/me", { headers: { authorization: basic } })).status).toBe(
      401,
    );
    const userId = await idOf(other);
    for (const path of [`/api/me?userId=${userId}`, `/api/me?user=${other.email}`]) {
      const headers = { authorization: `Bearer ${token}`, "x-user-id": userId };
      const { body } = await call(app, "GET", path, { headers });
      expect(body["email"]).toBe(person.email);
    }
    expect((await make(person, { userId })).status).toBe(400);
  });

  it("that was made up, cut off or mistyped costs no query", async () => {
    const token = await secretOf(await signUp(app));
    const query = jest.spyOn(app.deps.platformDatabase, "execute");
    const flipped = token.replace(/.$/, (last) => (last === "A" ? "B" : "A"));
    const forged = [
      flipped,
      token.slice(0, -1),
      `${token}A`,
      token.toUpperCase(),
      `timos_pat_${"A".repeat(49)}`,
      "timos_pat_",
    ];
    for (const each of forged) {
      expect(await using(each, "GET", "/api/me")).toMatchObject({ status: 401 });
    }
    expect(query).not.toHaveBeenCalled();
    // And one that is whole and nobody's is refused just so.
    expect((await using(newTokenSecret(), "GET", "/api/me")).status).toBe(401);
    expect(query).toHaveBeenCalledTimes(1);
    expect(isWhole(newTokenSecret())).toBe(true);
  });

  it("is refused from the moment that it expires, is revoked, or its owner suspended", async () => {
    const person = await signUp(app);
    const short = await secretOf(person, { expiresInDays: 1 });
    later(0.999);
    expect((await using(short, "GET", "/api/me")).status).toBe(200);
    later(1);
    expect((await using(short, "GET", "/api/me")).status).toBe(401);
    app.clock.now = START;

    const made = await make(person);
    const token = String(made.body["token"]);
    expect((await using(token, "GET", "/api/me")).status).toBe(200);
    const path = `/api/tokens/${String(made.body["id"])}`;
    expect((await person.call("DELETE", path)).status).toBe(204);
    expect((await using(token, "GET", "/api/me")).status).toBe(401);
    expect((await person.call("DELETE", path)).status).toBe(404);

    const kept = await secretOf(person);
    await app.sql("platform", "UPDATE users SET status = 'suspended' WHERE email = ?", [
      person.email,
    ]);
    expect((await using(kept, "GET", "/api/me")).status).toBe(401);
  });

  it("cannot be revoked or seen by somebody else", async () => {
    const [person, other] = [await signUp(app), await signUp(app)];
    const made = await make(person);
    expect((await other.call("DELETE", `/api/tokens/${String(made.body["id"])}`)).status).toBe(404);
    expect((await other.call("GET", "/api/tokens")).body).toEqual({ items: [] });
    expect((await using(String(made.body["token"]), "GET", "/api/me")).status).toBe(200);
  });

  it("takes a fresh proof to make and to revoke", async () => {
    const person = await signUp(app);
    const made = await make(person);
    app.clock.now = new Date(START.getTime() + 6 * 60_000);
    expect((await make(person)).body["code"]).toBe("reauth_required");
    const path = `/api/tokens/${String(made.body["id"])}`;
    expect((await person.call("DELETE", path)).body["code"]).toBe("reauth_required");
    expect((await person.call("GET", "/api/tokens")).status).toBe(200);
  });

  it("is one of fifty at most, however many are asked for at once", async () => {
    const person = await signUp(app);
    for (let n = 0; n < 45; n++) await secretOf(person);
    const replies = await Promise.all(Array.from({ length: 10 }, () => make(person)));
    const statuses = replies.map((reply) => reply.status).sort();
    expect(statuses).toEqual([201, 201, 201, 201, 201, 409, 409, 409, 409, 409]);
  });

  it("is good for a year at most", async () => {
    const person = await signUp(app);
    expect((await make(person, { expiresInDays: 365 })).status).toBe(201);
    for (const expiresInDays of [366, 0, -1, 1.5, "90", null]) {
      expect((await make(person, { expiresInDays })).status).toBe(400);
    }
  });

  it("tells when it was used last, to within a minute", async () => {
    const person = await signUp(app);
    const token = await secretOf(person);
    const lastUsed = async () => {
      const { body } = await person.call("GET", "/api/tokens");
      return (body["items"] as { lastUsedAt: string | null }[])[0]?.lastUsedAt;
    };
    const until = async (at: string) => {
      while ((await lastUsed()) !== at) await new Promise((done) => setTimeout(done, 10));
    };
    await using(token, "GET", "/api/me");
    await until("2026-11-21T20:00:00.000Z");
    const query = jest.spyOn(app.deps.platformDatabase, "execute");
    app.clock.now = new Date(START.getTime() + 59_000);
    await using(token, "GET", "/api/me");
    expect(query).toHaveBeenCalledTimes(1);
    app.clock.now = new Date(START.getTime() + 60_000);
    await using(token, "GET", "/api/me");
    await until("2026-11-21T20:01:00.000Z");
  });

  it("is refused while the tenant wants a second factor that its owner has not", async () => {
    const person = await signUp(app);
    const token = await secretOf(person);
    await app.sql(
      "platform",
      "UPDATE tenants t JOIN users u ON u.tenant_id = t.id SET t.mfa_required = 1 WHERE u.email = ?",
      [person.email],
    );
    expect(await using(token, "GET", "/api/me")).toMatchObject({
      status: 403,
      body: { code: "mfa_required_by_policy" },
    });
    await turnOn(app, person);
    expect((await using(token, "GET", "/api/me")).status).toBe(200);
  });

  it("goes with the account", async () => {
    const person = await signUp(app);
    const token = await secretOf(person);
    const erased = await person.call("DELETE", "/api/me", { body: { confirm: person.email } });
    expect(erased.status).toBe(202);
    expect((await using(token, "GET", "/api/me")).status).toBe(401);
  });

  it("outlives a change of the password, and no reset of it", async () => {
    const [person, other] = [await signUp(app), await signUp(app)];
    const [token, kept] = [await secretOf(person), await secretOf(other)];
    const changed = await person.call("POST", "/api/auth/password/change", {
      body: { currentPassword: person.password, newPassword: "another horse with a battery" },
    });
    expect(changed.status).toBe(200);
    expect((await using(token, "GET", "/api/me")).status).toBe(200);

    await call(app, "POST", "/api/auth/password/forgot", { body: { email: person.email } });
    const isMailed = () => app.mails().some((mail) => mail.includes("/reset-password#token="));
    while (!isMailed()) await new Promise((done) => setTimeout(done, 10));
    const reset = await call(app, "POST", "/api/auth/password/reset", {
      body: { token: linkToken(app, person.email), password: "a third horse with a battery" },
    });
    expect(reset.status).toBe(204);
    expect((await using(token, "GET", "/api/me")).status).toBe(401);
    expect((await using(kept, "GET", "/api/me")).status).toBe(200);
  });
});
