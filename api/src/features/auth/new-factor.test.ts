import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { openTestApp, type TestApp } from "../../../test/app.ts";
import {
  addPasskey,
  beginRegistration,
  device,
  optionsOf,
  PAGE,
  register,
} from "../../../test/passkeys.ts";
import { call, signUp, type Person } from "../../../test/people.ts";
import { codeAt, signIn, turnOn } from "../../../test/second-factor.ts";

let app: TestApp;
beforeAll(async () => {
  app = await openTestApp({ APP_URL: PAGE });
});
afterAll(() => app.close());

/** Somebody who stole the password, and signed in with it before its owner had anything else. */
async function thiefOf(person: Person): Promise<Person> {
  const { body } = await signIn(app, person);
  const authorization = `Bearer ${String(body["accessToken"])}`;
  return {
    ...person,
    call: (method, path, sent = {}) =>
      call(app, method, path, { ...sent, headers: { authorization, ...sent.headers } }),
  };
}
const enroll = async (person: Person) =>
  String((await person.call("POST", "/api/auth/mfa/totp/enroll", { body: {} })).body["secret"]);
const confirm = (person: Person, secret: string) =>
  person.call("POST", "/api/auth/mfa/totp/confirm", {
    body: { code: codeAt(secret, app.clock.now) },
  });
const factorsOf = async (person: Person) => (await person.call("GET", "/api/auth/mfa")).body;

describe("what a thief of the password began to add before its owner set up a second factor", () => {
  it("is no passkey that takes the authenticator app away", async () => {
    const owner = await signUp(app);
    const thief = await thiefOf(owner);
    const { credential } = device.create(optionsOf(await beginRegistration(thief)));
    await turnOn(app, owner);
    expect(await register(thief, credential)).toMatchObject({
      status: 401,
      body: { code: "passkey_refused" },
    });
    expect((await thief.call("DELETE", "/api/auth/mfa/totp")).body["code"]).toBe("reauth_required");
    expect(await factorsOf(owner)).toMatchObject({ totp: true, passkeys: 0 });
  });

  it("is no authenticator app that takes the passkey away", async () => {
    const owner = await signUp(app);
    const thief = await thiefOf(owner);
    const secret = await enroll(thief);
    const { rowId } = await addPasskey(owner);
    expect(await confirm(thief, secret)).toMatchObject({ status: 404 });
    expect((await thief.call("DELETE", `/api/auth/passkeys/${rowId}`)).body["code"]).toBe(
      "reauth_required",
    );
    expect(await factorsOf(owner)).toMatchObject({ totp: false, passkeys: 1 });
  });

  it("is no authenticator app in the place of the owner's", async () => {
    const owner = await signUp(app);
    await turnOn(app, owner);
    app.clock.now = new Date(app.clock.now.getTime() + 30_000);
    // Of a session that proved both, whose owner adds a passkey in another.
    const secret = await enroll(owner);
    await app.sql(
      "platform",
      "UPDATE auth_sessions s JOIN users u ON u.id = s.user_id SET s.auth_time = '1970-01-01' WHERE u.email = ?",
      [owner.email],
    );
    expect(await confirm(owner, secret)).toMatchObject({
      status: 401,
      body: { code: "reauth_required" },
    });
  });

  it("is not added at the same moment either", async () => {
    for (let round = 0; round < 4; round++) {
      const owner = await signUp(app);
      const thief = await thiefOf(owner);
      const { credential } = device.create(optionsOf(await beginRegistration(thief)));
      const secret = await enroll(owner);
      const [confirmed, added] = await Promise.all([
        confirm(owner, secret),
        register(thief, credential),
      ]);
      // Whichever was first: what the other had begun is over, so that nobody has both.
      expect([confirmed.status, added.status].filter((status) => status < 300)).toHaveLength(1);
    }
  });
});
