import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { openTestApp, type TestApp } from "../../../test/app.ts";
import { call, linkToken, signUp, type Person, type Reply } from "../../../test/people.ts";
import { answer, askedFor, codeAt, protectedPerson, turnOn } from "../../../test/second-factor.ts";
import { inTransaction, type PlatformQueries } from "../../platform/client.ts";
import { asSystem } from "../../platform/tenancy.ts";
import { lockTenants, moveUser } from "../../platform/tenants.ts";
import { lockUsers } from "../../platform/users.ts";

/** What happens at the same moment: one transaction is held open until the other requests wait for it. */

let app: TestApp;
beforeAll(async () => {
  app = await openTestApp();
});
afterAll(() => app.close());

interface Row {
  readonly id: string;
  readonly tenantId: string;
  readonly role: string;
}
async function rowOf({ email }: Person): Promise<Row | undefined> {
  const sql = "SELECT id, tenant_id AS tenantId, role FROM users WHERE email = ?";
  return (await app.sql("platform", sql, [email]))[0] as Row | undefined;
}
const idOf = async (person: Person) => (await rowOf(person))?.id ?? "";

async function join(owner: Person, role: string): Promise<Person> {
  const person = await signUp(app);
  const body = { email: person.email, role };
  await owner.call("POST", "/api/tenant/invitations", { body });
  const token = linkToken(app, person.email);
  const joined = await person.call("POST", "/api/invitations/accept", { body: { token } });
  if (joined.status !== 200) throw new Error(`not joined: ${joined.status}`);
  return person;
}

/** How many transactions on this database wait for another. */
async function countWaiting(): Promise<number> {
  const sql = `SELECT COUNT(*) AS n FROM information_schema.innodb_trx t
    JOIN information_schema.processlist p ON p.id = t.trx_mysql_thread_id
    WHERE t.trx_state = 'LOCK WAIT' AND p.db = DATABASE()`;
  return Number((await app.sql("platform", sql))[0]?.["n"]);
}

/** Starts `requests` while `work` is done and not committed, and commits when all of them wait, or are over. */
async function duringWork(
  work: (tx: PlatformQueries) => Promise<unknown>,
  requests: readonly (() => Promise<Reply>)[],
): Promise<Reply[]> {
  let replies: Promise<Reply[]> = Promise.resolve([]);
  await asSystem(() =>
    inTransaction(app.deps.platform, async (tx) => {
      await work(tx);
      let left = requests.length;
      replies = Promise.all(
        requests.map(async (request) => {
          const reply = await request();
          left--;
          return reply;
        }),
      );
      // The server tells anew which transactions wait when nobody has asked for 100 ms.
      for (let i = 0; i < 30 && (await countWaiting()) < left; i++) {
        await new Promise((done) => setTimeout(done, 120));
      }
    }),
  );
  return replies;
}

/** Moves somebody into a tenant of their own, as leaving one does, while `requests` are made. */
async function whileMoving(
  person: Person,
  ...requests: readonly (() => Promise<Reply>)[]
): Promise<{ replies: Reply[]; to: string }> {
  const row = await rowOf(person);
  if (row === undefined) throw new Error("nobody to move");
  const to = randomUUID();
  const replies = await duringWork(async (tx) => {
    await tx.tenant.create({ data: { id: to, name: "another" } });
    await lockTenants(tx, [row.tenantId, to]);
    await moveUser(tx, row.id, { from: row.tenantId, to, role: "owner" });
  }, requests);
  await app.deps.sessions.evict({ userId: row.id });
  return { replies, to };
}

/** The tenants that rows of a user carry, by table. */
async function tenantsOfRows(userId: string): Promise<Record<string, string[]>> {
  const tables = await app.sql(
    "platform",
    `SELECT t.table_name AS name FROM information_schema.columns t JOIN information_schema.columns u
       ON u.table_name = t.table_name AND u.table_schema = t.table_schema AND u.column_name = 'user_id'
     WHERE t.table_schema = DATABASE() AND t.column_name = 'tenant_id' AND t.table_name <> 'audit_events'`,
  );
  const found: Record<string, string[]> = {};
  for (const { name } of tables as unknown as { name: string }[]) {
    const sql = `SELECT DISTINCT tenant_id AS id FROM \`${name}\` WHERE user_id = ?`;
    const rows = await app.sql("platform", sql, [userId]);
    if (rows.length > 0) found[name] = rows.map(({ id }) => String(id));
  }
  return found;
}

