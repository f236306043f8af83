import { userInfo } from "node:os";
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from "@jest/globals";
import mysql from "mysql2/promise";
import { openTestApp, type TestApp } from "../../../test/app.ts";
import { workerServices } from "../../../test/databases.ts";
import { call, cookieOf, signUp, type Person, type Reply } from "../../../test/people.ts";
import { codeAt, eventsOf, turnOn } from "../../../test/second-factor.ts";

let app: TestApp;
const start = new Date("2026-11-21T20:00:00.000Z");
beforeAll(async () => {
  app = await openTestApp();
});
afterEach(() => {
  app.clock.now = start;
});
afterAll(() => app.close());

const later = (seconds: number) => {
  app.clock.now = new Date(app.clock.now.getTime() + seconds * 1000);
};
const bearer = (reply: Reply) => ({ authorization: `Bearer ${String(reply.body["accessToken"])}` });
const reauth = (person: Person, body: unknown, headers = {}) =>
  person.call("POST", "/api/auth/reauth", { body, headers });
/** Something that asks for a fresh proof, and destroys nothing: the address to confirm is another. */
const sensitive = (headers: Record<string, string>) =>
  call(app, "DELETE", "/api/me", { body: { confirm: "nobody@example.org" }, headers });
const ASKED = { status: 401, body: { code: "reauth_required" } };
const LET_IN = { status: 400, body: { code: "invalid_request" } };
const isOffTo = (person: Person) => (mail: string) =>
  mail.includes(`To: ${person.email}`) && mail.includes("was switched off");
const headersOf = (person: Person) => ({ authorization: `Bearer ${person.accessToken}` });

describe("what cannot be undone", () => {
  it("is open for five minutes after signing in, and not for a millisecond more", async () => {
    const person = await signUp(app);
    later(300);
    expect(await sensitive(headersOf(person))).toMatchObject(LET_IN);
    later(0.001);
    const reply = await sensitive(headersOf(person));
    expect(reply).toMatchObject({ ...ASKED, body: { ...ASKED.body, methods: ["password"] } });
    expect(reply.headers.get("www-authenticate")).toBe(
      'Bearer error="insufficient_user_authentication", max_age="300"',
    );
  });

  it("is not opened by refreshing, however often", async () => {
    const person = await signUp(app);
    let { cookie } = person;
    for (let minutes = 0; minutes < 6; minutes += 2) {
      later(120);
      const reply = await call(app, "POST", "/api/auth/refresh", { body: {}, headers: { cookie } });
      cookie = cookieOf(reply);
      if (minutes === 4) expect(await sensitive(bearer(reply))).toMatchObject(ASKED);
    }
  });

  it("is open again for five minutes after proving it, for every token of the session", async () => {
    const person = await signUp(app);
    later(600);
    expect(await sensitive(headersOf(person))).toMatchObject(ASKED);
    const proven = await reauth(person, { password: person.password });
    expect(proven.status).toBe(200);
    expect(Object.keys(proven.body).sort()).toEqual(["accessToken", "expiresIn", "user"]);
    for (const headers of [bearer(proven), headersOf(person)]) {
      expect(await sensitive(headers)).toMatchObject(LET_IN);
    }
    later(300);
    expect(await sensitive(bearer(proven))).toMatchObject(LET_IN);
    later(0.001);
    expect(await sensitive(bearer(proven))).toMatchObject(ASKED);
  });

  it("stays shut on the other devices", async () => {
    const person = await signUp(app);
    const other = await call(app, "POST", "/api/auth/login", {
      body: { email: person.email, password: person.password },
    });
    later(600);
    expect((await reauth(person, { password: person.password })).status).toBe(200);
    expect(await sensitive(bearer(other))).toMatchObject(ASKED);
  });
});

