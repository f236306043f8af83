import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { openTestApp, type TestApp } from "../../../test/app.ts";
import { call, signUp, type Person, type Reply } from "../../../test/people.ts";
import {
  answer,
  askedFor,
  codeAt,
  signIn,
  turnOn,
  type Kept,
} from "../../../test/second-factor.ts";
import { asSystem } from "../../platform/tenancy.ts";
import { forgetTrustedDevices } from "./trusted-devices.ts";

const DAY = 86_400;

let app: TestApp;
beforeAll(async () => {
  app = await openTestApp();
});
afterAll(() => app.close());

const later = (seconds: number) => {
  app.clock.now = new Date(app.clock.now.getTime() + seconds * 1000);
};
const bearer = (reply: Reply) => ({ authorization: `Bearer ${String(reply.body["accessToken"])}` });
const cookieNamed = (reply: Reply, name: string) =>
  reply.headers.getSetCookie().find((cookie) => cookie.startsWith(`timos_${name}=`)) ?? "";
const pairOf = (cookie: string) => cookie.split(";")[0] ?? "";

/** Answers the question for a second factor, and asks that it be the last in this browser. */
async function trust(person: Person, kept: Kept): Promise<Reply> {
  later(30);
  const code = codeAt(kept.secret, app.clock.now);
  return answer(app, await askedFor(app, person), "totp", code, { trustDevice: true });
}

/** Somebody with the second factor on, and a browser that they trust. */
async function trusting() {
  const person = await signUp(app);
  const kept = await turnOn(app, person);
  const reply = await trust(person, kept);
  return { person, kept, reply, cookie: pairOf(cookieNamed(reply, "td")) };
}
const isAsked = async (person: Person, cookie: string) =>
  (await signIn(app, person, { cookie })).body["mfaRequired"] === true;
const sessionOf = async (person: Person) => {
  const [row] = await app.sql(
    "platform",
    "SELECT s.amr, s.assurance FROM auth_sessions s JOIN users u ON u.id = s.user_id WHERE u.email = ? AND FIND_IN_SET('tdv', s.amr)",
    [person.email],
  );
  return row;
};

