import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { Redis } from "ioredis";
import { createApp } from "../src/app.ts";
import { openDeps, type Deps } from "../src/deps.ts";
import { accessTokens } from "../src/features/auth/access-token.ts";
import { openTestApp, type TestApp } from "./app.ts";
import { call, cookieOf, linkToken, signUp, type Reply } from "./people.ts";
import { send } from "./raw.ts";
import { answer, askedFor, codeAt, protectedPerson, signIn } from "./second-factor.ts";

// What went wrong with sessions elsewhere: docs/security/attacks.md says what each id is about.

let app: TestApp;
const start = new Date("2026-11-21T20:00:00.000Z");
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
const refresh = (cookie: string, url = app.url) =>
  call({ url }, "POST", "/api/auth/refresh", { body: {}, headers: { cookie } });
const me = (reply: Reply) =>
  call(app, "GET", "/api/me", {
    headers: { authorization: `Bearer ${String(reply.body["accessToken"])}` },
  });
const sessionIds = async (email: string) => {
  const rows = await app.sql(
    "platform",
    "SELECT s.id FROM auth_sessions s JOIN users u ON u.id = s.user_id WHERE u.email = ?",
    [email],
  );
  return rows.map((row) => String(row["id"]));
};

/** Another process of the same server: it shares databases and keys with the first, and nothing in memory. */
async function startAnother(): Promise<{ url: string; close: () => Promise<void> }> {
  const { config, logger, clock } = app.deps;
  const deps: Deps = await openDeps(config, { logger, clock });
  const server: Server = createServer(createApp(deps));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
      await deps.close();
    },
  };
}

describe("a refresh token", () => {
  it("nextauthjs/next-auth#2071, #8897: answers that arrive in the wrong order leave a cookie that works", async () => {
    const { cookie: first } = await signUp(app);
    const [slow, quick] = await Promise.all([refresh(first), refresh(first)]);
    const newest = await refresh(cookieOf(quick));
    // The slow answer comes last, and the browser keeps what it set.
    at(9000);
    const after = await refresh(cookieOf(slow));
    expect(after.status).toBe(200);
    expect(cookieOf(after)).toBe(cookieOf(newest));
  });

  it("CVE-2026-9802: that was used before a restart is still known as used after it", async () => {
    const { cookie } = await signUp(app);
    const owner = await refresh(cookie);
    at(60_000);
    const restarted = await startAnother();
    try {
      const thief = await refresh(cookie, restarted.url);
      expect(thief).toMatchObject({ status: 401, body: { code: "refresh_reused" } });
      expect((await refresh(cookieOf(owner), restarted.url)).body["code"]).toBe("session_revoked");
    } finally {
      await restarted.close();
    }
  });

  it("GHSA-392p-2q2v-4372, GHSA-pw9m-5jxm-xr6h: is traded once though two servers are asked at the same moment", async () => {
    const other = await startAnother();
    try {
      const { email, cookie } = await signUp(app);
      const replies = await Promise.all(
        Array.from({ length: 20 }, (_, i) => refresh(cookie, i % 2 === 0 ? app.url : other.url)),
      );
      expect(new Set(replies.map((reply) => reply.status))).toEqual(new Set([200]));
      expect(new Set(replies.map(cookieOf)).size).toBe(1);
      const rows = await app.sql(
        "platform",
        "SELECT generation FROM auth_sessions s JOIN users u ON u.id = s.user_id WHERE u.email = ?",
        [email],
      );
      expect(rows).toEqual([{ generation: 1 }]);
    } finally {
      await other.close();
    }
  });

  it("GHSA-392p-2q2v-4372: is no token of another session, whatever is put together from two", async () => {
    const [one, two] = [await signUp(app), await signUp(app)];
    const [a, b] = [one, two].map(({ cookie }) =>
      Buffer.from(cookie.split("=")[1] ?? "", "base64url"),
    ) as [Buffer, Buffer];
    // version 1, session 16, generation 4, secret 32, MAC 16 bytes
    for (const cut of [17, 21, 53]) {
      const mixed = Buffer.concat([a.subarray(0, cut), b.subarray(cut)]).toString("base64url");
      expect(await refresh(`timos_rt=${mixed}`)).toMatchObject({
        status: 401,
        body: { code: "unauthenticated" },
      });
    }
    for (const { cookie } of [one, two]) expect((await refresh(cookie)).status).toBe(200);
  });
});

