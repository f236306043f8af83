import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { openTestApp, type TestApp } from "../../../test/app.ts";
import { addPasskey, mailTo, PAGE, signInWith } from "../../../test/passkeys.ts";
import { call, signUp, type Person } from "../../../test/people.ts";
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
const list = async (person: Person) =>
  (await person.call("GET", "/api/auth/passkeys")).body["items"] as Record<string, unknown>[];
const remove = (person: Person, id: string) => person.call("DELETE", `/api/auth/passkeys/${id}`);
const sql = (statement: string, { email }: Person) => app.sql("platform", statement, [email]);
const requireMfa = (person: Person) =>
  sql(
    "UPDATE tenants t JOIN users u ON u.tenant_id = t.id SET t.mfa_required = 1 WHERE u.email = ?",
    person,
  );
const withoutPassword = (person: Person) =>
  sql("UPDATE users SET password_hash = NULL WHERE email = ?", person);

describe("one's passkeys", () => {
  it("are one's own: another's is not there to rename or remove", async () => {
    const [ada, eve] = [await signUp(app), await signUp(app)];
    const { rowId } = await addPasskey(ada, { name: "Phone" });
    await addPasskey(eve);
    const rename = (person: Person) =>
      person.call("PATCH", `/api/auth/passkeys/${rowId}`, { body: { name: "Mine" } });
    expect((await rename(eve)).status).toBe(404);
    expect((await remove(eve, rowId)).status).toBe(404);
    expect(await list(ada)).toMatchObject([{ id: rowId, name: "Phone" }]);
    expect(await rename(ada)).toMatchObject({ status: 200, body: { id: rowId, name: "Mine" } });
    expect(await list(ada)).toMatchObject([{ id: rowId, name: "Mine" }]);
  });

  it("show nothing of their keys", async () => {
    const ada = await signUp(app);
    await addPasskey(ada);
    expect(Object.keys((await list(ada))[0] ?? {}).sort()).toEqual(
      ["createdAt", "id", "isBackedUp", "lastUsedAt", "name", "transports"].sort(),
    );
  });

  it("are removed with a fresh proof, and that is told", async () => {
    const ada = await signUp(app);
    const passkey = await addPasskey(ada, { name: "Old phone" });
    later(301);
    expect(await remove(ada, passkey.rowId)).toMatchObject({ body: { code: "reauth_required" } });
    app.clock.now = start;
    expect((await remove(ada, passkey.rowId)).status).toBe(204);
    expect((await remove(ada, passkey.rowId)).status).toBe(404);
    expect(await list(ada)).toEqual([]);
    expect((await signInWith(app, passkey)).status).toBe(401);
    expect(await eventsOf(app, ada)).toContain("passkey.removed success");
    expect(await mailTo(app, ada, "A passkey was removed")).toContain("Old phone");
  });

  it("go with the account, and sign nobody in from then on", async () => {
    const ada = await signUp(app);
    const passkey = await addPasskey(ada);
    const erased = await ada.call("DELETE", "/api/me", { body: { confirm: ada.email } });
    expect(erased.status).toBe(202);
    expect(await signInWith(app, passkey)).toMatchObject({
      status: 401,
      body: { code: "passkey_refused" },
    });
    const hash = "SELECT id FROM passkeys WHERE credential_id = ?";
    const rows = await app.sql("platform", hash, [Buffer.from(passkey.id, "base64url")]);
    expect(rows).toEqual([]);
  });
});

describe("the last way in", () => {
  it("is not removed; one that is not used here, or is switched off, is none", async () => {
    const ada = await signUp(app);
    const passkey = await addPasskey(ada);
    const LAST = { status: 409, body: { code: "last_sign_in_method" } };
    await sql("UPDATE users SET password_blocked_at = NOW() WHERE email = ?", ada);
    expect(await remove(ada, passkey.rowId)).toMatchObject(LAST);
    await withoutPassword(ada);
    await sql(
      `INSERT INTO oauth_accounts (id, tenant_id, user_id, provider, identity, issuer, subject, created_at)
       SELECT UUID(), tenant_id, id, 'google', UNHEX(SHA2(id, 256)), 'i', 's', NOW() FROM users WHERE email = ?`,
      ada,
    );
    expect(await remove(ada, passkey.rowId)).toMatchObject(LAST);
    expect((await signInWith(app, passkey)).status).toBe(200);
  });

  it("is left of two passkeys that are removed at once", async () => {
    const ada = await signUp(app);
    const [one, two] = [await addPasskey(ada), await addPasskey(ada)];
    await withoutPassword(ada);
    const replies = await Promise.all([remove(ada, one.rowId), remove(ada, two.rowId)]);
    expect(replies.map(({ status }) => status).sort()).toEqual([204, 409]);
    expect(await list(ada)).toHaveLength(1);
  });
});

describe("where two factors are asked for", () => {
  it.each([
    ["by the tenant", requireMfa],
    [
      "by a role on the platform",
      (person: Person) =>
        sql("UPDATE users SET platform_role = 'superadmin' WHERE email = ?", person),
    ],
  ])("the last second factor is not taken away: %s", async (_by, ask) => {
    const ada = await signUp(app);
    const passkey = await addPasskey(ada);
    await ask(ada);
    expect(await remove(ada, passkey.rowId)).toMatchObject({
      status: 403,
      body: { code: "mfa_required_by_policy" },
    });
    await turnOn(app, ada);
    expect((await remove(ada, passkey.rowId)).status).toBe(204);
    expect(await ada.call("DELETE", "/api/auth/mfa/totp")).toMatchObject({
      status: 403,
      body: { code: "mfa_required_by_policy" },
    });
  });

  it("one is left when the app is turned off and the passkey is removed at once", async () => {
    for (let times = 0; times < 3; times++) {
      const ada = await signUp(app);
      const passkey = await addPasskey(ada);
      await turnOn(app, ada);
      await requireMfa(ada);
      const replies = await Promise.all([
        ada.call("DELETE", "/api/auth/mfa/totp"),
        remove(ada, passkey.rowId),
      ]);
      expect(replies.map(({ status }) => status).sort()).toEqual([204, 403]);
      const { body } = await ada.call("GET", "/api/auth/mfa");
      expect(Number(body["totp"]) + Number(body["passkeys"])).toBe(1);
    }
  }, 60_000);

  it("a stolen password adds no factor beside the owner's passkey (NIST SP 800-63B-4 §4.1.2)", async () => {
    const ada = await signUp(app);
    const { rowId } = await addPasskey(ada);
    await requireMfa(ada);
    const { body } = await signIn(app, ada);
    const headers = { authorization: `Bearer ${String(body["accessToken"])}` };
    for (const [method, path] of [
      ["POST", "/api/auth/mfa/totp/enroll"],
      ["POST", "/api/auth/passkeys/register/options"],
      ["DELETE", `/api/auth/passkeys/${rowId}`],
    ] as const) {
      const reply = await call(app, method, path, {
        headers,
        ...(method === "POST" ? { body: {} } : {}),
      });
      expect(reply).toMatchObject({ status: 401, body: { code: "reauth_required" } });
      expect(reply.body["methods"]).toEqual(["passkey"]);
    }
    const reauth = await call(app, "POST", "/api/auth/reauth", {
      headers,
      body: { password: ada.password },
    });
    expect(reauth).toMatchObject({ status: 401, body: { code: "reauth_required" } });
  });
});
