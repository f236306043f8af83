import { request } from "node:http";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { openTestApp, type TestApp } from "../../../test/app.ts";
import { call, linkToken, signUp, type Person, type Reply } from "../../../test/people.ts";
import { codeAt, signIn, turnOn } from "../../../test/second-factor.ts";

let app: TestApp;
beforeAll(async () => {
  app = await openTestApp();
});
afterAll(() => app.close());
// Nobody in here is a stranger: what counts is tested in lockout.test.ts.
beforeEach(async () => {
  const { Redis } = await import("ioredis");
  const redis = new Redis(app.deps.config.redisUrl);
  await redis.flushdb();
  redis.disconnect();
});

const PHRASE = "a brand new pass phrase";

const forgot = (email: string, headers: Readonly<Record<string, string>> = {}) =>
  call(app, "POST", "/api/auth/password/forgot", { body: { email }, headers });
const reset = (body: object, headers: Readonly<Record<string, string>> = {}) =>
  call(app, "POST", "/api/auth/password/reset", { body: { password: PHRASE, ...body }, headers });
const login = (email: string, password: string) =>
  call(app, "POST", "/api/auth/login", { body: { email, password } });

const resetMails = (email: string) =>
  app
    .mails()
    .filter((mail) => mail.includes(`To: ${email}`) && mail.includes("Choose a new password"));

/** Asks for a link and waits for its mail. @returns its token. */
async function resetToken(email: string): Promise<string> {
  const before = resetMails(email).length;
  expect((await forgot(email)).status).toBe(202);
  await until(() => resetMails(email).length > before);
  const mail = resetMails(email).at(-1) ?? "";
  const token = /http:\/\/127\.0\.0\.1:3000\/reset-password#token=([\w-]{32})\s/.exec(mail)?.[1];
  if (token === undefined) throw new Error("there is no link in the mail");
  return token;
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (await holds()) return;
    await new Promise((done) => setTimeout(done, 25));
  }
  throw new Error("it did not come to pass");
}

const GONE = { status: 410, body: { code: "gone" } };
const later = (seconds: number) => {
  app.clock.now = new Date(app.clock.now.getTime() + seconds * 1000);
};
const shown = ({ status, headers, body: { requestId: _, ...body } }: Reply) => ({
  status,
  body,
  headers: [...headers]
    .filter(([name]) => !["date", "x-request-id", "ratelimit"].includes(name))
    .map(([name, value]) => `${name}: ${value}`),
});

