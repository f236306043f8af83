import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { openTestApp, type TestApp } from "../../../test/app.ts";
import {
  addPasskey,
  beginSignIn,
  device,
  endSignIn,
  mailTo,
  optionsOf,
  PAGE,
  signInWith,
} from "../../../test/passkeys.ts";
import { call, cookieOf, signUp, type Person, type Reply } from "../../../test/people.ts";
import { eventsOf, signIn, turnOn } from "../../../test/second-factor.ts";

let app: TestApp;
const start = new Date("2026-11-21T20:00:00.000Z");
beforeAll(async () => {
  app = await openTestApp({ APP_URL: PAGE });
});
afterEach(() => {
  app.clock.now = start;
});
afterAll(() => app.close());

const later = (seconds: number) => {
  app.clock.now = new Date(app.clock.now.getTime() + seconds * 1000);
};
const REFUSED = { status: 401, body: { code: "passkey_refused" } };
const as = (reply: Reply) => ({ authorization: `Bearer ${String(reply.body["accessToken"])}` });
const sessionOf = async (reply: Reply) => {
  const { body } = await call(app, "GET", "/api/auth/sessions", { headers: as(reply) });
  return (body["items"] as { current: boolean }[]).find(({ current }) => current);
};
const sql = (statement: string, person: Person) => app.sql("platform", statement, [person.email]);

describe("signing in with a passkey", () => {
  it("counts as two factors: no code is asked for, not even where the tenant demands one", async () => {
    const ada = await signUp(app);
    await turnOn(app, ada);
    const passkey = await addPasskey(ada);
    await sql(
      "UPDATE tenants t JOIN users u ON u.tenant_id = t.id SET t.mfa_required = 1 WHERE u.email = ?",
      ada,
    );
    expect((await signIn(app, ada)).body["mfaRequired"]).toBe(true);
    const reply = await signInWith(app, passkey);
    expect(reply).toMatchObject({ status: 200, body: { user: { email: ada.email } } });
    expect(await sessionOf(reply)).toMatchObject({ amr: ["hwk", "mfa"], assurance: 2 });
    expect((await call(app, "GET", "/api/entries", { headers: as(reply) })).status).toBe(200);
    expect(await eventsOf(app, ada)).toEqual(
      expect.arrayContaining(["passkey.used success", "login.succeeded success"]),
    );
  }, 60_000);

  it("names nobody: the options are the same whoever asks, with a challenge of their own", async () => {
    const ada = await signUp(app);
    await addPasskey(ada);
    const [one, two] = [await beginSignIn(app), await beginSignIn(app)];
    const { body } = await call(app, "POST", "/api/auth/passkeys/sign-in/options", {
      body: {},
      headers: { cookie: one.cookie },
    });
    expect(body).toEqual({
      challenge: expect.stringMatching(/^[\w-]{43}$/),
      rpId: "localhost",
      timeout: 300_000,
      userVerification: "required",
      allowCredentials: [],
    });
    expect(new Set([one.options.challenge, two.options.challenge, body["challenge"]]).size).toBe(3);
  });

  it("hands out the refresh token and keeps the browser known, as every way in does", async () => {
    const ada = await signUp(app);
    const reply = await signInWith(app, await addPasskey(ada));
    const cookies = reply.headers.getSetCookie().join("\n");
    expect(cookies).toMatch(/^timos_rt=[^;]+; Path=\/; HttpOnly; SameSite=Lax$/m);
    expect(cookies).toMatch(/^timos_dev=/m);
    const refreshed = await call(app, "POST", "/api/auth/refresh", {
      body: {},
      headers: { cookie: cookieOf(reply) },
    });
    expect(refreshed.status).toBe(200);
    await mailTo(app, ada, "New sign-in to TimOS");
  });

  it("tells a synced passkey from one that stays on its device, and notes its use", async () => {
    const ada = await signUp(app);
    const passkey = await addPasskey(ada);
    later(60);
    const reply = await signInWith(app, passkey, { isBackedUp: true });
    expect(await sessionOf(reply)).toMatchObject({ amr: ["swk", "mfa"] });
    const { body } = await ada.call("GET", "/api/auth/passkeys");
    expect(body["items"]).toMatchObject([
      { isBackedUp: true, lastUsedAt: app.clock.now.toISOString() },
    ]);
  });

  it("does not bring in somebody whose address is not proven, or who is suspended", async () => {
    const ada = await signUp(app);
    const passkey = await addPasskey(ada);
    await sql("UPDATE users SET status = 'suspended' WHERE email = ?", ada);
    expect(await signInWith(app, passkey)).toMatchObject({
      status: 403,
      body: { code: "account_suspended" },
    });
    await sql("UPDATE users SET email_verified_at = NULL WHERE email = ?", ada);
    expect(await signInWith(app, passkey)).toMatchObject({
      status: 403,
      body: { code: "email_not_verified" },
    });
  });

  it("lets the owner in while strangers fail at the password, and while it is blocked", async () => {
    const ada = await signUp(app);
    const passkey = await addPasskey(ada);
    await sql("UPDATE users SET password_blocked_at = NOW() WHERE email = ?", ada);
    expect((await signInWith(app, passkey)).status).toBe(200);
  });
});

