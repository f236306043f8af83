import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { Redis } from "ioredis";
import type { Endpoint } from "../src/contract/endpoint.ts";
import { contract } from "../src/contract/index.ts";
import { lockoutFactory, lockoutInMemory, type LockoutRule } from "../src/lib/lockout.ts";
import { openTestApp, type TestApp } from "./app.ts";
import { call, linkToken, signUp, type Person } from "./people.ts";
import { send } from "./raw.ts";
import { answer, askedFor, codeAt, protectedPerson, signIn } from "./second-factor.ts";

// What went wrong with signing in elsewhere: docs/security/attacks.md says what each id is about.

let app: TestApp;
const start = new Date("2026-11-21T20:00:00.000Z");
beforeAll(async () => {
  app = await openTestApp({ TRUST_PROXY: "127.0.0.1" });
});
beforeEach(async () => {
  const redis = new Redis(app.deps.config.redisUrl);
  await redis.flushdb();
  redis.disconnect();
});
afterEach(() => {
  app.clock.now = start;
});
afterAll(() => app.close());

const PHRASE = "a brand new pass phrase";
const mailsTo = (email: string, about: string) =>
  app.mails().filter((mail) => mail.includes(`To: ${email}`) && mail.includes(about));

async function eventually<T>(look: () => T, isSo: (found: T) => boolean): Promise<T> {
  for (let tries = 0; tries < 200; tries++) {
    if (isSo(look())) return look();
    await new Promise((done) => setTimeout(done, 25));
  }
  throw new Error("it did not come to pass");
}

describe("codes and links that are under way (Devlaner/devlane#386)", () => {
  const forgot = (email: string, from: string) =>
    call(app, "POST", "/api/auth/password/forgot", {
      body: { email },
      headers: { "x-forwarded-for": from },
    });

  it("of somebody who forgot the password stay good, however many links a stranger asks for", async () => {
    const { email } = await signUp(app);
    await forgot(email, "203.0.113.1");
    const [mail] = await eventually(
      () => mailsTo(email, "Choose a new password"),
      (mails) => mails.some((text) => text.includes("/reset-password#token=")),
    );
    const token = /#token=([\w-]{32})/.exec(mail ?? "")?.[1];
    for (let i = 0; i < 4; i++) await forgot(email, "198.51.100.7");
    const body = { token, password: PHRASE };
    expect((await call(app, "POST", "/api/auth/password/reset", { body })).status).toBe(204);
  });

  it("of somebody who confirms an address stay good, however many links a stranger asks for", async () => {
    const email = "waiting@example.org";
    const browser = await call(app, "POST", "/api/auth/signup", {
      body: { email, password: "correct horse battery" },
    });
    const token = linkToken(app, email);
    for (let i = 0; i < 4; i++) {
      await call(app, "POST", "/api/auth/verify-email/resend", {
        body: { email },
        headers: { "x-forwarded-for": "198.51.100.7" },
      });
    }
    const cookie = browser.headers.getSetCookie()[0]?.split(";")[0] ?? "";
    const reply = await call(app, "POST", "/api/auth/verify-email", {
      body: { token },
      headers: { cookie },
    });
    expect(reply.status).toBe(200);
  });

  it("of somebody who is asked for the second factor stay good, whoever else is asked meanwhile", async () => {
    const person = await protectedPerson(app);
    const own = await askedFor(app, person);
    for (let i = 0; i < 5; i++) await askedFor(app, person);
    const reply = await answer(app, own, "totp", codeAt(person.secret, app.clock.now));
    expect(reply.status).toBe(200);
  });
});

describe("a password that is blocked after too many failures", () => {
  const block = ({ email }: Person) =>
    app.sql("platform", "UPDATE users SET password_blocked_at = NOW(3) WHERE email = ?", [email]);

  it("Infisical/infisical#5947, CVE-2026-9798: opens none of the ways that take a password", async () => {
    const person = await signUp(app);
    await block(person);
    const { email, password } = person;
    const tried = [
      await signIn(app, person),
      await person.call("POST", "/api/auth/reauth", { body: { password } }),
      await person.call("POST", "/api/auth/password/change", {
        body: { currentPassword: password, newPassword: PHRASE },
      }),
    ];
    expect(tried.map(({ status }) => status)).not.toContain(200);
    expect((await signIn(app, { ...person, password: PHRASE })).status).toBe(401);
    const [row] = await app.sql(
      "platform",
      "SELECT COUNT(*) AS n FROM auth_sessions s JOIN users u ON u.id = s.user_id WHERE u.email = ?",
      [email],
    );
    expect(row).toEqual({ n: 1 });
  });
});

const EXTREME: LockoutRule = {
  name: "extreme",
  first: 3,
  next: 1,
  withinSeconds: 900,
  // As somebody configured it: 21,900 days, in milliseconds far beyond 32 bits.
  waitSeconds: 21_900 * 86_400,
  maxWaitSeconds: 21_900 * 86_400,
  forgetSeconds: 21_900 * 86_400,
};

