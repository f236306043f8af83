import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { openTestApp, type TestApp } from "../../../test/app.ts";
import { call, signUp, type Person, type Reply } from "../../../test/people.ts";
import { protectedPerson } from "../../../test/second-factor.ts";
import { AccountExport } from "./contract.ts";

let app: TestApp;
let person: Person, other: Person;
let reply: Reply;
const START = new Date("2026-11-21T20:00:00.000Z");
beforeAll(async () => {
  app = await openTestApp();
  [person, other] = [await somebody(), await somebody()];
  reply = await exportOf(person);
}, 120_000);
afterEach(() => {
  app.clock.now = START;
});
afterAll(() => app.close());

const exportOf = (person: Person) => person.call("GET", "/api/me/export");

/** Somebody of whom there is a row of every kind. */
async function somebody(): Promise<Person> {
  const person = await protectedPerson(app);
  const { email } = person;
  const token = await person.call("POST", "/api/tokens", {
    body: { name: `token of ${email}`, scopes: ["journal:read"] },
  });
  expect(token.status).toBe(201);
  await person.call("POST", "/api/auth/email/change", { body: { newEmail: `new.${email}` } });
  await call(app, "POST", "/api/auth/password/forgot", { body: { email } });
  const insert = (sql: string, ...values: unknown[]) =>
    app.sql("platform", `${sql} FROM users WHERE email = ?`, [...values, email]);
  await insert(
    `INSERT INTO oauth_accounts (id, tenant_id, user_id, provider, identity, issuer, subject, email, refresh_sealed, created_at)
     SELECT UUID(), tenant_id, id, 'apple', UNHEX(SHA2(?, 256)), 'apple', ?, email, 'REFRESH-SEALED', NOW()`,
    email,
    `subject of ${email}`,
  );
  await insert(
    `INSERT INTO passkeys (id, tenant_id, user_id, credential_hash, credential_id, public_key, counter, transports, is_backed_up, name, created_at)
     SELECT UUID(), tenant_id, id, UNHEX(SHA2(?, 256)), 'CREDENTIAL-ID', 'PUBLIC-KEY', 0, '', 0, ?, NOW()`,
    email,
    `key of ${email}`,
  );
  await insert(
    `INSERT INTO trusted_devices (id, tenant_id, user_id, secret_hash, user_agent, created_at, last_used_at, expires_at)
     SELECT UUID(), tenant_id, id, UNHEX(SHA2(?, 256)), ?, NOW(), NOW(), NOW()`,
    email,
    `agent of ${email}`,
  );
  return person;
}

