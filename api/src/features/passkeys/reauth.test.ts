import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { openTestApp, type TestApp } from "../../../test/app.ts";
import type { Twist } from "../../../test/authenticator.ts";
import { addPasskey, beginSignIn, device, optionsOf, PAGE } from "../../../test/passkeys.ts";
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
const begin = (person: Pick<Person, "call">) =>
  person.call("POST", "/api/auth/passkeys/reauth/options", { body: {} });
const reauth = (person: Pick<Person, "call">, body: object, headers = {}) =>
  person.call("POST", "/api/auth/reauth", { body, headers });
/** Something that asks for a fresh proof, and changes nothing. */
const isOpen = async (person: Pick<Person, "call">) => {
  const { body } = await person.call("DELETE", "/api/me", {
    body: { confirm: "nobody@example.org" },
  });
  return body["code"] !== "reauth_required";
};
const holding = (reply: Reply): Pick<Person, "call"> => {
  const authorization = `Bearer ${String(reply.body["accessToken"])}`;
  return {
    call: (method, path, sent = {}) =>
      call(app, method, path, { ...sent, headers: { authorization, ...sent.headers } }),
  };
};

describe("proving by a passkey that it is you", () => {
  it("opens what asks for a fresh proof for five minutes, as two factors", async () => {
    const ada = await signUp(app);
    const passkey = await addPasskey(ada);
    later(301);
    expect(await isOpen(ada)).toBe(false);
    const begun = await begin(ada);
    expect(begun.body).toMatchObject({
      rpId: "localhost",
      userVerification: "required",
      allowCredentials: [{ type: "public-key", id: passkey.id, transports: ["internal"] }],
    });
    const reply = await reauth(ada, { passkey: device.get(optionsOf(begun), passkey) });
    expect(reply).toMatchObject({ status: 200, body: { user: { email: ada.email } } });
    expect(await isOpen(ada)).toBe(true);
    later(301);
    expect(await isOpen(ada)).toBe(false);
    expect(await eventsOf(app, ada)).toEqual(
      expect.arrayContaining(["passkey.used success", "reauth.succeeded success"]),
    );
  });

  it("takes no password and no code beside it", async () => {
    const ada = await signUp(app);
    const passkey = await addPasskey(ada);
    await turnOn(app, ada);
    later(301);
    // By the authenticator's own word for whose it is, or without.
    const twist = { userHandle: undefined };
    const signed = device.get(optionsOf(await begin(ada)), passkey, twist);
    expect((await reauth(ada, { passkey: signed })).status).toBe(200);
  });

  it("raises a session to two factors, and trades its refresh token", async () => {
    const ada = await signUp(app);
    const passkey = await addPasskey(ada);
    await app.sql(
      "platform",
      "UPDATE tenants t JOIN users u ON u.tenant_id = t.id SET t.mfa_required = 1 WHERE u.email = ?",
      [ada.email],
    );
    const signedIn = await signIn(app, ada);
    const session = holding(signedIn);
    expect((await session.call("GET", "/api/entries")).body["code"]).toBe("mfa_required_by_policy");
    const signed = device.get(optionsOf(await begin(session)), passkey);
    const cookie = cookieOf(signedIn);
    const reply = await reauth(session, { passkey: signed }, { cookie });
    expect(reply.status).toBe(200);
    expect(cookieOf(reply)).toMatch(/^timos_rt=./);
    expect(cookieOf(reply)).not.toBe(cookie);
    expect((await session.call("GET", "/api/entries")).status).toBe(200);
  });
});

describe("a proof by passkey is refused", () => {
  let ada: Person;
  let passkey: Awaited<ReturnType<typeof addPasskey>>;
  beforeAll(async () => {
    ada = await signUp(app);
    passkey = await addPasskey(ada);
  });
  const expectShut = async (person: Pick<Person, "call">, reply: Reply) => {
    expect(reply).toMatchObject(REFUSED);
    later(301);
    expect(await isOpen(person)).toBe(false);
  };

  it("for the challenge of another user", async () => {
    const eve = await signUp(app);
    const own = await addPasskey(eve);
    const options = optionsOf(await begin(ada));
    await expectShut(eve, await reauth(eve, { passkey: device.get(options, own) }));
    await expectShut(eve, await reauth(eve, { passkey: device.get(options, passkey) }));
  });

  it("by the passkey of another user", async () => {
    const eve = await signUp(app);
    const own = await addPasskey(eve);
    const options = optionsOf(await begin(ada));
    await expectShut(ada, await reauth(ada, { passkey: device.get(options, own) }));
    const again = optionsOf(await begin(ada));
    const claimed = { userHandle: passkey.userHandle };
    await expectShut(ada, await reauth(ada, { passkey: device.get(again, own, claimed) }));
    expect(await eventsOf(app, ada)).toContain("reauth.failed failure");
  });

  it("for the challenge of another session of the same user", async () => {
    const other = holding(await signIn(app, ada));
    const signed = device.get(optionsOf(await begin(ada)), passkey);
    await expectShut(other, await reauth(other, { passkey: signed }));
  });

  it("for a challenge to sign in, or to register", async () => {
    const { options } = await beginSignIn(app);
    await expectShut(ada, await reauth(ada, { passkey: device.get(options, passkey) }));
    app.clock.now = start;
    const fresh = holding(await signIn(app, ada));
    const registration = optionsOf(
      await fresh.call("POST", "/api/auth/passkeys/register/options", { body: {} }),
    );
    await expectShut(fresh, await reauth(fresh, { passkey: device.get(registration, passkey) }));
  });

  it("the second time, and after five minutes", async () => {
    const signed = device.get(optionsOf(await begin(ada)), passkey);
    expect((await reauth(ada, { passkey: signed })).status).toBe(200);
    await expectShut(ada, await reauth(ada, { passkey: signed }));
    const late = device.get(optionsOf(await begin(ada)), passkey);
    later(300);
    expect(await reauth(ada, { passkey: late })).toMatchObject(REFUSED);
  });

  it.each<[string, Twist]>([
    ["for another origin", { origin: "https://evil.example" }],
    ["for another domain (wrong rpIdHash)", { rpId: "evil.example" }],
    ["without its user verified (UV cleared)", { isVerified: false }],
    ["for another user than the passkey's", { userHandle: "B".repeat(43) }],
  ])("%s", async (_name, twist) => {
    const signed = device.get(optionsOf(await begin(ada)), passkey, twist);
    await expectShut(ada, await reauth(ada, { passkey: signed }));
  });

  it("when the session ended meanwhile (cancelled session)", async () => {
    const other = holding(await signIn(app, ada));
    const signed = device.get(optionsOf(await begin(other)), passkey);
    await other.call("POST", "/api/auth/logout-all", { body: {} });
    expect((await reauth(other, { passkey: signed })).body["code"]).toBe("session_revoked");
  });

  it("of whoever has no passkey", async () => {
    expect((await begin(await signUp(app))).status).toBe(404);
  });
});