describe("proving anew who one is", () => {
  it("trades the refresh token: the one before is a stolen one after ten seconds", async () => {
    const person = await signUp(app);
    const { cookie } = person;
    const proven = await reauth(person, { password: person.password }, { cookie });
    const next = cookieOf(proven);
    expect(next).toMatch(/^timos_rt=./);
    expect(next).not.toBe(cookie);
    const refresh = (rt: string) =>
      call(app, "POST", "/api/auth/refresh", { body: {}, headers: { cookie: rt } });
    later(1);
    const after = await refresh(next);
    expect(after.status).toBe(200);
    later(11);
    expect(await refresh(cookie)).toMatchObject({ body: { code: "refresh_reused" } });
    expect(await refresh(cookieOf(after))).toMatchObject({ body: { code: "session_revoked" } });
  });

  it("leaves the cookie of another session alone (a browser with two accounts)", async () => {
    const [ada, bob] = [await signUp(app), await signUp(app)];
    const proven = await reauth(ada, { password: ada.password }, { cookie: bob.cookie });
    expect(proven.status).toBe(200);
    expect(proven.headers.getSetCookie()).toEqual([]);
    expect(proven.body["user"]).toMatchObject({ email: ada.email });
    const [row] = await app.sql(
      "platform",
      "SELECT generation FROM auth_sessions s JOIN users u ON u.id = s.user_id WHERE u.email = ?",
      [bob.email],
    );
    expect(row).toEqual({ generation: 0 });
  });

  it("takes a session that is alive: neither a cookie alone nor a revoked token", async () => {
    const person = await signUp(app);
    const { cookie } = person;
    const body = { password: person.password };
    expect(
      await call(app, "POST", "/api/auth/reauth", { body, headers: { cookie } }),
    ).toMatchObject({ status: 401, body: { code: "unauthenticated" } });
    await person.call("POST", "/api/auth/logout-all");
    expect(await reauth(person, body)).toMatchObject({ body: { code: "session_revoked" } });
  });

  it("says by what, when nothing is sent, and counts no attempt for asking", async () => {
    const person = await signUp(app);
    for (let i = 0; i < 12; i++) {
      expect(await reauth(person, {})).toMatchObject({
        status: 401,
        body: { code: "reauth_required", methods: ["password"] },
      });
    }
    expect((await reauth(person, { password: person.password })).status).toBe(200);
  });

  it("is refused with a wrong password, and opens nothing", async () => {
    const person = await signUp(app);
    later(600);
    expect(await reauth(person, { password: "not the password" })).toMatchObject({
      status: 401,
      body: { code: "invalid_credentials" },
    });
    expect(await sensitive(headersOf(person))).toMatchObject(ASKED);
    const events = await app.sql(
      "platform",
      "SELECT action, outcome FROM audit_events e JOIN users u ON u.id = e.user_id WHERE u.email = ? AND action LIKE 'reauth%'",
      [person.email],
    );
    expect(events).toEqual([{ action: "reauth.failed", outcome: "failure" }]);
  });

  it("is not a place to guess passwords: ten in ten minutes, whoever asks at once (CVE-2024-1722)", async () => {
    const person = await signUp(app);
    const guesses = await Promise.all(
      Array.from({ length: 15 }, (_, i) => reauth(person, { password: `guess number ${i}` })),
    );
    const codes = guesses.map((reply) => reply.body["code"]).sort();
    expect(codes.filter((code) => code === "invalid_credentials")).toHaveLength(10);
    expect(codes.filter((code) => code === "too_many_attempts")).toHaveLength(5);
    // The blocked answer is the same for the right one.
    const right = await reauth(person, { password: person.password });
    expect(right).toMatchObject({ status: 429, body: { code: "too_many_attempts" } });
    expect(Number(right.headers.get("retry-after"))).toBeGreaterThan(0);
    // Nobody else is hindered, and its owner goes on with what asks for no proof.
    expect((await person.call("GET", "/api/me")).status).toBe(200);
    const other = await signUp(app);
    expect((await reauth(other, { password: other.password })).status).toBe(200);
  });

  it("counts what fails towards the hundred in a row, after which the password is taken no more", async () => {
    const person = await signUp(app);
    const { limits } = app.deps;
    const account = limits.keyOf(person.email);
    for (let i = 0; i < 90; i++) await limits.failuresInARow.count(account, app.clock.now);
    for (let i = 0; i < 10; i++) {
      const reply = await reauth(person, { password: `guess number ${i}` });
      expect(reply).toMatchObject({ status: 401, body: { code: "invalid_credentials" } });
    }
    for (let i = 0; i < 200 && !app.mails().some(isOffTo(person)); i++) {
      await new Promise((done) => setTimeout(done, 25));
    }
    expect(app.mails().filter(isOffTo(person))).toHaveLength(1);
    const { email, password } = person;
    const right = await call(app, "POST", "/api/auth/login", { body: { email, password } });
    expect(right).toMatchObject({ status: 401, body: { code: "invalid_credentials" } });
    const events = await eventsOf(app, person);
    expect(events.filter((event) => event === "reauth.failed failure")).toHaveLength(10);
    expect(events).toContain("password.blocked denied");
  });

  it("ends the row of failures when it succeeds", async () => {
    const person = await signUp(app);
    const { limits } = app.deps;
    const account = limits.keyOf(person.email);
    for (let i = 0; i < 99; i++) await limits.failuresInARow.count(account, app.clock.now);
    expect((await reauth(person, { password: person.password })).status).toBe(200);
    await reauth(person, { password: "not the password" });
    expect((await reauth(person, { password: person.password })).status).toBe(200);
  });

  it("does not use up its attempts when it succeeds", async () => {
    const person = await signUp(app);
    for (let i = 0; i < 12; i++) {
      expect((await reauth(person, { password: person.password })).status).toBe(200);
    }
  });

  /** Lets `happen` while a password, which is right, is looked at. */
  const meanwhile = (happen: () => Promise<unknown>) =>
    jest.spyOn(app.deps.passwords, "isRight").mockImplementationOnce(async () => {
      await happen();
      return true;
    });

  it("asks for the code of a second factor that was set up while the password was looked at", async () => {
    const person = await signUp(app);
    meanwhile(() => turnOn(app, person));
    expect(await reauth(person, { password: person.password })).toMatchObject({
      status: 401,
      body: { code: "reauth_required", methods: ["password", "totp", "recovery"] },
    });
    expect(await eventsOf(app, person)).not.toContain("reauth.succeeded success");
  });

  it("is not done by a password that was replaced while it was looked at", async () => {
    const person = await signUp(app);
    later(600);
    meanwhile(() =>
      app.sql("platform", "UPDATE users SET password_hash = 'another' WHERE email = ?", [
        person.email,
      ]),
    );
    expect(await reauth(person, { password: person.password })).toMatchObject({
      body: { code: "invalid_credentials" },
    });
    expect(await sensitive(headersOf(person))).toMatchObject(ASKED);
  });

  it.each([
    ["the password alone", false],
    ["a code beside it", true],
  ])(
    "is not done by a password that is being replaced at that moment: %s",
    async (_, isWithCode) => {
      const person = await signUp(app);
      const secret = isWithCode ? (await turnOn(app, person)).secret : undefined;
      later(600);
      const code = secret && { code: codeAt(secret, app.clock.now) };
      const { adminSocket, platformDatabase: database } = workerServices();
      const other = await mysql.createConnection({
        socketPath: adminSocket,
        user: userInfo().username,
        database,
      });
      try {
        await other.beginTransaction();
        await other.query("UPDATE users SET password_hash = 'another' WHERE email = ?", [
          person.email,
        ]);
        const reply = reauth(person, { password: person.password, ...code });
        await waiting(database);
        await other.commit();
        expect(await reply).toMatchObject({ status: 401, body: { code: "invalid_credentials" } });
      } finally {
        await other.end();
      }
      expect(await sensitive(headersOf(person))).toMatchObject(ASKED);
    },
  );

  /** Resolves when a request waits for the row of a user that somebody else holds. */
  async function waiting(database: string): Promise<void> {
    for (let tries = 0; tries < 200; tries++) {
      const rows = await app.sql(
        "platform",
        "SELECT 1 FROM information_schema.processlist WHERE db = ? AND info LIKE '%FROM users WHERE%FOR UPDATE%' AND id <> CONNECTION_ID()",
        [database],
      );
      if (rows.length > 0) return;
      await new Promise((done) => setTimeout(done, 20));
    }
    throw new Error("nobody waits");
  }

  it("takes no identity from the body (CVE-2025-61928)", async () => {
    const [ada, mallory] = [await signUp(app), await signUp(app)];
    const { id } = (await ada.call("GET", "/api/me")).body;
    for (const more of [{ userId: id }, { authTime: "2030-01-01" }, { assurance: 2 }]) {
      expect(await reauth(mallory, { password: mallory.password, ...more })).toMatchObject(LET_IN);
    }
  });

  it("is not open to a password that was switched off", async () => {
    const person = await signUp(app);
    await app.sql("platform", "UPDATE users SET password_blocked_at = NOW(3) WHERE email = ?", [
      person.email,
    ]);
    expect(await reauth(person, { password: person.password })).toMatchObject({
      body: { code: "invalid_credentials" },
    });
  });
});