async function expectAllIn(person: Person, tenantId: string, ...tables: string[]): Promise<void> {
  const found = await tenantsOfRows(await idOf(person));
  expect(Object.keys(found)).toEqual(expect.arrayContaining(tables));
  for (const [table, tenants] of Object.entries(found)) {
    expect({ table, tenants }).toEqual({ table, tenants: [tenantId] });
  }
}

describe("what is made while its user moves into another tenant", () => {
  const signIn = ({ email, password }: Person) =>
    call(app, "POST", "/api/auth/login", { body: { email, password } });

  it("is a session of the tenant that they are in, which signing out everywhere ends", async () => {
    const person = await signUp(app);
    const { replies, to } = await whileMoving(person, () => signIn(person));
    expect(replies.map((reply) => reply.status)).toEqual([200]);
    await expectAllIn(person, to, "auth_sessions", "known_devices");
    const listed = await person.call("GET", "/api/auth/sessions");
    expect(listed.body["items"]).toHaveLength(2);
  });

  it("is a second factor, a trusted device, a token and a link of that tenant too", async () => {
    const person = await protectedPerson(app);
    const mfaToken = await askedFor(app, person);
    const code = codeAt(person.secret, app.clock.now);
    const { replies, to } = await whileMoving(
      person,
      () => answer(app, mfaToken, "totp", code, { trustDevice: true }),
      () => person.call("POST", "/api/tokens", { body: { name: "t", scopes: ["journal:read"] } }),
      () => person.call("POST", "/api/auth/mfa/recovery-codes", { body: {} }),
      () => call(app, "POST", "/api/auth/password/forgot", { body: { email: person.email } }),
    );
    expect(replies.map((reply) => reply.status)).toEqual([200, 201, 200, 202]);
    await expectAllIn(
      person,
      to,
      "auth_sessions",
      "trusted_devices",
      "api_tokens",
      "recovery_codes",
      "totp_credentials",
      "one_time_tokens",
    );
  });

  it("is a secret for an authenticator of that tenant", async () => {
    const person = await signUp(app);
    const { to } = await whileMoving(person, () =>
      person.call("POST", "/api/auth/mfa/totp/enroll", { body: {} }),
    );
    await expectAllIn(person, to, "totp_credentials");
    await turnOn(app, person);
  });

  it("is no second move: an invitation that is accepted meanwhile says so", async () => {
    const [owner, guest] = [await signUp(app), await signUp(app)];
    const body = { email: guest.email, role: "member" };
    await owner.call("POST", "/api/tenant/invitations", { body });
    const token = linkToken(app, guest.email);
    const accept = () => guest.call("POST", "/api/invitations/accept", { body: { token } });
    const { replies } = await whileMoving(guest, accept);
    const detail = "Your account has moved to another tenant meanwhile.";
    expect(replies[0]?.body).toMatchObject({ code: "conflict", detail });
    // Nothing is used up.
    expect((await accept()).status).toBe(200);
  });

  it("is ended by signing out everywhere that began in the former tenant", async () => {
    const person = await signUp(app);
    await signIn(person);
    const { replies } = await whileMoving(person, () =>
      person.call("POST", "/api/auth/logout-all", { body: {} }),
    );
    expect(replies.map((reply) => reply.status)).toEqual([204]);
    const sql = "SELECT COUNT(*) AS n FROM auth_sessions WHERE user_id = ? AND revoked_at IS NULL";
    expect(await app.sql("platform", sql, [await idOf(person)])).toEqual([{ n: 0 }]);
  });
});

