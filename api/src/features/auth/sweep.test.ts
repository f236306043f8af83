import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { openTestApp, type TestApp } from "../../../test/app.ts";
import { call, linkToken, signUp } from "../../../test/people.ts";
import { eraseUnproven } from "../account/erase.ts";
import { secondFactor } from "./complete.ts";
import { deleteExpired } from "./sweep.ts";

let app: TestApp;
const start = new Date("2026-11-21T20:00:00.000Z");
const DAY = 86_400_000;
beforeAll(async () => {
  app = await openTestApp();
});
afterEach(() => {
  app.clock.now = start;
});
afterAll(() => app.close());

const at = (ms: number) => {
  app.clock.now = new Date(start.getTime() + ms);
};
const count = async (table: string, where = "1") => {
  const [row] = await app.sql("platform", `SELECT COUNT(*) AS n FROM ${table} WHERE ${where}`);
  return Number(row?.["n"]);
};

describe("the sweep", () => {
  it.each([
    ["revoked", 0, "logout"],
    ["unused for a week", 7 * DAY, null],
  ])("deletes a session thirty days after it was %s, and not before", async (_, end, how) => {
    const { cookie } = await signUp(app);
    if (how !== null) {
      await call(app, "POST", "/api/auth/logout", { body: {}, headers: { cookie } });
    }
    const before = await count("auth_sessions");
    at(end + 30 * DAY);
    await deleteExpired(app.deps);
    expect(await count("auth_sessions")).toBe(before);
    at(end + 30 * DAY + 1);
    await deleteExpired(app.deps);
    expect(await count("auth_sessions")).toBe(before - 1);
    await app.sql("platform", "DELETE FROM auth_sessions");
  });

  it("leaves sessions that live", async () => {
    const person = await signUp(app);
    at(6 * DAY);
    const { cookie } = person;
    await call(app, "POST", "/api/auth/refresh", { body: {}, headers: { cookie } });
    at(7 * DAY);
    await deleteExpired(app.deps);
    expect(await count("auth_sessions", "revoked_at IS NULL")).toBe(1);
    await app.sql("platform", "DELETE FROM auth_sessions");
  });

  it("deletes steps and links that nobody took, when their time is over", async () => {
    const step = { userId: null, payload: { amr: ["pwd"], remember: false }, now: start };
    await secondFactor.create(app.deps.platformDatabase.execute, step);
    const body = { email: "late@example.org", password: "correct horse battery" };
    await call(app, "POST", "/api/auth/signup", { body });
    const left = async () => [await count("auth_challenges"), await count("one_time_tokens")];
    const [steps = 0, links = 0] = await left();
    at(299_000);
    await deleteExpired(app.deps);
    expect(await left()).toEqual([steps, links]);
    at(301_000);
    await deleteExpired(app.deps);
    expect(await left()).toEqual([steps - 1, links]);
    at(DAY);
    await deleteExpired(app.deps);
    expect(await left()).toEqual([0, 0]);
  });

  it("deletes an invitation thirty days after it is over, and none that is open", async () => {
    const owner = await signUp(app);
    const invite = async (email: string) => {
      const body = { email, role: "member" };
      const made = await owner.call("POST", "/api/tenant/invitations", { body });
      return String(made.body["id"]);
    };
    const left = async () => {
      const rows = await app.sql("platform", "SELECT email FROM invitations ORDER BY email");
      return rows.map((row) => String(row["email"]).split("@")[0]);
    };
    const person = await signUp(app, { email: "accepted@example.org" });
    await invite(person.email);
    const body = { token: linkToken(app, person.email) };
    expect((await person.call("POST", "/api/invitations/accept", { body })).status).toBe(200);
    const revoked = await invite("revoked@example.org");
    expect((await owner.call("DELETE", `/api/tenant/invitations/${revoked}`)).status).toBe(204);
    await invite("expired@example.org");
    for (const [days, names] of [
      [30, ["accepted", "expired", "revoked"]],
      [37, ["expired"]],
    ] as const) {
      at(days * DAY);
      await deleteExpired(app.deps);
      expect(await left()).toEqual(names);
    }
    await app.sql("platform", "UPDATE invitations SET email = 'open@example.org', expires_at = ?", [
      new Date(start.getTime() + 70 * DAY),
    ]);
    at(69 * DAY);
    await deleteExpired(app.deps);
    expect(await left()).toEqual(["open"]);
  });
});

describe("an account whose address nobody proved", () => {
  const signUpOnly = async (email: string, age: number) => {
    const body = { email, password: "correct horse battery" };
    expect((await call(app, "POST", "/api/auth/signup", { body })).status).toBe(202);
    const createdAt = new Date(start.getTime() - age);
    await app.sql("platform", "UPDATE users SET created_at = ? WHERE email = ?", [
      createdAt,
      email,
    ]);
  };
  const of = (email: string) => count("users", `email = '${email}'`);

  it("is erased after a week, with its tenant and its key; others are not (pre-hijacking)", async () => {
    const proven = await signUp(app);
    await app.sql("platform", "UPDATE users SET created_at = '2020-01-01' WHERE email = ?", [
      proven.email,
    ]);
    await signUpOnly("old@example.org", 7 * DAY + 1);
    await signUpOnly("young@example.org", 7 * DAY);
    const [tenants, wraps] = [await count("tenants"), await count("dek_wraps")];
    await eraseUnproven(app.deps);
    expect(await of("old@example.org")).toBe(0);
    expect(await of("young@example.org")).toBe(1);
    expect((await proven.call("GET", "/api/me")).status).toBe(200);
    expect(await count("tenants")).toBe(tenants - 1);
    expect(await count("dek_wraps")).toBe(wraps - 1);
    // The address is free for whoever owns it.
    await signUp(app, { email: "old@example.org" });
  });

  it("is spared when something was written: the platform was put back to before it was proven", async () => {
    const person = await signUp(app);
    const entry = { day: "2026-11-21", title: "Mine" };
    const path = "/api/entries/8c2d52f0-53ee-4a4b-9d4f-5c1f8ff1b7a1";
    expect((await person.call("PUT", path, { body: entry })).status).toBe(201);
    await app.sql(
      "platform",
      "UPDATE users SET email_verified_at = NULL, created_at = '2020-01-01' WHERE email = ?",
      [person.email],
    );
    await signUpOnly("beside@example.org", 8 * DAY);
    await eraseUnproven(app.deps);
    expect([await of(person.email), await of("beside@example.org")]).toEqual([1, 0]);
  });

  it("is spared when it is proven at that moment", async () => {
    for (let i = 0; i < 5; i++) {
      const email = `racing${i}@example.org`;
      await signUpOnly(email, 8 * DAY);
      const token = linkToken(app, email);
      const [reply] = await Promise.all([
        call(app, "POST", "/api/auth/verify-email", { body: { token } }),
        eraseUnproven(app.deps),
      ]);
      // Signed in and there, or refused and gone: nothing between.
      expect(await of(email)).toBe(reply.status === 200 ? 1 : 0);
      const [row] = await app.sql("platform", "SELECT status FROM users WHERE email = ?", [email]);
      if (reply.status === 200) expect(row).toEqual({ status: "active" });
    }
  });
});