describe("a forgotten password", () => {
  it("is set anew by the link of a mail, which signs everybody out and nobody in", async () => {
    const person = await signUp(app);
    const token = await resetToken(person.email);
    const reply = await reset({ token });
    expect(reply.status).toBe(204);
    expect(reply.headers.getSetCookie().map((cookie) => cookie.split("=")[0])).toEqual([
      "timos_dev",
    ]);
    expect(await person.call("GET", "/api/me")).toMatchObject({
      status: 401,
      body: { code: "session_revoked" },
    });
    const { cookie } = person;
    expect(
      await call(app, "POST", "/api/auth/refresh", { body: {}, headers: { cookie } }),
    ).toMatchObject({ status: 401 });
    expect((await login(person.email, person.password)).status).toBe(401);
    expect((await login(person.email, PHRASE)).status).toBe(200);
    await until(() =>
      app
        .mails()
        .some((mail) => mail.includes(`To: ${person.email}`) && mail.includes("was changed")),
    );
    const events = await app.sql(
      "platform",
      "SELECT action FROM audit_events e JOIN users u ON u.id = e.user_id WHERE u.email = ? AND action LIKE 'password.%' ORDER BY e.id",
      [person.email],
    );
    expect(events.map((event) => String(event["action"]))).toEqual([
      "password.reset_requested",
      "password.reset",
    ]);
  });

  it("has a link that works once: of many uses at once one succeeds (GHSA-7w99-5wm4-3g79)", async () => {
    const person = await signUp(app);
    const token = await resetToken(person.email);
    const replies = await Promise.all(
      Array.from({ length: 6 }, (_, i) => reset({ token, password: `${PHRASE} ${i}` })),
    );
    expect(replies.map((reply) => reply.status).sort()).toEqual([204, 410, 410, 410, 410, 410]);
    expect(await reset({ token })).toMatchObject(GONE);
  });

  it("has links of which a used one takes the others with it, and half an hour all of them", async () => {
    const person = await signUp(app);
    const [first, second] = [await resetToken(person.email), await resetToken(person.email)];
    expect((await reset({ token: second })).status).toBe(204);
    expect(await reset({ token: first })).toMatchObject(GONE);
    const late = await resetToken(person.email);
    later(30 * 60);
    expect(await reset({ token: late })).toMatchObject(GONE);
  });

  it("has a link that no other kind of link stands in for", async () => {
    const person = await signUp(app);
    await call(app, "POST", "/api/auth/signup", {
      body: { email: "unproven@example.org", password: "correct horse battery" },
    });
    const proof = linkToken(app, "unproven@example.org");
    expect(await reset({ token: proof })).toMatchObject(GONE);
    const token = await resetToken(person.email);
    const verified = await call(app, "POST", "/api/auth/verify-email", { body: { token } });
    expect(verified).toMatchObject(GONE);
    const altered = token.replace(/.$/, (last) => (last === "A" ? "Q" : "A"));
    expect(await reset({ token: altered })).toMatchObject(GONE);
    expect((await reset({ token })).status).toBe(204);
  });

  it("is not set to a weak one, which does not use the link up", async () => {
    const person = await signUp(app, { email: "weakling.of.old@example.org" });
    const token = await resetToken(person.email);
    for (const password of ["short", "Password1234!", "weakling.of.old"]) {
      expect(await reset({ token, password })).toMatchObject({
        status: 422,
        body: { code: "weak_password", errors: [{ path: "body.password" }] },
      });
    }
    expect((await reset({ token })).status).toBe(204);
  });

  it("has what was begun before it end: sign-ins under way, links, trusted and known devices", async () => {
    const person = await signUp(app);
    const kept = await turnOn(app, person);
    const mfaToken = String((await signIn(app, person)).body["mfaToken"]);
    const code = () => codeAt(kept.secret, app.clock.now);
    later(30);
    const trusted = await call(app, "POST", "/api/auth/mfa/verify", {
      body: { mfaToken, method: "totp", code: code(), trustDevice: true },
    });
    const cookie = trusted.headers
      .getSetCookie()
      .map((set) => set.split(";")[0])
      .join("; ");
    expect((await signIn(app, person, { cookie })).body).toHaveProperty("accessToken");
    const pending = String((await signIn(app, person)).body["mfaToken"]);
    const [{ id = "", tenant = "" } = {}] = (await app.sql(
      "platform",
      "SELECT id, tenant_id AS tenant FROM users WHERE email = ?",
      [person.email],
    )) as { id?: string; tenant?: string }[];
    for (const purpose of ["change_email", "sign_in_pass", "undo_email_change"]) {
      await app.sql(
        "platform",
        "INSERT INTO one_time_tokens (selector, tenant_id, user_id, purpose, secret_hash, created_at, expires_at) VALUES (RANDOM_BYTES(8), ?, ?, ?, RANDOM_BYTES(32), NOW(3), NOW(3))",
        [tenant, id, purpose],
      );
    }
    later(30);
    const token = await resetToken(person.email);
    expect((await reset({ token, code: code() })).status).toBe(204);
    later(30);
    const late = await call(app, "POST", "/api/auth/mfa/verify", {
      body: { mfaToken: pending, method: "totp", code: code() },
    });
    expect(late).toMatchObject({ status: 401, body: { code: "mfa_token_expired" } });
    // The device is asked for the second factor again.
    const again = await signIn(app, { ...person, password: PHRASE }, { cookie });
    expect(again.body).toMatchObject({ mfaRequired: true });
    // What undoes a change of address is the owner's way back, and goes on working (unexpired e-mail change).
    const rows = await app.sql(
      "platform",
      "SELECT purpose FROM one_time_tokens WHERE user_id = ?",
      [id],
    );
    expect(rows.map((row) => String(row["purpose"]))).toEqual(["undo_email_change"]);
    const devices = await app.sql("platform", "SELECT 1 FROM known_devices WHERE user_id = ?", [
      id,
    ]);
    expect(devices).toHaveLength(1);
  });
});