describe("a signature is refused, always with the same answer", () => {
  let ada: Person;
  let passkey: Awaited<ReturnType<typeof addPasskey>>;
  beforeAll(async () => {
    ada = await signUp(app);
    passkey = await addPasskey(ada);
  });
  const answers = new Set<string>();
  const expectRefused = (reply: Reply) => {
    expect(reply).toMatchObject(REFUSED);
    expect(reply.headers.getSetCookie()).toEqual([]);
    answers.add(JSON.stringify({ ...reply.body, requestId: null }));
  };
  afterAll(() => {
    expect(answers.size).toBe(1);
  });

  it("when its challenge was used before (replay)", async () => {
    const { options, cookie } = await beginSignIn(app);
    const credential = device.get(options, passkey);
    expect((await endSignIn(app, cookie, credential)).status).toBe(200);
    expectRefused(await endSignIn(app, cookie, credential));
  });

  it("nineteen of twenty times when it comes twenty times at once", async () => {
    const { options, cookie } = await beginSignIn(app);
    const credential = device.get(options, passkey);
    const replies = await Promise.all(
      Array.from({ length: 20 }, () => endSignIn(app, cookie, credential)),
    );
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1);
    replies.filter(({ status }) => status !== 200).forEach(expectRefused);
  });

  it("when it failed once, whatever comes then", async () => {
    const { options, cookie } = await beginSignIn(app);
    expectRefused(
      await endSignIn(app, cookie, device.get(options, passkey, { isVerified: false })),
    );
    expectRefused(await endSignIn(app, cookie, device.get(options, passkey)));
  });

  it("after five minutes (expired challenge)", async () => {
    const { options, cookie } = await beginSignIn(app);
    later(300);
    expectRefused(await endSignIn(app, cookie, device.get(options, passkey)));
  });

  it("in another browser than it began in (login CSRF, relay)", async () => {
    const { options, cookie } = await beginSignIn(app);
    const credential = device.get(options, passkey);
    const other = await beginSignIn(app);
    expectRefused(await endSignIn(app, other.cookie, credential));
    expectRefused(await endSignIn(app, "", credential));
    // And whoever tries that does not use it up.
    expect((await endSignIn(app, cookie, credential)).status).toBe(200);
  });

  it.each([
    ["for another origin (phishing)", { origin: "https://localhost.evil.example" }],
    ["for another port of the same host", { origin: "http://localhost:3001" }],
    ["for another domain (wrong rpIdHash)", { rpId: "evil.example" }],
    ["from inside another site's frame", { clientData: { crossOrigin: true } }],
    ["from a page that says who frames it", { clientData: { topOrigin: "https://evil.example" } }],
    ["without its user verified (UV cleared)", { isVerified: false }],
    ["without its user present (UP cleared)", { isPresent: false }],
    ["that was made to register a passkey", { type: "webauthn.create" }],
    ["over a challenge that is none of ours", { clientData: { challenge: "A".repeat(43) } }],
    ["over a challenge that is no text", { clientData: { challenge: 7 } }],
    ["for another user than the passkey's", { userHandle: "B".repeat(43) }],
    ["that does not say whose it is", { userHandle: undefined }],
  ])("%s", async (_name, twist) => {
    expectRefused(await signInWith(app, passkey, twist));
  });

  it("with the id of another's passkey (swapped credential id)", async () => {
    const bob = await signUp(app);
    const other = await addPasskey(bob);
    const { options, cookie } = await beginSignIn(app);
    const signed = device.get(options, passkey);
    const response = { ...signed.response, userHandle: other.userHandle };
    expectRefused(
      await endSignIn(app, cookie, { ...signed, id: other.id, rawId: other.id, response }),
    );
    expect(await eventsOf(app, bob)).toContain("login.failed failure");
  });

  it("by a passkey that nobody has", async () => {
    const ghost = { ...passkey, id: Buffer.alloc(32, 7).toString("base64url") };
    expectRefused(await signInWith(app, ghost));
  });

  it("with a signature over something else, or with none that is one", async () => {
    for (const change of [
      (bytes: Buffer) => bytes.writeUInt8((bytes.at(-1) ?? 0) ^ 1, bytes.length - 1),
      (bytes: Buffer) => bytes.fill(0),
    ]) {
      const { options, cookie } = await beginSignIn(app);
      const signed = device.get(options, passkey);
      const signature = Buffer.from(signed.response.signature, "base64url");
      change(signature);
      const response = { ...signed.response, signature: signature.toString("base64url") };
      expectRefused(await endSignIn(app, cookie, { ...signed, response }));
    }
  });

  it("with flags that were set after signing", async () => {
    const { options, cookie } = await beginSignIn(app);
    const signed = device.get(options, passkey, { isVerified: false });
    const data = Buffer.from(signed.response.authenticatorData, "base64url");
    data.writeUInt8(0x05, 32);
    const response = { ...signed.response, authenticatorData: data.toString("base64url") };
    expectRefused(await endSignIn(app, cookie, { ...signed, response }));
  });

  it("with what is no client data, and no authenticator data", async () => {
    for (const change of [
      { clientDataJSON: Buffer.from("not JSON").toString("base64url") },
      { clientDataJSON: Buffer.from("null").toString("base64url") },
      { authenticatorData: "AAAA" },
      { authenticatorData: Buffer.alloc(200, 0xff).toString("base64url") },
    ]) {
      const { options, cookie } = await beginSignIn(app);
      const signed = device.get(options, passkey);
      const response = { ...signed.response, ...change };
      expectRefused(await endSignIn(app, cookie, { ...signed, response }));
    }
  });

  it("after the passkey was removed", async () => {
    const gone = await addPasskey(ada);
    const { options, cookie } = await beginSignIn(app);
    const removed = await ada.call("DELETE", `/api/auth/passkeys/${gone.rowId}`);
    expect(removed.status).toBe(204);
    expectRefused(await endSignIn(app, cookie, device.get(options, gone)));
    expectRefused(await signInWith(app, gone));
  });

  it("for a challenge that was begun to register, or to prove anew who one is", async () => {
    const registration = await ada.call("POST", "/api/auth/passkeys/register/options", {
      body: {},
    });
    const reauth = await ada.call("POST", "/api/auth/passkeys/reauth/options", { body: {} });
    const { cookie } = await beginSignIn(app);
    for (const reply of [registration, reauth]) {
      expectRefused(await endSignIn(app, cookie, device.get(optionsOf(reply), passkey)));
    }
  });
});