describe("a trusted device", () => {
  it("is asked for the password alone, for thirty days from its first day", async () => {
    const { person, reply, cookie } = await trusting();
    expect(cookieNamed(reply, "td")).toMatch(
      /^timos_td=[\w-]{64}; Max-Age=2592000; Path=\/; Expires=[^;]*; HttpOnly; SameSite=Lax$/,
    );
    expect(await isAsked(person, cookie)).toBe(false);
    expect(await isAsked(person, "")).toBe(true);
    later(29 * DAY);
    expect(await isAsked(person, cookie)).toBe(false);
    later(DAY + 1);
    expect(await isAsked(person, cookie)).toBe(true);
  });

  it("is none unless somebody asks for it", async () => {
    const person = await signUp(app);
    const { secret } = await turnOn(app, person);
    later(30);
    const reply = await answer(
      app,
      await askedFor(app, person),
      "totp",
      codeAt(secret, app.clock.now),
    );
    expect(cookieNamed(reply, "td")).toBe("");
  });

  it("is no second factor: what asks for a fresh proof or for two goes on asking", async () => {
    const { person, cookie } = await trusting();
    const reply = await signIn(app, person, { cookie });
    expect(await sessionOf(person)).toEqual({ amr: "pwd,tdv", assurance: 1 });
    const headers = bearer(reply);
    expect((await call(app, "GET", "/api/me", { headers })).status).toBe(200);
    expect((await call(app, "DELETE", "/api/auth/mfa/totp", { headers })).body["code"]).toBe(
      "reauth_required",
    );
  });

  it("does not spare a wrong password", async () => {
    const { person, cookie } = await trusting();
    const reply = await signIn(app, { ...person, password: "not the password" }, { cookie });
    expect(reply.body["code"]).toBe("invalid_credentials");
  });

  it("is one person's: another who signs in from it is asked", async () => {
    const ada = await trusting();
    const eve = await trusting();
    expect(await isAsked(ada.person, eve.cookie)).toBe(true);
  });

  it("is known by a secret of which the hash is kept", async () => {
    const { person, cookie } = await trusting();
    const last = cookie.endsWith("A") ? "B" : "A";
    expect(await isAsked(person, cookie.slice(0, -1) + last)).toBe(true);
    expect(await isAsked(person, "timos_td=short")).toBe(true);
    expect(await isAsked(person, `${cookie}; ${cookie}`)).toBe(true);
    const secret = Buffer.from(cookie.split("=")[1] ?? "", "base64url").subarray(16);
    const rows = await app.sql("platform", "SELECT secret_hash FROM trusted_devices");
    expect(rows.some((row) => (row["secret_hash"] as Buffer).equals(secret))).toBe(false);
  });

  it("signs in from two windows at once", async () => {
    const { person, cookie } = await trusting();
    const replies = await Promise.all([1, 2, 3, 4].map(() => signIn(app, person, { cookie })));
    expect(replies.map((reply) => "accessToken" in reply.body)).toEqual([true, true, true, true]);
  });

  it("is not enough where the tenant asks for a second factor, or on the platform's own staff", async () => {
    const { person, kept, cookie } = await trusting();
    const change = (sql: string) => app.sql("platform", sql, [person.email]);
    await change(
      "UPDATE tenants t JOIN users u ON u.tenant_id = t.id SET t.mfa_required = 1 WHERE u.email = ?",
    );
    expect(await isAsked(person, cookie)).toBe(true);
    expect(cookieNamed(await trust(person, kept), "td")).toBe("");
    await change(
      "UPDATE tenants t JOIN users u ON u.tenant_id = t.id SET t.mfa_required = 0 WHERE u.email = ?",
    );
    expect(await isAsked(person, cookie)).toBe(false);
    await change("UPDATE users SET platform_role = 'superadmin' WHERE email = ?");
    expect(await isAsked(person, cookie)).toBe(true);
  });

  it("is listed by a name that a person knows, and is asked again once it is removed", async () => {
    const { person, kept } = await trusting();
    later(30);
    const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
    const reply = await call(app, "POST", "/api/auth/mfa/verify", {
      body: {
        mfaToken: await askedFor(app, person),
        method: "totp",
        code: codeAt(kept.secret, app.clock.now),
        trustDevice: true,
      },
      headers: { "user-agent": firefox },
    });
    const cookie = pairOf(cookieNamed(reply, "td"));
    const headers = { ...bearer(reply), cookie };
    const listed = await call(app, "GET", "/api/auth/trusted-devices", { headers });
    const items = listed.body["items"] as Record<string, unknown>[];
    expect(items).toHaveLength(2);
    const current = items.find((item) => item["isCurrent"] === true);
    expect(current).toMatchObject({
      device: "Firefox on Linux",
      createdAt: app.clock.now.toISOString(),
      expiresAt: new Date(app.clock.now.getTime() + 30 * DAY * 1000).toISOString(),
    });
    const path = `/api/auth/trusted-devices/${String(current?.["id"])}`;
    const eve = await signUp(app);
    expect((await eve.call("DELETE", path)).status).toBe(404);
    expect(await isAsked(person, cookie)).toBe(false);
    expect((await call(app, "DELETE", path, { headers })).status).toBe(204);
    expect(await isAsked(person, cookie)).toBe(true);
    expect((await call(app, "DELETE", path, { headers })).status).toBe(404);
    const events = await app.sql(
      "platform",
      "SELECT action FROM audit_events WHERE target = ? ORDER BY id",
      [current?.["id"]],
    );
    expect(events.map((row) => String(row["action"]))).toEqual([
      "trusted_device.added",
      "trusted_device.revoked",
    ]);
  });

  it("is trusted no more after another secret was confirmed", async () => {
    const { person, cookie } = await trusting();
    await turnOn(app, person);
    expect(await isAsked(person, cookie)).toBe(true);
  });

  it.each([false, true])(
    "is trusted no more after signing out everywhere (but here: %s)",
    async (exceptThis) => {
      const { person, reply, cookie } = await trusting();
      const signedOut = await call(app, "POST", "/api/auth/logout-all", {
        body: { exceptThis },
        headers: bearer(reply),
      });
      expect(signedOut.status).toBe(204);
      expect(await isAsked(person, cookie)).toBe(true);
    },
  );

  it("is forgotten with all others when another feature says so", async () => {
    const { person, kept, cookie } = await trusting();
    const other = pairOf(cookieNamed(await trust(person, kept), "td"));
    const [user] = await app.sql("platform", "SELECT id FROM users WHERE email = ?", [
      person.email,
    ]);
    const count = await asSystem(() =>
      forgetTrustedDevices(app.deps.platform, String(user?.["id"])),
    );
    expect(count).toBe(2);
    expect([await isAsked(person, cookie), await isAsked(person, other)]).toEqual([true, true]);
  });
});
