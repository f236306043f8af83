import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { openTestApp, type TestApp } from "../../../test/app.ts";
import { addPasskey, PAGE, signInWith } from "../../../test/passkeys.ts";
import { call, signUp, type Reply } from "../../../test/people.ts";
import { answer, askedFor, codeAt, protectedPerson, signIn } from "../../../test/second-factor.ts";

let app: TestApp;
beforeAll(async () => {
  app = await openTestApp({ APP_URL: PAGE });
});
afterAll(() => app.close());

const later = (seconds: number) => {
  app.clock.now = new Date(app.clock.now.getTime() + seconds * 1000);
};
const NEXT = "another horse and battery";
const as = (reply: Reply) => ({ authorization: `Bearer ${String(reply.body["accessToken"])}` });
const change = (signedIn: Reply, currentPassword: string) =>
  call(app, "POST", "/api/auth/password/change", {
    body: { currentPassword, newPassword: NEXT },
    headers: as(signedIn),
  });
const asked = (...methods: string[]) => ({
  status: 401,
  body: { code: "reauth_required", methods },
});

describe("changing the password", () => {
  it("is no step-up: a trusted device and the password take no second factor away, and sign nobody out", async () => {
    const person = await protectedPerson(app);
    const { secret, password } = person;
    const code = codeAt(secret, app.clock.now);
    const trusted = await answer(app, await askedFor(app, person), "totp", code, {
      trustDevice: true,
    });
    const cookie = trusted.headers.getSetCookie().find((each) => each.startsWith("timos_td="));
    const thief = await signIn(app, person, { cookie: cookie?.split(";")[0] ?? "" });
    const turnOff = () => call(app, "DELETE", "/api/auth/mfa/totp", { headers: as(thief) });
    expect(await turnOff()).toMatchObject(asked("password", "totp", "recovery"));
    expect(await change(thief, password)).toMatchObject(asked("password", "totp", "recovery"));
    expect(await turnOff()).toMatchObject(asked("password", "totp", "recovery"));
    expect((await call(app, "GET", "/api/me", { headers: as(trusted) })).status).toBe(200);
    expect(await askedFor(app, person)).toEqual(expect.any(String));
  });

  it("is no step-up: who stole the password of a superadmin with a passkey sets up no factor beside it", async () => {
    const ada = await signUp(app);
    const passkey = await addPasskey(ada);
    await app.sql("platform", "UPDATE users SET platform_role = 'superadmin' WHERE email = ?", [
      ada.email,
    ]);
    const thief = await signIn(app, ada);
    const enroll = () =>
      call(app, "POST", "/api/auth/mfa/totp/enroll", { body: {}, headers: as(thief) });
    expect(await enroll()).toMatchObject(asked("passkey"));
    expect(await change(thief, ada.password)).toMatchObject(asked("passkey"));
    expect(await enroll()).toMatchObject(asked("passkey"));
    // Their own passkey lets them change it, for which the password is asked as ever.
    const owner = await signInWith(app, passkey);
    expect(await change(owner, "not the password")).toMatchObject({
      body: { code: "invalid_credentials" },
    });
    expect((await change(owner, ada.password)).status).toBe(200);
  });

  it("with both factors proven makes what was proven last no longer", async () => {
    const person = await protectedPerson(app);
    const code = codeAt(person.secret, app.clock.now);
    const signedIn = await answer(app, await askedFor(app, person), "totp", code);
    later(290);
    const changed = await change(signedIn, person.password);
    expect(changed.status).toBe(200);
    later(11);
    const off = await call(app, "DELETE", "/api/auth/mfa/totp", { headers: as(changed) });
    expect(off).toMatchObject(asked("password", "totp", "recovery"));
  });

  it("is a fresh proof where the password is all there is", async () => {
    const person = await signUp(app);
    const signedIn = await signIn(app, person);
    later(301);
    const changed = await change(signedIn, person.password);
    expect(changed.status).toBe(200);
    const enrolled = await call(app, "POST", "/api/auth/mfa/totp/enroll", {
      body: {},
      headers: as(changed),
    });
    expect(enrolled.status).toBe(200);
  });
});
