import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { openTestApp, type TestApp } from "../../../test/app.ts";
import { call, cookieOf, signUp, type Person, type Reply } from "../../../test/people.ts";

let app: TestApp;
const start = new Date("2026-11-21T20:00:00.000Z");
beforeAll(async () => {
  app = await openTestApp();
});
afterEach(() => {
  app.clock.now = start;
});
afterAll(() => app.close());

const DAY = 86_400_000;
const at = (ms: number) => {
  app.clock.now = new Date(start.getTime() + ms);
};
const refresh = (cookie: string, headers = {}) =>
  call(app, "POST", "/api/auth/refresh", { body: {}, headers: { cookie, ...headers } });
const REVOKED = { status: 401, body: { code: "session_revoked" } };
const REUSED = { status: 401, body: { code: "refresh_reused" } };
const mailsTo = ({ email }: Person) =>
  app.mails().filter((mail) => mail.includes(`To: ${email}`) && mail.includes("session was ended"));
const until = async (isSo: () => boolean) => {
  for (let i = 0; i < 200 && !isSo(); i++) await new Promise((done) => setTimeout(done, 10));
};
/** All cookies of a reply, as a browser keeps them. */
const jarOf = (reply: Reply) =>
  reply.headers
    .getSetCookie()
    .map((set) => set.split(";")[0])
    .join("; ");

/** Somebody in a browser, which keeps the device cookie too. */
async function inBrowser() {
  const person = await signUp(app);
  const { email, password } = person;
  const body = { email, password, remember: true };
  const reply = await call(app, "POST", "/api/auth/login", { body });
  const device = /timos_dev=[^;]+/.exec(jarOf(reply))?.[0] ?? "";
  return { person, cookie: cookieOf(reply), device };
}

describe("a refresh token that was stolen", () => {
  it.each([
    ["a program of another name", { "user-agent": "thief/1.0" }],
    ["a browser that is known by another cookie", { jar: `timos_dev=${"x".repeat(43)}` }],
  ])("ends the session within the ten seconds, in %s (RFC 9700 §4.14)", async (_, thief) => {
    const { person, cookie, device } = await inBrowser();
    const owner = await refresh(`${cookie}; ${device}`);
    expect(owner.status).toBe(200);
    at(5000);
    const { jar, ...headers } = { jar: "", ...thief };
    expect(await refresh(jar === "" ? cookie : `${cookie}; ${jar}`, headers)).toMatchObject(REUSED);
    expect(await refresh(`${cookieOf(owner)}; ${device}`)).toMatchObject(REVOKED);
    const authorization = `Bearer ${String(owner.body["accessToken"])}`;
    expect(await call(app, "GET", "/api/me", { headers: { authorization } })).toMatchObject(
      REVOKED,
    );
    // The other session, from when they signed up, goes on.
    expect((await person.call("GET", "/api/me")).status).toBe(200);
  });

  it("is told to its owner once: by mail, with device and time, and in the audit", async () => {
    const person = await signUp(app);
    await person.call("PATCH", "/api/me", { body: { timeZone: "Europe/Zurich" } });
    await refresh(person.cookie);
    at(60_000);
    const headers = {
      "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0",
    };
    const thieves = await Promise.all(
      Array.from({ length: 10 }, () => refresh(person.cookie, headers)),
    );
    for (const reply of thieves) {
      expect(reply.status).toBe(401);
      expect(["refresh_reused", "session_revoked"]).toContain(reply.body["code"]);
    }
    await until(() => mailsTo(person).length > 0);
    expect(mailsTo(person)).toHaveLength(1);
    expect(mailsTo(person)[0]).toContain("Device: Firefox on Linux");
    expect(mailsTo(person)[0]).toMatch(/09:01\sPM|09:01=E2=80=AFPM/);
    const events = await app.sql(
      "platform",
      "SELECT actor, outcome FROM audit_events e JOIN users u ON u.id = e.user_id WHERE u.email = ? AND action = 'session.reused'",
      [person.email],
    );
    expect(events).toEqual([{ actor: "anonymous", outcome: "denied" }]);
    // Used on and on, it is over, and nobody is told again.
    for (let i = 0; i < 5; i++) expect(await refresh(person.cookie)).toMatchObject(REVOKED);
    expect(mailsTo(person)).toHaveLength(1);
  });

  it("is no use to a thief who stays one behind (unlike supabase/auth, which takes it for ever)", async () => {
    const { cookie, device } = await inBrowser();
    let owner = cookie;
    for (let i = 1; i <= 3; i++) {
      at(i * 20_000);
      const next = await refresh(`${owner}; ${device}`);
      expect(next.status).toBe(200);
      if (i === 3) {
        at(i * 20_000 + 11_000);
        expect(await refresh(`${owner}; ${device}`)).toMatchObject(REUSED);
      }
      owner = cookieOf(next);
    }
  });

  it("from generations ago ends the session, in and after the ten seconds, on any device", async () => {
    for (const [wait, device] of [
      [1, "own"],
      [11_000, "own"],
      [1, "other"],
    ] as const) {
      at(0);
      const browser = await inBrowser();
      const jar = device === "own" ? browser.device : `timos_dev=${"y".repeat(43)}`;
      const second = cookieOf(await refresh(`${browser.cookie}; ${browser.device}`));
      await refresh(`${second}; ${browser.device}`);
      at(wait);
      expect(await refresh(`${browser.cookie}; ${jar}`)).toMatchObject(REUSED);
    }
  });

  it("does not count tabs that refresh at once as thieves (nightscout/nocturne#326)", async () => {
    const { person, cookie, device } = await inBrowser();
    let jar = cookie;
    for (let round = 1; round <= 5; round++) {
      at(round * 30_000);
      const replies = await Promise.all(
        Array.from({ length: 10 }, () => refresh(`${jar}; ${device}`)),
      );
      expect(replies.map((reply) => reply.status)).toEqual(Array.from({ length: 10 }, () => 200));
      expect(new Set(replies.map(cookieOf)).size).toBe(1);
      jar = replies.map(cookieOf)[0] ?? "";
    }
    expect(mailsTo(person)).toEqual([]);
  });
});