describe("Redis", () => {
  it("better-auth#4203: losing everything in it signs nobody out, and keeps nobody from signing in", async () => {
    const person = await signUp(app);
    const guarded = await protectedPerson(app);
    const asked = await askedFor(app, guarded);
    const redis = new Redis(app.deps.config.redisUrl);
    await redis.flushdb();
    redis.disconnect();
    expect((await person.call("GET", "/api/me")).status).toBe(200);
    expect((await refresh(person.cookie)).status).toBe(200);
    const signedIn = await answer(app, asked, "totp", codeAt(guarded.secret, app.clock.now));
    expect(signedIn.status).toBe(200);
  });
});

describe("a session (expressjs/session#425, jaredhanson/passport#192, keycloak/keycloak#24169)", () => {
  it("begins anew when an address is confirmed, whatever cookies were planted in the browser", async () => {
    const mallory = await signUp(app);
    const email = "fixated@example.org";
    const signUpReply = await call(app, "POST", "/api/auth/signup", {
      body: { email, password: "correct horse battery" },
      headers: { cookie: mallory.cookie },
    });
    const browser = cookieOf(signUpReply);
    const reply = await call(app, "POST", "/api/auth/verify-email", {
      body: { token: linkToken(app, email) },
      headers: { cookie: `${mallory.cookie}; ${browser}` },
    });
    expect(reply.status).toBe(200);
    expect(cookieOf(reply)).not.toBe(mallory.cookie);
    expect((await refresh(mallory.cookie)).body["user"]).toMatchObject({ email: mallory.email });
    expect((await refresh(cookieOf(reply))).body["user"]).toMatchObject({ email });
  });

  it("begins anew after the second factor, whatever cookies were planted in the browser", async () => {
    const mallory = await signUp(app);
    const guarded = await protectedPerson(app);
    const before = await sessionIds(guarded.email);
    const { body } = await signIn(app, guarded, { cookie: mallory.cookie });
    const reply = await call(app, "POST", "/api/auth/mfa/verify", {
      body: {
        mfaToken: body["mfaToken"],
        method: "totp",
        code: codeAt(guarded.secret, app.clock.now),
      },
      headers: { cookie: mallory.cookie },
    });
    expect(reply.status).toBe(200);
    expect((await sessionIds(guarded.email)).filter((id) => !before.includes(id))).toHaveLength(1);
    expect((await refresh(mallory.cookie)).body["user"]).toMatchObject({ email: mallory.email });
  });

  it("has another refresh token once its owner has proved anew who they are, or changed the password", async () => {
    const person = await signUp(app);
    const proven = await person.call("POST", "/api/auth/reauth", {
      body: { password: person.password },
      headers: { cookie: person.cookie },
    });
    const second = cookieOf(proven);
    expect(second).not.toBe(person.cookie);
    const changed = await person.call("POST", "/api/auth/password/change", {
      body: { currentPassword: person.password, newPassword: "a brand new pass phrase" },
      headers: { cookie: second },
    });
    expect(changed.status).toBe(200);
    expect(cookieOf(changed)).not.toBe(second);
    at(60_000);
    expect((await refresh(second)).body["code"]).toBe("refresh_reused");
  });
});