describe("a link to choose a password, where a second factor is set up", () => {
  const scene = async () => {
    const person = await signUp(app);
    const kept = await turnOn(app, person);
    later(30);
    return { person, kept, token: await resetToken(person.email) };
  };
  const rightCode = (secret: string) => codeAt(secret, app.clock.now);

  it("does not stand in for it (ory/kratos#4317): without a code it is asked for, and nothing happens", async () => {
    const { person, kept, token } = await scene();
    const asked = await reset({ token });
    expect(asked).toMatchObject({
      status: 401,
      body: {
        code: "mfa_required",
        methods: ["totp", "recovery"],
        errors: [{ path: "body.code" }],
      },
    });
    expect((await person.call("GET", "/api/me")).status).toBe(200);
    expect(await reset({ token, code: "000000" })).toMatchObject({
      status: 401,
      body: { code: "mfa_invalid_code" },
    });
    expect((await reset({ token, code: rightCode(kept.secret) })).status).toBe(204);
    const signedIn = await signIn(app, { ...person, password: PHRASE });
    expect(signedIn.body).toMatchObject({ mfaRequired: true });
  });

  it("takes a recovery code, and uses it up", async () => {
    const { kept, token, person } = await scene();
    const [code] = kept.recoveryCodes;
    expect((await reset({ token, code })).status).toBe(204);
    const another = await resetToken(person.email);
    expect((await reset({ token: another, code })).status).toBe(401);
  });

  it("is used up by five wrong codes (CVE-2026-56450)", async () => {
    const { person, kept, token } = await scene();
    for (let i = 0; i < 5; i++) {
      expect(await reset({ token, code: `00000${i}` })).toMatchObject({
        body: { code: "mfa_invalid_code" },
      });
    }
    expect(await reset({ token, code: rightCode(kept.secret) })).toMatchObject(GONE);
    expect((await login(person.email, person.password)).status).toBe(200);
  });

  it("does not take one code twice", async () => {
    const { person, kept, token } = await scene();
    const code = rightCode(kept.secret);
    expect((await reset({ token, code })).status).toBe(204);
    const another = await resetToken(person.email);
    expect(await reset({ token: another, code })).toMatchObject({
      status: 401,
      body: { code: "mfa_code_already_used" },
    });
  });
});

describe("a link to choose a password, for an address that nobody has proven", () => {
  it("is the proof, and leaves a stranger who signed up with it nothing (pre-hijacking)", async () => {
    const email = "victim@example.org";
    const password = "the stranger's password";
    await call(app, "POST", "/api/auth/signup", { body: { email, password, displayName: "Eve" } });
    const planted = linkToken(app, email);
    const token = await resetToken(email);
    expect((await reset({ token })).status).toBe(204);
    expect((await login(email, password)).status).toBe(401);
    expect(await login(email, PHRASE)).toMatchObject({
      status: 200,
      body: { user: { email, displayName: "victim" } },
    });
    const proof = await call(app, "POST", "/api/auth/verify-email", { body: { token: planted } });
    expect(proof).toMatchObject(GONE);
  });
});

describe("who has an account", () => {
  it("is not told by forgetting a password: the same answer after the same time", async () => {
    const person = await signUp(app);
    const suspended = await signUp(app);
    await app.sql("platform", "UPDATE users SET status = 'suspended' WHERE email = ?", [
      suspended.email,
    ]);
    const timed = async (email: string) => {
      const started = performance.now();
      const reply = await forgot(email);
      return { reply: shown(reply), ms: performance.now() - started };
    };
    const answers = [];
    for (const email of [person.email, suspended.email, "nobody@example.org"]) {
      answers.push(await timed(email));
    }
    for (const { reply, ms } of answers) {
      expect(reply).toEqual(answers[0]?.reply);
      expect(ms).toBeGreaterThanOrEqual(299);
    }
    await until(() => resetMails(person.email).length === 1);
    expect(resetMails(suspended.email)).toEqual([]);
    expect(resetMails("nobody@example.org")).toEqual([]);
  });

  it("is not told by how many links were asked for: past three an hour nothing is sent and nothing said", async () => {
    const person = await signUp(app);
    const replies = [];
    for (let i = 0; i < 5; i++) replies.push(shown(await forgot(person.email)));
    for (const reply of replies) expect(reply).toEqual(replies[0]);
    await until(() => resetMails(person.email).length >= 3);
    expect(resetMails(person.email)).toHaveLength(3);
  });

  it("is not told by a link that never was", async () => {
    for (const token of ["A".repeat(32), "0123456789abcdefghijklmnopqrstuv"]) {
      expect(await reset({ token })).toMatchObject(GONE);
    }
    expect(await reset({ token: "short" })).toMatchObject({ status: 400 });
  });
});