describe("two last owners", () => {
  const erase = (person: Person) => () =>
    person.call("DELETE", "/api/me", { body: { confirm: person.email } });
  const leave = (person: Person, id: string) => () =>
    person.call("DELETE", `/api/tenant/members/${id}`);
  const demote = (person: Person, id: string) => () =>
    person.call("PATCH", `/api/tenant/members/${id}`, { body: { role: "member" } });

  /** A tenant with two owners and somebody who needs one. */
  async function household() {
    const one = await signUp(app);
    const two = await join(one, "admin");
    await join(one, "member");
    const promote = { body: { role: "owner" } };
    await one.call("PATCH", `/api/tenant/members/${await idOf(two)}`, promote);
    const row = await rowOf(one);
    if (row === undefined) throw new Error("no owner");
    return { one, two, tenantId: row.tenantId, ids: [row.id, await idOf(two)] as const };
  }

  it.each([
    ["erase their accounts", "erase", "erase"],
    ["erase their account and leave", "erase", "leave"],
    ["erase their account and become a member", "erase", "demote"],
    ["leave and become a member", "leave", "demote"],
  ] as const)("who %s at the same instant leave one of them", async (_, first, second) => {
    const { one, two, tenantId, ids } = await household();
    const ways = { erase, leave, demote };
    const replies = await duringWork(
      async (tx) => {
        await lockTenants(tx, [tenantId]);
        await lockUsers(tx, ids);
      },
      [ways[first](one, ids[0]), ways[second](two, ids[1])],
    );
    const refused = replies.filter((reply) => reply.body["code"] === "last_owner");
    expect(refused).toHaveLength(1);
    const sql = "SELECT COUNT(*) AS n FROM users WHERE tenant_id = ? AND role = 'owner'";
    expect(await app.sql("platform", sql, [tenantId])).toEqual([{ n: 1 }]);
  });

  it("who are alone in their tenant can erase both accounts, and the tenant goes with them", async () => {
    const one = await signUp(app);
    const two = await join(one, "admin");
    const id = await idOf(two);
    await one.call("PATCH", `/api/tenant/members/${id}`, { body: { role: "owner" } });
    const { tenantId } = (await rowOf(one)) ?? { tenantId: "" };
    const replies = await duringWork((tx) => lockTenants(tx, [tenantId]), [erase(one), erase(two)]);
    expect(replies.map((reply) => reply.status)).toEqual([202, 202]);
    const left = await app.sql("platform", "SELECT id FROM tenants WHERE id = ?", [tenantId]);
    expect(left).toEqual([]);
  });
});

describe("a member whom somebody else", () => {
  const told = async (email: string, subject: string) => {
    for (let i = 0; i < 100; i++) {
      const found = app
        .mails()
        .filter((mail) => mail.includes(`To: ${email}`) && mail.includes(`Subject: ${subject}`));
      if (found.length > 0) return found;
      await new Promise((done) => setTimeout(done, 10));
    }
    return [];
  };

  it("removes is told by mail, and nobody who leaves by themselves", async () => {
    const owner = await signUp(app);
    const [removed, leaving] = [await join(owner, "member"), await join(owner, "member")];
    await leaving.call("DELETE", `/api/tenant/members/${await idOf(leaving)}`);
    await owner.call("DELETE", `/api/tenant/members/${await idOf(removed)}`);
    expect(await told(removed.email, "You were removed from")).toHaveLength(1);
    expect(
      app
        .mails()
        .filter((mail) => mail.includes(`To: ${leaving.email}`))
        .join(),
    ).not.toContain("You were removed");
  });

  it("gives another role is told by mail, in their language, and not of where the other was", async () => {
    const owner = await signUp(app);
    const member = await join(owner, "member");
    await member.call("PATCH", "/api/me", { body: { locale: "de" } });
    const path = `/api/tenant/members/${await idOf(member)}`;
    await owner.call("PATCH", path, { body: { role: "admin" } });
    const [mail = ""] = await told(member.email, "Deine Rolle in");
    expect(mail).toContain("Verwaltung");
    expect(mail).not.toMatch(/Gerät|127\.0/);
    // The same role again is no news, and one's own choice neither.
    await owner.call("PATCH", path, { body: { role: "admin" } });
    await member.call("PATCH", path, { body: { role: "member" } });
    expect(await told(member.email, "Deine Rolle in")).toHaveLength(1);
  });

  it("gives other roles again and again fills no inbox", async () => {
    const owner = await signUp(app);
    const member = await join(owner, "member");
    const path = `/api/tenant/members/${await idOf(member)}`;
    for (let n = 0; n < 14; n++) {
      const role = n % 2 === 0 ? "admin" : "member";
      expect((await owner.call("PATCH", path, { body: { role } })).status).toBe(200);
    }
    // It hides nothing else.
    await owner.call("DELETE", path);
    expect(await told(member.email, "You were removed from")).toHaveLength(1);
    expect(await told(member.email, "You have another role in")).toHaveLength(10);
  });

  it("makes the owner is told by mail", async () => {
    const owner = await signUp(app);
    const heir = await join(owner, "member");
    await owner.call("POST", "/api/tenant/transfer", { body: { userId: await idOf(heir) } });
    const [mail = ""] = await told(heir.email, "You have another role in");
    expect(mail).toContain("an owner");
  });
});
