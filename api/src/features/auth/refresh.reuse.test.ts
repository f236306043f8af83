import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { openTestApp, type TestApp } from "../../../test/app.ts";
import { call, cookieOf, signUp, type Reply } from "../../../test/people.ts";

let app: TestApp;
beforeAll(async () => {
  app = await openTestApp();
});
afterAll(() => app.close());

const refresh = (cookie: string, headers = {}) =>
  call(app, "POST", "/api/auth/refresh", { body: {}, headers: { cookie, ...headers } });
const later = (seconds: number) => {
  app.clock.now = new Date(app.clock.now.getTime() + seconds * 1000);
};
const me = (reply: Reply) =>
  call(app, "GET", "/api/me", {
    headers: { authorization: `Bearer ${String(reply.body["accessToken"])}` },
  });

describe("a refresh token", () => {
  it("is traded for another and a new access token", async () => {
    const person = await signUp(app);
    later(60);
    const reply = await refresh(person.cookie);
    expect(reply.status).toBe(200);
    expect(cookieOf(reply)).not.toBe(person.cookie);
    expect((await me(reply)).status).toBe(200);
    later(60);
    expect((await refresh(cookieOf(reply))).status).toBe(200);
  });

  it("gives fifty tabs that refresh at once one and the same successor (supabase/auth-js#213, nightscout/nocturne#391)", async () => {
    const person = await signUp(app);
    const replies = await Promise.all(Array.from({ length: 50 }, () => refresh(person.cookie)));
    expect(replies.map((reply) => reply.status)).toEqual(Array.from({ length: 50 }, () => 200));
    expect(new Set(replies.map(cookieOf)).size).toBe(1);
    const [row] = await app.sql(
      "platform",
      "SELECT generation FROM auth_sessions s JOIN users u ON u.id = s.user_id WHERE u.email = ?",
      [person.email],
    );
    expect(row).toEqual({ generation: 1 });
  });

  it("still answers with its successor ten seconds on, and not eleven", async () => {
    const person = await signUp(app);
    const first = cookieOf(await refresh(person.cookie));
    later(10);
    expect(cookieOf(await refresh(person.cookie))).toBe(first);
    later(1);
    expect(await refresh(person.cookie)).toMatchObject({
      status: 401,
      body: { code: "refresh_reused" },
    });
  });

  it("used once more after that ends the session for thief and owner alike", async () => {
    const person = await signUp(app);
    const stolen = person.cookie;
    const owner = await refresh(stolen);
    later(30);
    const thief = await refresh(stolen);
    expect(thief.body).toMatchObject({ code: "refresh_reused" });
    expect(thief.headers.getSetCookie()).toEqual([]);
    expect(await refresh(cookieOf(owner))).toMatchObject({
      status: 401,
      body: { code: "session_revoked" },
    });
    expect((await me(owner)).body).toMatchObject({ code: "session_revoked" });
  });

  it("from two generations back ends the session even within the ten seconds", async () => {
    const person = await signUp(app);
    const second = await refresh(person.cookie);
    await refresh(cookieOf(second));
    expect((await refresh(person.cookie)).body).toMatchObject({ code: "refresh_reused" });
  });

  it("that was forged ends nobody's session", async () => {
    const person = await signUp(app);
    const bytes = Buffer.from(person.cookie.split("=")[1] ?? "", "base64url");
    for (const at of [0, 5, 18, 30, 60]) {
      const forged = Buffer.from(bytes);
      forged.writeUInt8(forged.readUInt8(at) ^ 1, at);
      expect(await refresh(`timos_rt=${forged.toString("base64url")}`)).toMatchObject({
        status: 401,
        body: { code: "unauthenticated" },
      });
    }
    expect((await refresh(person.cookie)).status).toBe(200);
  });

  it("ends a week after its last use, and thirty days after signing in at the latest", async () => {
    const idle = await signUp(app);
    later(7 * 86_400 + 1);
    expect((await refresh(idle.cookie)).body).toMatchObject({ code: "session_revoked" });

    const busy = await signUp(app);
    let { cookie } = busy;
    for (let day = 0; day < 29; day += 6) {
      const reply = await refresh(cookie);
      expect(reply.status).toBe(200);
      cookie = cookieOf(reply);
      later(6 * 86_400);
    }
    expect((await refresh(cookie)).body).toMatchObject({ code: "session_revoked" });
  });

  it("is stored as a hash, successor included", async () => {
    const person = await signUp(app);
    const successor = cookieOf(await refresh(person.cookie));
    const rows = await app.sql("platform", "SELECT * FROM auth_sessions");
    for (const cookie of [person.cookie, successor]) {
      const secret = Buffer.from(cookie.split("=")[1] ?? "", "base64url").subarray(21, 53);
      const found = rows.some((row) =>
        Object.values(row).some((value) => Buffer.isBuffer(value) && value.includes(secret)),
      );
      expect(found).toBe(false);
    }
  });

  it.each([
    ["is missing", ""],
    ["is empty", "timos_rt="],
    ["is no token", "timos_rt=%00%ff"],
    ["is made to look like an object", 'timos_rt=j:{"$ne":1}'],
  ])("%s: unauthenticated", async (_, cookie) => {
    expect(await refresh(cookie)).toMatchObject({ status: 401, body: { code: "unauthenticated" } });
  });

  it("sent twice under one name is taken for neither", async () => {
    const person = await signUp(app);
    const other = await signUp(app);
    expect((await refresh(`${other.cookie}; ${person.cookie}`)).status).toBe(401);
    expect((await refresh(person.cookie)).status).toBe(200);
  });
});

