import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { Redis } from "ioredis";
import { openTestApp, type TestApp } from "../../../test/app.ts";
import { call, signUp, type Person } from "../../../test/people.ts";

let app: TestApp;
let ada: Person;
beforeAll(async () => {
  app = await openTestApp();
  ada = await signUp(app, { email: "ada@example.org" });
});
afterAll(() => app.close());

const signIn = (email: string, password: string, more: object = {}, headers = {}) =>
  call(app, "POST", "/api/auth/login", { body: { email, password, ...more }, headers });

describe("signing in", () => {
  it("answers with a token for the account, and sets the refresh cookie apart from it", async () => {
    const reply = await signIn(ada.email, ada.password);
    expect(reply.status).toBe(200);
    expect(Object.keys(reply.body).sort()).toEqual(["accessToken", "expiresIn", "user"]);
    const [cookie] = reply.headers.getSetCookie();
    expect(cookie).toMatch(/^timos_rt=[A-Za-z0-9_-]{92}; Path=\/; HttpOnly; SameSite=Lax$/);
    const me = await call(app, "GET", "/api/me", {
      headers: { authorization: `Bearer ${String(reply.body["accessToken"])}` },
    });
    expect(me.body).toEqual(reply.body["user"]);
    expect(me.body).not.toHaveProperty("passwordHash");
    expect(me.body).not.toHaveProperty("tenantId");
  });

  it("keeps the cookie for a week only when asked to", async () => {
    const reply = await signIn(ada.email, ada.password, { remember: true });
    expect(reply.headers.getSetCookie()[0]).toContain("Max-Age=604800");
  });

  it("answers a wrong password and an unknown address alike", async () => {
    const wrong = await signIn(ada.email, "not the password");
    const unknown = await signIn("nobody@example.org", "not the password");
    expect(wrong.status).toBe(401);
    const { requestId: _a, ...one } = wrong.body;
    const { requestId: _b, ...other } = unknown.body;
    expect(one).toEqual(other);
  });

  it("does as much work for an unknown address as for a known one", async () => {
    const time = async (email: string) => {
      const started = process.cpuUsage();
      await signIn(email, "not the password");
      const { user, system } = process.cpuUsage(started);
      return user + system;
    };
    const times = { known: [] as number[], unknown: [] as number[] };
    for (let i = 0; i < 4; i++) {
      times.known.push(await time(ada.email));
      times.unknown.push(await time(`nobody${i}@example.org`));
    }
    const best = (list: number[]) => Math.min(...list);
    // A hash takes ten milliseconds and more; without one an answer takes a tenth of that.
    expect(best(times.unknown)).toBeGreaterThan(best(times.known) / 4);
  });

  it("takes the same characters from another keyboard", async () => {
    await call(app, "POST", "/api/auth/signup", {
      body: { email: "nfc@example.org", password: "caf\u00e9 caf\u00e9 caf\u00e9" },
    });
    const decomposed = await signIn("nfc@example.org", "cafe\u0301 cafe\u0301 cafe\u0301");
    expect(decomposed.body).toMatchObject({ code: "email_not_verified" });
  });

  it("tells that an account is suspended only to whoever knows its password", async () => {
    const eve = await signUp(app, { email: "eve@example.org" });
    await app.sql("platform", "UPDATE users SET status = 'suspended' WHERE email = ?", [eve.email]);
    expect(await signIn(eve.email, eve.password)).toMatchObject({
      status: 403,
      body: { code: "account_suspended" },
    });
    expect(await signIn(eve.email, "not the password")).toMatchObject({
      status: 401,
      body: { code: "invalid_credentials" },
    });
    expect((await eve.call("GET", "/api/me")).status).toBe(401);
  });
});

describe("guessing passwords", () => {
  it("ends after five failures, for the right password too, and says when to come back", async () => {
    const bob = await signUp(app, { email: "bob@example.org" });
    for (let i = 0; i < 5; i++) {
      expect((await signIn(bob.email, `guess number ${i}`)).status).toBe(401);
    }
    for (const password of ["one more guess", bob.password]) {
      const reply = await signIn(bob.email, password);
      expect(reply).toMatchObject({ status: 429, body: { code: "too_many_attempts" } });
      expect(Number(reply.headers.get("retry-after"))).toBeGreaterThan(0);
    }
  });

  it("counts before it looks, so that a burst cannot slip through", async () => {
    const carl = await signUp(app, { email: "carl@example.org" });
    const replies = await Promise.all(
      Array.from({ length: 25 }, (_, i) => signIn(carl.email, `guess number ${i}`)),
    );
    const refused = replies.filter((reply) => reply.status === 429).length;
    expect(refused).toBe(20);
  });

  it("is not made harder for the owner by their own success", async () => {
    const dora = await signUp(app, { email: "dora@example.org" });
    for (let i = 0; i < 15; i++) {
      expect((await signIn(dora.email, dora.password)).status).toBe(200);
    }
  });

  it("leaves no address in Redis", async () => {
    const redis = new Redis(app.deps.config.redisUrl);
    const keys = await redis.keys("*");
    redis.disconnect();
    expect(keys.some((key) => key.startsWith("lockout:"))).toBe(true);
    // A part of a key may be a hash, in which any three letters can stand side by side.
    const told = keys.flatMap((key) =>
      key.split(":").filter((part) => /@|example|^(ada|bob)$/.test(part)),
    );
    expect(told).toEqual([]);
  });
});

describe("an access token", () => {
  it.each([
    ["none", undefined, "unauthenticated"],
    ["another scheme", "Basic YTpi", "unauthenticated"],
    ["no token", "Bearer ", "unauthenticated"],
    ["nonsense", "Bearer a.b.c", "unauthenticated"],
    ["an unsigned token", `Bearer ${unsigned()}`, "unauthenticated"],
  ])("is needed: %s is refused", async (_, authorization, code) => {
    const headers = authorization === undefined ? {} : { authorization };
    const reply = await call(app, "GET", "/api/me", { headers });
    expect(reply).toMatchObject({ status: 401, body: { code } });
    expect(reply.headers.get("www-authenticate")).toBe("Bearer");
  });

  it("is refused once it is over, under its own code", async () => {
    const { now } = app.clock;
    app.clock.now = new Date(now.getTime() + 16 * 60_000);
    expect(await ada.call("GET", "/api/me")).toMatchObject({
      status: 401,
      body: { code: "token_expired" },
    });
    app.clock.now = now;
    expect((await ada.call("GET", "/api/me")).status).toBe(200);
  });

  it("is refused when a letter of its claims is changed", async () => {
    const [head, claims = "", signature] = ada.accessToken.split(".");
    const payload = JSON.parse(Buffer.from(claims, "base64url").toString()) as object;
    const forged = Buffer.from(JSON.stringify({ ...payload, sub: "other" })).toString("base64url");
    const reply = await call(app, "GET", "/api/me", {
      headers: { authorization: `Bearer ${[head, forged, signature].join(".")}` },
    });
    expect(reply.status).toBe(401);
  });

  it("says who and which session, and nothing of what they may do or how to reach them", () => {
    const claims = JSON.parse(
      Buffer.from(ada.accessToken.split(".")[1] ?? "", "base64url").toString(),
    ) as object;
    expect(Object.keys(claims).sort()).toEqual(["aud", "exp", "iat", "iss", "jti", "sid", "sub"]);
  });
});

function unsigned(): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const now = Math.floor(Date.now() / 1000);
  return `${part({ alg: "none", typ: "at+jwt" })}.${part({ sub: "x", sid: "y", exp: now + 900 })}.`;
}