describe("proving anew who one is, with a second factor set up", () => {
  it("takes both: neither the password nor a code is enough", async () => {
    const person = await signUp(app);
    const { secret } = await turnOn(app, person);
    later(600);
    const code = () => codeAt(secret, app.clock.now);
    const methods = ["password", "totp", "recovery"];
    const asked = { status: 401, body: { code: "reauth_required", methods } };
    expect(await reauth(person, { password: person.password })).toMatchObject(asked);
    expect(await reauth(person, { code: code() })).toMatchObject(asked);
    expect(await sensitive(headersOf(person))).toMatchObject(asked);

    // A wrong password does not use the code up.
    expect(await reauth(person, { password: "not the password", code: code() })).toMatchObject({
      body: { code: "invalid_credentials" },
    });
    expect(await reauth(person, { password: person.password, code: "000000" })).toMatchObject({
      body: { code: "mfa_invalid_code" },
    });
    expect(await sensitive(headersOf(person))).toMatchObject(ASKED);
    expect((await reauth(person, { password: person.password, code: code() })).status).toBe(200);
    expect(await sensitive(headersOf(person))).toMatchObject(LET_IN);
    const [row] = await app.sql(
      "platform",
      "SELECT amr, assurance FROM auth_sessions s JOIN users u ON u.id = s.user_id WHERE u.email = ? AND revoked_at IS NULL",
      [person.email],
    );
    expect(row).toEqual({ amr: "pwd,otp", assurance: 2 });
  });

  it("takes a code once: of twenty that come at once one succeeds", async () => {
    const person = await signUp(app);
    const { secret } = await turnOn(app, person);
    later(600);
    const sent = { password: person.password, code: codeAt(secret, app.clock.now) };
    const replies = await Promise.all(Array.from({ length: 20 }, () => reauth(person, sent)));
    expect(replies.filter((reply) => reply.status === 200)).toHaveLength(1);
    const refused = new Set(
      replies.filter((reply) => reply.status !== 200).map((reply) => reply.body["code"]),
    );
    expect([...refused].sort()).toEqual(
      [...refused]
        .filter((code) =>
          ["mfa_code_already_used", "too_many_attempts", "mfa_invalid_code"].includes(String(code)),
        )
        .sort(),
    );
    expect((await reauth(person, sent)).status).not.toBe(200);
  });

  it("takes a recovery code in place of one from the app, once", async () => {
    const person = await signUp(app);
    const { recoveryCodes } = await turnOn(app, person);
    later(600);
    const sent = { password: person.password, code: recoveryCodes[3] };
    expect((await reauth(person, sent)).status).toBe(200);
    expect((await reauth(person, sent)).status).toBe(401);
  });

  it("takes the code alone of somebody who has no password", async () => {
    const person = await signUp(app);
    const { secret } = await turnOn(app, person);
    await app.sql("platform", "UPDATE users SET password_hash = NULL WHERE email = ?", [
      person.email,
    ]);
    later(600);
    expect(await reauth(person, { password: "anything at all" })).toMatchObject({
      ...ASKED,
      body: { methods: ["totp", "recovery"] },
    });
    const code = codeAt(secret, app.clock.now);
    expect((await reauth(person, { code })).status).toBe(200);
    expect(await sensitive(headersOf(person))).toMatchObject(LET_IN);
  });
});