describe("a site that is served over TLS", () => {
  let secure: TestApp;
  beforeAll(async () => {
    secure = await openTestApp({ APP_URL: "https://timos.example" });
  });
  afterAll(() => secure.close());

  /** Sends `cookie` byte for byte. */
  const refreshRaw = (cookie: string) =>
    send(secure, "POST", "/api/auth/refresh", {
      headers: { cookie, "content-type": "application/json" },
      body: "{}",
    });
  const inLatin1 = (text: string) => Buffer.from(text).toString("latin1");

  it("cookie prefix bypass (PortSwigger, 2025): takes no cookie for one of __Host- that a subdomain could plant", async () => {
    const { cookie } = await signUp(secure);
    expect(cookie).toMatch(/^__Host-timos_rt=/);
    const value = cookie.slice(cookie.indexOf("=") + 1);
    for (const planted of [
      `timos_rt=${value}`,
      `__Secure-timos_rt=${value}`,
      `__host-timos_rt=${value}`,
      `$Version=1; $__Host-timos_rt=${value}`,
      `$Version=1,__Host-timos_rt=${value}`,
      `=__Host-timos_rt=${value}`,
      ...["\u2000", "\u3000", "\u00a0", "\ufeff", "\u0085"].map(
        (space) => `${inLatin1(space)}__Host-timos_rt=${value}`,
      ),
    ]) {
      const { status, body } = await refreshRaw(planted);
      expect([planted, status, body["code"]]).toEqual([planted, 401, "unauthenticated"]);
    }
    expect((await refreshRaw(cookie)).status).toBe(200);
  });

  it("cookie prefix bypass (PortSwigger, 2025): goes by its own cookie beside one that only looks like it", async () => {
    const [ada, mallory] = [await signUp(secure), await signUp(secure)];
    let own = ada.cookie;
    for (const space of ["\u2000", "\u3000", "\ufeff"]) {
      const reply = await refreshRaw(`${inLatin1(space)}${mallory.cookie}; ${own}`);
      expect([space, reply.status, reply.body]).toMatchObject([
        space,
        200,
        { user: { email: ada.email } },
      ]);
      own = cookieOf(reply);
    }
  });
});

describe("a site on this machine without TLS", () => {
  it("IBM/mcp-context-forge#2539: sets cookies that a browser keeps there, so that nobody signs in over and over", async () => {
    const person = await signUp(app);
    const reply = await signIn(app, person);
    const cookies = reply.headers.getSetCookie();
    expect(cookies.length).toBeGreaterThan(0);
    for (const cookie of cookies) expect(cookie).not.toMatch(/Secure|__Host-/);
    expect((await refresh(cookieOf(reply))).status).toBe(200);
  });
});

describe("the clocks of two servers", () => {
  it("supabase/supabase#50651, PostgREST/postgrest#1139: may be half a minute apart, and no more", async () => {
    const { config } = app.deps;
    const tokens = await accessTokens(config.http.appUrl, config.auth.signingKeys);
    const { cookie } = await signUp(app);
    const [, payload = ""] = String((await refresh(cookie)).body["accessToken"]).split(".");
    const { sub, sid } = JSON.parse(Buffer.from(payload, "base64url").toString()) as {
      sub: string;
      sid: string;
    };
    const issuedAt = (ahead: number) =>
      tokens.issue({ userId: sub, sessionId: sid }, new Date(start.getTime() + ahead * 1000));
    expect((await me(fake(issuedAt(29)))).status).toBe(200);
    expect((await me(fake(issuedAt(120)))).body["code"]).toBe("unauthenticated");
  });

  const fake = (accessToken: string): Reply => ({
    status: 200,
    headers: new Headers(),
    body: { accessToken },
  });
});

describe("signing in again in a browser that is signed in", () => {
  const again = (person: { email: string; password: string }, cookie: string) =>
    call(app, "POST", "/api/auth/login", {
      body: { email: person.email, password: person.password },
      headers: { cookie },
    });

  it("ends the session that it held, which nobody could sign out any more (ASVS 7.2.4)", async () => {
    const person = await signUp(app);
    const elsewhere = await signIn(app, person);
    const reply = await again(person, person.cookie);
    expect(reply.status).toBe(200);
    expect((await me(reply)).status).toBe(200);
    expect((await person.call("GET", "/api/me")).body["code"]).toBe("session_revoked");
    expect((await refresh(person.cookie)).body["code"]).toBe("session_revoked");
    expect((await me(elsewhere)).status).toBe(200);
  });

  it("ends nobody else's, whose cookie was planted or is forged, and none when it fails", async () => {
    const [person, other] = [await signUp(app), await signUp(app)];
    expect((await again(person, other.cookie)).status).toBe(200);
    const forged = person.cookie.replace(/.$/, (last) => (last === "A" ? "B" : "A"));
    expect((await again(person, forged)).status).toBe(200);
    expect((await again({ ...person, password: "not the password" }, person.cookie)).status).toBe(
      401,
    );
    expect((await other.call("GET", "/api/me")).status).toBe(200);
    expect((await person.call("GET", "/api/me")).status).toBe(200);
  });
});