describe("another site's page", () => {
  it.each(["/api/auth/passkeys/sign-in/options", "/api/auth/passkeys/sign-in/verify"])(
    "cannot call %s (Fetch Metadata)",
    async (path) => {
      for (const headers of [
        { "sec-fetch-site": "cross-site", origin: "https://evil.example" },
        { "sec-fetch-site": "same-site", origin: "https://a.localhost" },
        { "sec-fetch-site": "cross-site" },
        { origin: "null" },
      ]) {
        const reply = await call(app, "POST", path, { body: {}, headers });
        expect(reply).toMatchObject({ status: 403, body: { code: "csrf_failed" } });
        expect(reply.headers.getSetCookie()).toEqual([]);
      }
    },
  );
});

describe("a counter that does not go on", () => {
  it("is told to the owner's audit and in the log, and locks nobody out", async () => {
    const ada = await signUp(app);
    const passkey = await addPasskey(ada, { counter: 10 });
    expect((await signInWith(app, passkey, { counter: 12 })).status).toBe(200);
    expect(await eventsOf(app, ada)).not.toContain("passkey.regressed failure");
    const before = app.logged().length;
    for (const counter of [11, 12, 0]) {
      expect((await signInWith(app, passkey, { counter })).status).toBe(200);
    }
    const regressed = (await eventsOf(app, ada)).filter((e) => e === "passkey.regressed failure");
    expect(regressed).toHaveLength(3);
    expect(
      app
        .logged()
        .slice(before)
        .match(/"level":"warn".*counter of a passkey/g),
    ).toHaveLength(3);
    expect((await signInWith(app, passkey, { counter: 13 })).status).toBe(200);
    expect(
      (await eventsOf(app, ada)).filter((e) => e === "passkey.regressed failure"),
    ).toHaveLength(3);
  });

  it("is nothing to those that never count, as synced ones", async () => {
    const ada = await signUp(app);
    const passkey = await addPasskey(ada);
    for (let times = 0; times < 3; times++) {
      expect((await signInWith(app, passkey)).status).toBe(200);
    }
    expect(await eventsOf(app, ada)).not.toContain("passkey.regressed failure");
  });

  it("is not believed before the signature is verified", async () => {
    const ada = await signUp(app);
    const passkey = await addPasskey(ada, { counter: 10 });
    const reply = await signInWith(app, passkey, { counter: 5, isVerified: false });
    expect(reply).toMatchObject(REFUSED);
    expect(await eventsOf(app, ada)).not.toContain("passkey.regressed failure");
  });
});