describe("somebody without a password and without codes", () => {
  it("is told that it takes a passkey or a provider, and is not let in by an empty proof", async () => {
    const person = await signUp(app);
    await app.sql("platform", "UPDATE users SET password_hash = NULL WHERE email = ?", [
      person.email,
    ]);
    later(600);
    for (const body of [{}, { password: "" }, { code: "" }, { password: "x", code: "000000" }]) {
      expect(await reauth(person, body)).toMatchObject({
        ...ASKED,
        body: { methods: [], detail: expect.stringContaining("Forgot your password?") as unknown },
      });
    }
    expect(await sensitive(headersOf(person))).toMatchObject(ASKED);
  });
});

describe("whoever has to have proven two factors", () => {
  it.each([
    ["by the rules of their tenant", "UPDATE tenants SET mfa_required = 1"],
    ["by their role on the platform", "UPDATE users SET platform_role = 'superadmin'"],
  ])("is not believed by a password alone: %s", async (_, rule) => {
    const person = await signUp(app);
    // As after signing in by a passkey, without a second factor beside the password.
    await app.sql("platform", "UPDATE auth_sessions SET amr = 'hwk', assurance = 2");
    await app.sql("platform", rule);
    later(600);
    const reply = await reauth(person, { password: person.password });
    expect(reply).toMatchObject({ ...ASKED, body: { ...ASKED.body, methods: [] } });
    expect(await sensitive(headersOf(person))).toMatchObject(ASKED);
    await app.sql("platform", "UPDATE tenants SET mfa_required = 0");
    await app.sql("platform", "UPDATE users SET platform_role = NULL");
  });
});