describe("a wait that is longer than any number that was thought of (keycloak/keycloak#30939)", () => {
  it.each(["in Redis", "in memory"])("is a wait, %s", async (where) => {
    const redis = new Redis(app.deps.config.redisUrl);
    try {
      const lockout =
        where === "in Redis" ? lockoutFactory(redis)(EXTREME) : lockoutInMemory(EXTREME);
      const attempts = [];
      for (let i = 0; i < 4; i++) attempts.push(await lockout.count("victim", start));
      expect(attempts.map(({ waitSeconds }) => waitSeconds > 0)).toEqual([
        false,
        false,
        false,
        true,
      ]);
      expect(await lockout.look("victim", start)).toBe(EXTREME.waitSeconds);
    } finally {
      redis.disconnect();
    }
  });

  it.each(["in Redis", "in memory"])("goes on being the longest after many, %s", async (where) => {
    const redis = new Redis(app.deps.config.redisUrl);
    const rule = { ...EXTREME, name: "many", first: 1, waitSeconds: 30, maxWaitSeconds: 900 };
    try {
      const lockout = where === "in Redis" ? lockoutFactory(redis)(rule) : lockoutInMemory(rule);
      let now = start.getTime();
      let last = 0;
      for (let i = 0; i < 80; i++) {
        await lockout.count("victim", new Date(now));
        last = await lockout.look("victim", new Date(now));
        now += 900_000;
      }
      expect(last).toBe(900);
    } finally {
      redis.disconnect();
    }
  });

  it.each(["in Redis", "in memory"])(
    "keycloak/keycloak#30969: a rule without any wait still says when it is reached, %s",
    async (where) => {
      const redis = new Redis(app.deps.config.redisUrl);
      const rule = { ...EXTREME, name: "no wait", waitSeconds: 0, maxWaitSeconds: 0 };
      try {
        const lockout = where === "in Redis" ? lockoutFactory(redis)(rule) : lockoutInMemory(rule);
        const begins = [];
        for (let i = 0; i < 4; i++) begins.push((await lockout.count("victim", start)).begins);
        expect(begins).toEqual([false, false, true, true]);
      } finally {
        redis.disconnect();
      }
    },
  );
});

describe("what a page's framework or a proxy says of a request (CVE-2025-29927)", () => {
  const guarded = Object.values(contract)
    .flatMap((feature) => Object.values<Endpoint>(feature))
    .filter((endpoint) => endpoint.auth === "user");

  it.each([
    { "x-middleware-subrequest": "middleware:middleware:middleware:middleware:middleware" },
    { "x-middleware-subrequest": "src/middleware:src/middleware:src/middleware" },
    { "x-middleware-next": "1", "x-middleware-rewrite": "/api/me" },
    { "x-original-url": "/api/health/live", "x-rewrite-url": "/health/live" },
    { "x-user-id": "1", "x-tenant-id": "1", "x-role": "superadmin" },
    { "x-http-method-override": "GET" },
  ])("opens no endpoint to who is not signed in: %j", async (headers) => {
    expect(guarded.length).toBeGreaterThan(30);
    for (const { method, path } of guarded) {
      const reply = await call(app, method, path.replaceAll(/:\w+/g, "x"), {
        headers: headers as unknown as Record<string, string>,
      });
      expect([method, path, reply.status, reply.body["code"]]).toEqual([
        method,
        path,
        401,
        "unauthenticated",
      ]);
    }
  });
});

describe("an account that is suspended before its address is confirmed (CVE-2026-9798)", () => {
  it("gets no session by the link that confirms it", async () => {
    const email = "suspended@example.org";
    const signedUp = await call(app, "POST", "/api/auth/signup", {
      body: { email, password: "correct horse battery" },
    });
    await app.sql("platform", "UPDATE users SET status = 'suspended' WHERE email = ?", [email]);
    const cookie = signedUp.headers.getSetCookie()[0]?.split(";")[0] ?? "";
    const reply = await call(app, "POST", "/api/auth/verify-email", {
      body: { token: linkToken(app, email) },
      headers: { cookie },
    });
    expect(reply).toMatchObject({ status: 403, body: { code: "account_suspended" } });
    expect(reply.headers.getSetCookie().filter((set) => set.startsWith("timos_rt="))).toEqual([]);
    const rows = await app.sql(
      "platform",
      "SELECT s.id FROM auth_sessions s JOIN users u ON u.id = s.user_id WHERE u.email = ?",
      [email],
    );
    expect(rows).toEqual([]);
    await app.sql("platform", "UPDATE users SET status = 'active' WHERE email = ?", [email]);
    const restored = await call(app, "POST", "/api/auth/verify-email", {
      body: { token: linkToken(app, email) },
      headers: { cookie },
    });
    expect(restored.status).toBe(200);
  });
});

describe("signing somebody in to a stranger's account from another site (login CSRF)", () => {
  it.each([
    ["a form", { "content-type": "application/x-www-form-urlencoded" }],
    ["a form with files", { "content-type": "multipart/form-data; boundary=x" }],
    ["plain text", { "content-type": "text/plain" }],
    ["plain text that names JSON", { "content-type": "text/plain; application/json" }],
    ["no type at all", {}],
  ])("cannot be done by what a page may send without asking: %s", async (_, headers) => {
    const { email, password } = await signUp(app);
    const reply = await send(app, "POST", "/api/auth/login", {
      headers: { ...headers, "sec-fetch-site": "cross-site", origin: "https://evil.example" },
      body: JSON.stringify({ email, password }),
    });
    expect([403, 415]).toContain(reply.status);
    expect(reply.headers.getSetCookie()).toEqual([]);
  });
});