describe("a session", () => {
  it("lives for seven days without use, to the millisecond", async () => {
    const [one, two] = [await signUp(app), await signUp(app)];
    at(7 * DAY - 1);
    expect((await refresh(one.cookie)).status).toBe(200);
    at(7 * DAY);
    expect(await refresh(two.cookie)).toMatchObject(REVOKED);
  });

  it("lives for thirty days of use, to the millisecond, and its access tokens with it", async () => {
    const { cookie: first } = await signUp(app);
    let cookie = first;
    for (let day = 6; day < 30; day += 6) {
      at(day * DAY);
      cookie = cookieOf(await refresh(cookie));
    }
    at(30 * DAY - 1);
    const last = await refresh(cookie);
    expect(last.status).toBe(200);
    const headers = { authorization: `Bearer ${String(last.body["accessToken"])}` };
    expect((await call(app, "GET", "/api/me", { headers })).status).toBe(200);
    at(30 * DAY);
    expect(await call(app, "GET", "/api/me", { headers })).toMatchObject(REVOKED);
    expect(await refresh(cookieOf(last))).toMatchObject(REVOKED);
  });

  it("that was signed out is not brought back by a refresh under way (auth0/nextjs-auth0#544)", async () => {
    for (let i = 0; i < 5; i++) {
      const { cookie } = await signUp(app);
      const [reply] = await Promise.all([
        refresh(cookie),
        call(app, "POST", "/api/auth/logout", { body: {}, headers: { cookie } }),
      ]);
      const next = reply.status === 200 ? cookieOf(reply) : cookie;
      expect(await refresh(next)).toMatchObject(REVOKED);
    }
  });

  it("begins anew at each sign-in, whatever cookie was planted before (CVE-2026-7507)", async () => {
    const [victim, mallory] = [await signUp(app), await signUp(app)];
    const { email, password } = victim;
    const reply = await call(app, "POST", "/api/auth/login", {
      body: { email, password },
      headers: { cookie: mallory.cookie },
    });
    expect(cookieOf(reply)).not.toBe(mallory.cookie);
    const planted = await refresh(mallory.cookie);
    expect(planted.body["user"]).toMatchObject({ email: mallory.email });
    const own = await refresh(cookieOf(reply));
    expect(own.body["user"]).toMatchObject({ email });
  });
});