/** Every value of a table, as text, in all the ways in which it might be written. */
async function valuesOf(table: string, columns: readonly string[]): Promise<string[]> {
  const rows = await app.sql(
    "platform",
    `SELECT ${columns.map((column) => `\`${column}\``).join()} FROM ${table}`,
  );
  return rows
    .flatMap((row) => Object.values(row) as (string | number | Buffer | null)[])
    .filter((value) => value !== null)
    .flatMap((value) =>
      Buffer.isBuffer(value)
        ? [value.toString("hex"), value.toString("base64"), value.toString("base64url")]
        : [String(value)],
    );
}

describe("the export of an account", () => {
  it("is a file that says all that is kept, and passes its own schema", () => {
    expect(reply.status).toBe(200);
    expect(reply.headers.get("content-type")).toMatch(/^application\/json/);
    expect(reply.headers.get("content-disposition")).toBe(
      'attachment; filename="timos-account-2026-11-21.json"',
    );
    expect(reply.headers.get("cache-control")).toBe("no-store");
    const file = AccountExport.strict().parse(reply.body);
    expect(file).toMatchObject({
      format: "timos-account",
      version: 1,
      account: { email: person.email, hasPassword: true, recoveryCodesLeft: 10 },
      tenant: { mfaRequired: false },
      identities: [{ provider: "apple", subject: `subject of ${person.email}` }],
      passkeys: [{ name: `key of ${person.email}` }],
      trustedDevices: [{ userAgent: `agent of ${person.email}` }],
      tokens: [{ name: `token of ${person.email}`, scopes: "journal:read" }],
    });
    expect(file.account.secondFactorSince).not.toBeNull();
    expect(file.sessions.length).toBeGreaterThan(0);
    expect(file.knownBrowsers).toHaveLength(1);
    expect(file.links.map((link) => link.purpose)).toEqual(
      expect.arrayContaining(["change_email", "undo_email_change", "reset_password"]),
    );
    const actions = file.events.map((event) => event.action);
    expect(actions).toEqual(expect.arrayContaining(["account.exported", "token.created"]));
  });

  it("holds no secret, and no hash, salt, wrap or box of anybody", async () => {
    const text = JSON.stringify(reply.body);
    const secrets = [
      ...(await valuesOf("users", ["password_hash", "passkey_handle"])),
      ...(await valuesOf("auth_sessions", [
        "current_hash",
        "previous_hash",
        "salt",
        "device_hash",
      ])),
      ...(await valuesOf("one_time_tokens", ["selector", "secret_hash", "password_hash"])),
      ...(await valuesOf("known_devices", ["device_hash"])),
      ...(await valuesOf("trusted_devices", ["secret_hash"])),
      ...(await valuesOf("totp_credentials", ["sealed", "pending"])),
      ...(await valuesOf("recovery_codes", ["hash"])),
      ...(await valuesOf("oauth_accounts", ["identity", "refresh_sealed"])),
      ...(await valuesOf("passkeys", ["credential_hash", "credential_id", "public_key"])),
      ...(await valuesOf("api_tokens", ["secret_hash"])),
      ...(await valuesOf("user_deks", ["owner_id", "dek_id"])),
      ...(await valuesOf("dek_wraps", ["owner_id", "blob"])),
      ...(await valuesOf("audit_keys", ["salt"])),
    ];
    expect(secrets.length).toBeGreaterThan(50);
    expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
    expect(text).not.toMatch(
      /argon2|[Hh]ash"|salt"|secret"|sealed"|wrap"|REFRESH-SEALED|PUBLIC-KEY/,
    );
  });

  it("holds nothing of another user", async () => {
    const [row] = await app.sql("platform", "SELECT id, tenant_id FROM users WHERE email = ?", [
      other.email,
    ]);
    const text = JSON.stringify(reply.body);
    for (const theirs of [other.email, String(row?.["id"]), String(row?.["tenant_id"])]) {
      expect(text).not.toContain(theirs);
    }
  });

  it("takes a fresh proof, and no access token of a program", async () => {
    const person = await signUp(app);
    const made = await person.call("POST", "/api/tokens", {
      body: { name: "t", scopes: ["account:read"] },
    });
    const headers = { authorization: `Bearer ${String(made.body["token"])}` };
    expect((await call(app, "GET", "/api/me/export", { headers })).status).toBe(403);
    app.clock.now = new Date(START.getTime() + 301_000);
    expect((await exportOf(person)).body["code"]).toBe("reauth_required");
    expect((await call(app, "GET", "/api/me/export")).status).toBe(401);
  });

  it("is given twice a day", async () => {
    const person = await signUp(app);
    expect([(await exportOf(person)).status, (await exportOf(person)).status]).toEqual([200, 200]);
    const refused = await exportOf(person);
    expect(refused).toMatchObject({ status: 429, body: { code: "rate_limited" } });
  });

  it("is whole when there is more than is read at once", async () => {
    const person = await signUp(app);
    const [user] = await app.sql("platform", "SELECT id, tenant_id FROM users WHERE email = ?", [
      person.email,
    ]);
    const rows = Array.from(
      { length: 450 },
      (_, i) =>
        `('${String(user?.["tenant_id"])}','${String(user?.["id"])}','job','made.${i}','test',NOW())`,
    );
    await app.sql(
      "platform",
      `INSERT INTO audit_events (tenant_id, user_id, actor, action, purpose, at) VALUES ${rows.join()}`,
    );
    const file = AccountExport.parse((await exportOf(person)).body);
    const made = file.events.filter((event) => event.action.startsWith("made."));
    expect(new Set(made.map((event) => event.action)).size).toBe(450);
    expect(made).toHaveLength(450);
  });
});