describe("a page of another site", () => {
  it.each([
    ["cross-site", { "sec-fetch-site": "cross-site" }],
    ["same-site but another host", { "sec-fetch-site": "same-site" }],
    ["another origin in an old browser", { origin: "https://evil.example" }],
    ["a sandboxed frame", { origin: "null" }],
    [
      "another origin that says same-site",
      { origin: "https://evil.example", "sec-fetch-site": "same-site" },
    ],
  ])("cannot use the cookie: %s", async (_, headers) => {
    const person = await signUp(app);
    for (const path of ["/api/auth/refresh", "/api/auth/logout"]) {
      const reply = await call(app, "POST", path, {
        body: {},
        headers: { cookie: person.cookie, ...headers },
      });
      expect(reply).toMatchObject({ status: 403, body: { code: "csrf_failed" } });
    }
    expect((await refresh(person.cookie, { "sec-fetch-site": "same-origin" })).status).toBe(200);
  });

  it("cannot send a form in place of JSON", async () => {
    const person = await signUp(app);
    const reply = await call(app, "POST", "/api/auth/refresh", {
      body: "{}",
      headers: { cookie: person.cookie, "content-type": "text/plain" },
    });
    expect(reply.status).toBe(415);
  });

  it("is ours when it is listed", async () => {
    const person = await signUp(app);
    const headers = { origin: "http://127.0.0.1:3000", "sec-fetch-site": "same-site" };
    expect((await refresh(person.cookie, headers)).status).toBe(200);
  });
});

describe("signing out", () => {
  it("ends the session at the next request, and clears the cookie", async () => {
    const person = await signUp(app);
    const reply = await call(app, "POST", "/api/auth/logout", {
      body: {},
      headers: { cookie: person.cookie },
    });
    expect(reply.status).toBe(204);
    expect(reply.headers.getSetCookie()[0]).toMatch(/^timos_rt=; Max-Age=0;/);
    expect((await person.call("GET", "/api/me")).body).toMatchObject({ code: "session_revoked" });
    expect((await refresh(person.cookie)).body).toMatchObject({ code: "session_revoked" });
  });

  it("leaves other devices signed in", async () => {
    const person = await signUp(app);
    const other = await call(app, "POST", "/api/auth/login", {
      body: { email: person.email, password: person.password },
    });
    await call(app, "POST", "/api/auth/logout", { headers: { cookie: person.cookie } });
    expect((await me(other)).status).toBe(200);
  });

  it("is done already without a cookie", async () => {
    expect((await call(app, "POST", "/api/auth/logout", { body: {} })).status).toBe(204);
  });
});