describe("what nobody could have been given (GHSA-xmf8-cvqr-rfgj, CVE-2026-25748)", () => {
  const REFUSED = { status: 401, body: { code: "unauthenticated" } };

  it.each([
    "Bearer",
    "Bearer ",
    "Bearer  two  spaces",
    "Bearer null",
    "Bearer undefined",
    "Bearer a.b.c",
    "Bearer ...",
    "Bearer %00",
    "Bearer eyJhbGciOiJub25lIn0..",
    `Bearer ${"a".repeat(3000)}`,
    "Basic dXNlcjpwYXNz",
    "bearer",
    "Token abc",
    "{}",
    "Bearer [object Object]",
    "Bearer \u00ff\u00fe",
  ])("is unauthenticated in Authorization, and never an error of ours: %j", async (value) => {
    const reply = await call(app, "GET", "/api/me", { headers: { authorization: value } });
    expect(reply).toMatchObject(REFUSED);
    expect(reply.headers.get("www-authenticate")).toMatch(/^Bearer/);
  });

  it.each([
    "timos_rt=",
    "timos_rt",
    "=",
    ";;;",
    "timos_rt=%",
    "timos_rt=%E0%A4%A",
    "timos_rt=j:[1]",
    "timos_rt=s:abc.def",
    `timos_rt=${"A".repeat(92)}`,
    `timos_rt=${"A".repeat(4000)}`,
    "timos_rt=\u00ff",
    "__proto__=1; timos_rt=x",
    "timos_rt[]=a; timos_rt[]=b",
  ])("is unauthenticated as a cookie: %j", async (cookie) => {
    expect(await refresh(cookie)).toMatchObject(REFUSED);
    expect((await refresh(cookie)).headers.get("www-authenticate")).toBe("Bearer");
  });

  it("is unauthenticated when a good cookie comes beside another of its name", async () => {
    const { cookie } = await signUp(app);
    for (const jar of [`${cookie}; timos_rt=x`, `timos_rt=x; ${cookie}`, `${cookie}; ${cookie}`]) {
      expect(await refresh(jar)).toMatchObject(REFUSED);
    }
    expect((await refresh(cookie)).status).toBe(200);
  });
});

describe("an access token", () => {
  it("says in WWW-Authenticate what is wrong with it (RFC 6750)", async () => {
    const person = await signUp(app);
    at(16 * 60_000);
    const expired = await person.call("GET", "/api/me");
    expect(expired.body).toMatchObject({ code: "token_expired" });
    expect(expired.headers.get("www-authenticate")).toBe('Bearer error="invalid_token"');
  });

  it("is taken from the header alone: from no address, cookie or body", async () => {
    const { accessToken } = await signUp(app);
    for (const reply of [
      await call(app, "GET", `/api/auth/sessions?access_token=${accessToken}`),
      await call(app, "GET", "/api/me", { headers: { cookie: `timos_at=${accessToken}` } }),
      await call(app, "POST", "/api/auth/logout-all", { body: { access_token: accessToken } }),
    ]) {
      expect(reply).toMatchObject({ status: 401, body: { code: "unauthenticated" } });
    }
  });

  it("is no refresh token, nor the other way round", async () => {
    const { accessToken, cookie } = await signUp(app);
    expect((await refresh(`timos_rt=${accessToken}`)).status).toBe(401);
    const authorization = `Bearer ${cookie.split("=")[1] ?? ""}`;
    expect((await call(app, "GET", "/api/me", { headers: { authorization } })).status).toBe(401);
  });
});