describe("where a link leads", () => {
  it("is not up to who asks for it (CVE-2026-27812): Host and what proxies add are not looked at", async () => {
    const person = await signUp(app);
    const evil = "evil.example";
    const status = await new Promise<number>((resolve, reject) => {
      const body = JSON.stringify({ email: person.email });
      const sent = request(`${app.url}/api/auth/password/forgot`, {
        method: "POST",
        headers: {
          host: evil,
          "content-type": "application/json",
          "content-length": body.length,
          "x-forwarded-host": evil,
          "x-forwarded-proto": "https",
          "x-original-host": evil,
          forwarded: `host=${evil};proto=https`,
          origin: `https://${evil}`,
          referer: `https://${evil}/`,
        },
      });
      sent.on("response", (reply) => {
        reply.resume();
        resolve(reply.statusCode ?? 0);
      });
      sent.on("error", reject);
      sent.end(body);
    });
    expect(status).toBe(202);
    await until(() => resetMails(person.email).length === 1);
    const [mail = ""] = resetMails(person.email);
    expect(mail).not.toContain(evil);
    expect(mail).toContain("http://127.0.0.1:3000/reset-password#token=");
  });
});

describe("an address that is not exactly one", () => {
  const victim = "target@example.org";
  it.each([
    ["a full-width at-sign (GHSA-7rqj-j65f-68wh)", "target\uff20example.org"],
    ["a small at-sign", "target\ufe6bexample.org"],
    ["a Kelvin sign, which is a k in lower case", "tar\u212aet@example.org"],
    ["a dotless i", "v\u0131ctim@example.org"],
    ["a full-width full stop", "target@example\uff0eorg"],
    ["a list with a comma (CVE-2022-35924)", "target@example.org,eve@evil.example"],
    ["a list with a semicolon", "target@example.org;eve@evil.example"],
    ["a list with a space", "target@example.org eve@evil.example"],
    ["a full-width comma", "target@example.org\uff0ceve@evil.example"],
    ["a name around it", '"Eve" <target@example.org>'],
    ["another header", "target@example.org\r\nBcc: eve@evil.example"],
    ["a space before it", " target@example.org"],
    ["nothing before the at-sign", "@example.org"],
    ["two at-signs", "target@example.org@evil.example"],
    ["an object", { email: "target@example.org" }],
    ["two of them", ["target@example.org", "eve@evil.example"]],
  ])("is refused everywhere: %s", async (_, email) => {
    const before = app.mails().length;
    for (const [path, more] of [
      ["signup", { password: PHRASE }],
      ["login", { password: PHRASE }],
      ["password/forgot", {}],
      ["verify-email/resend", {}],
    ] as const) {
      const reply = await call(app, "POST", `/api/auth/${path}`, { body: { email, ...more } });
      expect(reply).toMatchObject({
        status: 400,
        body: { code: "invalid_request", errors: [{ path: "body.email" }] },
      });
    }
    expect(app.mails()).toHaveLength(before);
    expect(await app.sql("platform", "SELECT 1 FROM users WHERE email = ?", [victim])).toEqual([]);
  });
});

describe("changing the password", () => {
  const change = (person: Pick<Person, "call">, body: object, cookie?: string) =>
    person.call("POST", "/api/auth/password/change", {
      body,
      ...(cookie === undefined ? {} : { headers: { cookie } }),
    });

  it("signs out every other device, and goes on here with another refresh token", async () => {
    const person = await signUp(app);
    const elsewhere = String((await login(person.email, person.password)).body["accessToken"]);
    const link = await resetToken(person.email);
    const body = { currentPassword: person.password, newPassword: PHRASE };
    const reply = await change(person, body, person.cookie);
    expect(reply.status).toBe(200);
    expect(Object.keys(reply.body).sort()).toEqual(["accessToken", "expiresIn", "user"]);
    const cookie = reply.headers.getSetCookie()[0]?.split(";")[0] ?? "";
    expect(cookie).toMatch(/^timos_rt=/);
    expect(cookie).not.toBe(person.cookie);
    expect((await person.call("GET", "/api/me")).status).toBe(200);
    const other = await call(app, "GET", "/api/me", {
      headers: { authorization: `Bearer ${elsewhere}` },
    });
    expect(other).toMatchObject({ status: 401, body: { code: "session_revoked" } });
    const refreshed = await call(app, "POST", "/api/auth/refresh", {
      body: {},
      headers: { cookie },
    });
    expect(refreshed.status).toBe(200);
    expect((await login(person.email, person.password)).status).toBe(401);
    expect((await login(person.email, PHRASE)).status).toBe(200);
    // A link that was mailed before lets nobody undo it.
    expect(await reset({ token: link, password: "yet another pass phrase" })).toMatchObject(GONE);
    await until(() =>
      app
        .mails()
        .some((mail) => mail.includes(`To: ${person.email}`) && mail.includes("was changed")),
    );
  });

  it("is a proof of who one is, and takes no other", async () => {
    const person = await signUp(app);
    later(600);
    const stale = await person.call("DELETE", "/api/auth/mfa/totp");
    expect(stale.body).toMatchObject({ code: "reauth_required" });
    const body = { currentPassword: person.password, newPassword: PHRASE };
    expect((await change(person, body)).status).toBe(200);
    const fresh = await person.call("DELETE", "/api/auth/mfa/totp");
    expect(fresh.body["code"]).not.toBe("reauth_required");
  });

  it("takes the current password, counts wrong ones, and then stops regardless of it", async () => {
    const person = await signUp(app);
    const sessions = [];
    for (let i = 0; i < 10; i++) {
      sessions.push(
        await change(person, { currentPassword: `wrong guess ${i}`, newPassword: PHRASE }),
      );
    }
    for (const reply of sessions) {
      expect(reply).toMatchObject({ status: 401, body: { code: "invalid_credentials" } });
    }
    const body = { currentPassword: person.password, newPassword: PHRASE };
    const blocked = await change(person, body);
    expect(blocked).toMatchObject({ status: 429, body: { code: "too_many_attempts" } });
    expect(Number(blocked.headers.get("retry-after"))).toBe(900);
    // The owner signs in with it all the while: what somebody does with a stolen token is counted by itself.
    expect((await login(person.email, person.password)).status).toBe(200);
    expect(await change(person, { newPassword: PHRASE })).toMatchObject({
      status: 400,
      body: { errors: [{ path: "body.currentPassword" }] },
    });
  });

  it("lets of many guesses at once ten by (CVE-2024-1722)", async () => {
    const person = await signUp(app);
    const replies = await Promise.all(
      Array.from({ length: 25 }, (_, i) =>
        change(person, { currentPassword: `wrong guess ${i}`, newPassword: PHRASE }),
      ),
    );
    expect(replies.filter((reply) => reply.status === 401)).toHaveLength(10);
  });

  it("refuses a weak one, and repeats nothing of it", async () => {
    const person = await signUp(app);
    const reply = await change(person, {
      currentPassword: person.password,
      newPassword: "Qwertyuiop123",
    });
    expect(reply).toMatchObject({
      status: 422,
      body: { code: "weak_password", errors: [{ path: "body.newPassword" }] },
    });
    expect(JSON.stringify(reply.body).toLowerCase()).not.toContain("qwertyuiop123");
    expect(app.logged().toLowerCase()).not.toContain("qwertyuiop123");
  });

  it("makes one of two changes that come at once", async () => {
    const person = await signUp(app);
    const replies = await Promise.all(
      ["one", "two", "three"].map((which) =>
        change(person, { currentPassword: person.password, newPassword: `${PHRASE} ${which}` }),
      ),
    );
    expect(replies.filter((reply) => reply.status === 200)).toHaveLength(1);
  });

  it("lets who has none set their first, when they have just proved who they are", async () => {
    const person = await signUp(app);
    await app.sql("platform", "UPDATE users SET password_hash = NULL WHERE email = ?", [
      person.email,
    ]);
    later(301);
    expect(await change(person, { newPassword: PHRASE })).toMatchObject({
      status: 401,
      body: { code: "reauth_required", methods: [] },
    });
    await app.sql("platform", "UPDATE auth_sessions SET auth_time = ?", [app.clock.now]);
    expect((await change(person, { newPassword: PHRASE })).status).toBe(200);
    expect((await login(person.email, PHRASE)).status).toBe(200);
  });

  it("is for whoever is signed in, not for whom a body names (CVE-2025-61928)", async () => {
    const person = await signUp(app);
    const body = { currentPassword: person.password, newPassword: PHRASE };
    expect(await call(app, "POST", "/api/auth/password/change", { body })).toMatchObject({
      status: 401,
    });
    expect(await change(person, { ...body, userId: "x" })).toMatchObject({ status: 400 });
  });
});
