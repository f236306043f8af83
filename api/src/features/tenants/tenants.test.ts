import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { openTestApp, type TestApp } from "../../../test/app.ts";
import { call, linkToken, signUp, type Person, type Reply } from "../../../test/people.ts";
import { turnOn } from "../../../test/second-factor.ts";
import type { Invitation, Member, TenantEvent } from "./contract.ts";

let app: TestApp;
beforeAll(async () => {
  app = await openTestApp();
});
afterAll(() => app.close());
const START = new Date("2026-11-21T20:00:00.000Z");
afterEach(() => {
  app.clock.now = START;
});
const later = (ms: number) => {
  app.clock.now = new Date(START.getTime() + ms);
};
const DAY_MS = 86_400_000;

async function rowOf({ email }: Person) {
  const [row] = await app.sql("platform", "SELECT * FROM users WHERE email = ?", [email]);
  return {
    id: String(row?.["id"]),
    tenantId: String(row?.["tenant_id"]),
    role: String(row?.["role"]),
  };
}
const idOf = async (person: Person) => (await rowOf(person)).id;

const invite = (by: Person, email: string, role = "member"): Promise<Reply> =>
  by.call("POST", "/api/tenant/invitations", { body: { email, role } });

const accept = (person: Person, token: string): Promise<Reply> =>
  person.call("POST", "/api/invitations/accept", { body: { token } });

/** Somebody with an account of their own, who came into the tenant of `owner`. */
async function join(owner: Person, role = "member"): Promise<Person> {
  const person = await signUp(app);
  const invited = await invite(owner, person.email, role);
  if (invited.status !== 201) throw new Error(`not invited: ${invited.status}`);
  const joined = await accept(person, linkToken(app, person.email));
  if (joined.status !== 200) throw new Error(`not joined: ${joined.status} ${app.logged()}`);
  return person;
}

const setRole = async (by: Person, whom: Person, role: string): Promise<Reply> =>
  by.call("PATCH", `/api/tenant/members/${await idOf(whom)}`, { body: { role } });

const remove = async (by: Person, whom: Person): Promise<Reply> =>
  by.call("DELETE", `/api/tenant/members/${await idOf(whom)}`);

const codes = (...replies: Reply[]) => replies.map(({ status, body }) => body["code"] ?? status);

async function actionsOf(by: Person): Promise<string[]> {
  const { body } = await by.call("GET", "/api/tenant/audit", {});
  return (body["items"] as TenantEvent[]).map((event) => event.action);
}

/** Every row of the platform that is this user's, by the tenant it carries. */
async function tenantsOfRows(userId: string): Promise<Record<string, string[]>> {
  const tables = await app.sql(
    "platform",
    `SELECT t.table_name AS name FROM information_schema.columns t JOIN information_schema.columns u
       ON u.table_name = t.table_name AND u.table_schema = t.table_schema AND u.column_name = 'user_id'
     WHERE t.table_schema = DATABASE() AND t.column_name = 'tenant_id' AND t.table_name <> 'audit_events'`,
  );
  const found: Record<string, string[]> = {};
  for (const { name } of tables as unknown as { name: string }[]) {
    const rows = await app.sql("platform", `SELECT tenant_id FROM \`${name}\` WHERE user_id = ?`, [
      userId,
    ]);
    if (rows.length > 0) found[name] = [...new Set(rows.map((row) => String(row["tenant_id"])))];
  }
  return found;
}

describe("a tenant", () => {
  it("is the caller's, and can be renamed with a fresh proof", async () => {
    const owner = await signUp(app);
    const { tenantId } = await rowOf(owner);
    expect((await owner.call("GET", "/api/tenant")).body).toMatchObject({
      id: tenantId,
      role: "owner",
      mfaRequired: false,
    });
    const renamed = await owner.call("PATCH", "/api/tenant", { body: { name: " The Practice " } });
    expect(renamed.body).toMatchObject({ id: tenantId, name: "The Practice" });
    // Strangers read it in invitations: it cannot lead them elsewhere.
    for (const name of [
      "",
      "a\nb",
      "x".repeat(121),
      "ours: https://evil.example",
      "WWW.evil.example",
    ]) {
      const refused = await owner.call("PATCH", "/api/tenant", { body: { name } });
      expect(refused).toMatchObject({ status: 400, body: { errors: [{ path: "body.name" }] } });
    }
    expect((await owner.call("PATCH", "/api/tenant", { body: { id: "1" } })).status).toBe(400);
    later(6 * 60_000);
    const stale = await owner.call("PATCH", "/api/tenant", { body: { name: "x" } });
    expect(stale.body["code"]).toBe("reauth_required");
  });

  it("has an event for what changed, and no more than sixty changes an hour by one account", async () => {
    const owner = await signUp(app);
    const rename = (name: string) => owner.call("PATCH", "/api/tenant", { body: { name } });
    expect(codes(await rename("A"), await rename("A"))).toEqual([200, 200]);
    expect((await actionsOf(owner)).filter((action) => action === "tenant.updated")).toHaveLength(
      1,
    );
    for (let n = 2; n < 60; n++) await rename(`A${n % 2}`);
    expect(codes(await rename("B"))).toEqual(["rate_limited"]);
    expect((await owner.call("GET", "/api/tenant")).body).not.toMatchObject({ name: "B" });
    const token = { name: "t", scopes: ["account:read"] };
    const refused = await owner.call("POST", "/api/tokens", { body: token });
    expect(refused.body["code"]).toBe("rate_limited");
  });

  it("asks a second factor of its members only at the wish of who has proven one", async () => {
    const owner = await signUp(app);
    const member = await join(owner);
    const ask = () => owner.call("PATCH", "/api/tenant", { body: { mfaRequired: true } });
    expect((await ask()).body["code"]).toBe("mfa_required_by_policy");
    await turnOn(app, owner);
    expect((await ask()).body).toMatchObject({ mfaRequired: true });
    // At once, on the next request; and they can go.
    expect((await member.call("GET", "/api/entries")).body["code"]).toBe("mfa_required_by_policy");
    expect(codes(await remove(member, owner))).toEqual(["mfa_required_by_policy"]);
    expect((await remove(member, member)).status).toBe(204);
    expect((await member.call("GET", "/api/entries")).status).toBe(200);
    // Whoever joins is asked at once too.
    const another = await join(owner);
    expect((await another.call("GET", "/api/entries")).body["code"]).toBe("mfa_required_by_policy");
  });
});

describe("roles", () => {
  it("are listed for administrators, and for no member", async () => {
    const owner = await signUp(app);
    const [admin, member] = [await join(owner, "admin"), await join(owner)];
    const { body } = await admin.call("GET", "/api/tenant/members?limit=2");
    const rest = await admin.call(
      "GET",
      `/api/tenant/members?limit=2&cursor=${String(body["nextCursor"])}`,
    );
    const all = [...(body["items"] as Member[]), ...(rest.body["items"] as Member[])];
    expect(all.map(({ email, role }) => [email, role]).sort()).toEqual(
      [
        [owner.email, "owner"],
        [admin.email, "admin"],
        [member.email, "member"],
      ].sort(),
    );
    expect(rest.body["nextCursor"]).toBeNull();
    expect((await member.call("GET", "/api/tenant/members")).status).toBe(403);
  });

  it("bite on the next request", async () => {
    const owner = await signUp(app);
    const member = await join(owner);
    expect((await member.call("GET", "/api/tenant/members")).status).toBe(403);
    expect((await setRole(owner, member, "admin")).body).toMatchObject({ role: "admin" });
    expect((await member.call("GET", "/api/tenant/members")).status).toBe(200);
    await setRole(owner, member, "member");
    expect((await member.call("GET", "/api/tenant/members")).status).toBe(403);
  });

  it("are given by nobody to somebody above them, and none above their own", async () => {
    const owner = await signUp(app);
    const [admin, member] = [await join(owner, "admin"), await join(owner)];
    expect(
      codes(
        await setRole(admin, owner, "member"),
        await setRole(admin, member, "owner"),
        await setRole(admin, admin, "owner"),
        await remove(admin, owner),
        await setRole(member, member, "admin"),
        await remove(member, admin),
        await admin.call("POST", "/api/tenant/transfer", { body: { userId: await idOf(member) } }),
      ),
    ).toEqual(Array(7).fill("forbidden"));
    expect((await setRole(admin, member, "admin")).status).toBe(200);
    expect((await setRole(admin, admin, "member")).status).toBe(200);
  });

  it("leave an owner, also when two owners demote each other at once", async () => {
    const owner = await signUp(app);
    expect(codes(await setRole(owner, owner, "admin"), await remove(owner, owner))).toEqual([
      "last_owner",
      "last_owner",
    ]);
    const other = await join(owner);
    await setRole(owner, other, "owner");
    for (let round = 0; round < 3; round++) {
      const replies = await Promise.all([
        setRole(owner, other, "member"),
        setRole(other, owner, "member"),
      ]);
      expect(replies.map((reply) => reply.status).sort()).toEqual([200, 403]);
      const [kept, demoted] =
        (await rowOf(owner)).role === "owner" ? [owner, other] : [other, owner];
      expect((await rowOf(demoted)).role).toBe("member");
      expect((await setRole(kept, demoted, "owner")).status).toBe(200);
    }
    // Each of themselves: of two that leave at once one stays.
    const left = await Promise.all([remove(owner, owner), remove(other, other)]);
    expect(codes(...left).sort()).toEqual([204, "last_owner"]);
  });

  it("do not count an owner who is suspended", async () => {
    const owner = await signUp(app);
    const other = await join(owner);
    await setRole(owner, other, "owner");
    await app.sql("platform", "UPDATE users SET status = 'suspended' WHERE email = ?", [
      other.email,
    ]);
    expect(codes(await setRole(owner, owner, "member"))).toEqual(["last_owner"]);
  });

  it("of an owner can be handed over", async () => {
    const owner = await signUp(app);
    const heir = await join(owner);
    const stranger = await signUp(app);
    const transfer = async (to: Person) =>
      owner.call("POST", "/api/tenant/transfer", { body: { userId: await idOf(to) } });
    expect(codes(await transfer(stranger), await transfer(owner))).toEqual([
      "not_found",
      "not_found",
    ]);
    expect((await transfer(heir)).status).toBe(204);
    expect([(await rowOf(owner)).role, (await rowOf(heir)).role]).toEqual(["admin", "owner"]);
    expect(codes(await transfer(heir))).toEqual(["forbidden"]);
    expect(await actionsOf(heir)).toEqual(
      expect.arrayContaining(["tenant.transferred", "role.changed"]),
    );
  });
});

describe("a member who is removed", () => {
  it("keeps account, session and journal, in a tenant of their own, with every row of theirs", async () => {
    const owner = await signUp(app);
    const member = await join(owner);
    const entry = { day: "2026-11-21", title: "mine", body: "alone" };
    const written = await member.call("POST", "/api/entries", { body: entry });
    const token = await member.call("POST", "/api/tokens", {
      body: { name: "t", scopes: ["journal:read"] },
    });
    expect([written.status, token.status]).toEqual([201, 201]);
    await turnOn(app, member);
    const before = await rowOf(member);
    expect(before.tenantId).toBe((await rowOf(owner)).tenantId);

    expect((await remove(owner, member)).status).toBe(204);
    const after = await rowOf(member);
    expect(after).toMatchObject({ id: before.id, role: "owner" });
    expect(after.tenantId).not.toBe(before.tenantId);
    const rows = await tenantsOfRows(after.id);
    expect(Object.keys(rows)).toEqual(
      expect.arrayContaining(["auth_sessions", "api_tokens", "totp_credentials", "user_deks"]),
    );
    for (const [table, tenants] of Object.entries(rows)) {
      expect({ table, tenants }).toEqual({ table, tenants: [after.tenantId] });
    }
    const path = `/api/entries/${String(written.body["id"])}`;
    expect((await member.call("GET", path)).body).toMatchObject(entry);
    expect((await member.call("GET", "/api/tenant/members")).body["items"]).toHaveLength(1);
    expect((await remove(owner, member)).body["code"]).toBe("not_found");
    // What happened in the tenant stays there.
    expect(await actionsOf(owner)).toContain("member.removed");
    expect(await actionsOf(member)).not.toContain("mfa.confirmed");
  });
});

describe("an invitation", () => {
  it("brings the owner of the address in, once, with all that is theirs", async () => {
    const owner = await signUp(app);
    const guest = await signUp(app);
    const entry = { day: "2026-11-20", title: "before", body: "moving" };
    const written = await guest.call("POST", "/api/entries", { body: entry });
    const { tenantId: former } = await rowOf(guest);
    const invited = await invite(owner, guest.email.toUpperCase(), "admin");
    expect(invited).toMatchObject({ status: 201, body: { email: guest.email, role: "admin" } });
    expect(JSON.stringify(invited.body)).not.toContain(linkToken(app, guest.email));
    const token = linkToken(app, guest.email);
    expect(app.mails().at(-1)).toContain(`http://127.0.0.1:3000/invite#token=${token}`);

    const replies = await Promise.all([
      accept(guest, token),
      accept(guest, token),
      accept(guest, token),
    ]);
    expect(replies.filter((reply) => reply.status === 200)).toHaveLength(1);
    const { tenantId, role, id } = await rowOf(guest);
    expect({ tenantId, role }).toEqual({ tenantId: (await rowOf(owner)).tenantId, role: "admin" });
    expect(new Set(Object.values(await tenantsOfRows(id)).flat())).toEqual(new Set([tenantId]));
    const path = `/api/entries/${String(written.body["id"])}`;
    expect((await guest.call("GET", path)).body).toMatchObject(entry);
    expect((await owner.call("GET", path)).status).toBe(404);
    expect(await app.sql("platform", "SELECT id FROM tenants WHERE id = ?", [former])).toEqual([]);
    expect((await accept(guest, token)).body["code"]).toBe("gone");
    expect((await owner.call("GET", "/api/tenant/invitations")).body["items"]).toEqual([]);
  });

  it("is for the invited, verified address alone (GHSA-fmh4-wcc4-5jm3)", async () => {
    const owner = await signUp(app);
    const [guest, thief] = [await signUp(app), await signUp(app)];
    await invite(owner, guest.email);
    const token = linkToken(app, guest.email);
    expect((await accept(thief, token)).body["code"]).toBe("forbidden");
    await app.sql("platform", "UPDATE users SET email_verified_at = NULL WHERE email = ?", [
      guest.email,
    ]);
    expect((await accept(guest, token)).body["code"]).toBe("forbidden");
    await app.sql("platform", "UPDATE users SET email_verified_at = NOW(3) WHERE email = ?", [
      guest.email,
    ]);
    expect((await accept(guest, token)).status).toBe(200);
  });

  it("is worth nothing with half of its token, with another's secret, or after seven days", async () => {
    const owner = await signUp(app);
    const guest = await signUp(app);
    await invite(owner, guest.email);
    const token = linkToken(app, guest.email);
    const bytes = Buffer.from(token, "base64url");
    bytes.fill(0, 8);
    expect(codes(await accept(guest, bytes.toString("base64url")))).toEqual(["gone"]);
    expect((await accept(guest, token.slice(0, 31))).status).toBe(400);
    await app.sql("platform", "UPDATE invitations SET expires_at = ? WHERE email = ?", [
      START,
      guest.email,
    ]);
    expect(codes(await accept(guest, token))).toEqual(["gone"]);
    const { body } = await invite(owner, guest.email);
    expect(new Date(String(body["expiresAt"])).getTime() - START.getTime()).toBe(7 * DAY_MS);
  });

  it("ends when it is taken back, or when another is sent to the address", async () => {
    const owner = await signUp(app);
    const guest = await signUp(app);
    await invite(owner, guest.email);
    const first = linkToken(app, guest.email);
    const { body } = await invite(owner, guest.email);
    expect((await owner.call("GET", "/api/tenant/invitations")).body["items"]).toEqual([body]);
    expect(codes(await accept(guest, first))).toEqual(["gone"]);
    const path = `/api/tenant/invitations/${(body as unknown as Invitation).id}`;
    expect((await guest.call("DELETE", path)).status).toBe(404);
    expect((await owner.call("DELETE", path)).status).toBe(204);
    expect((await owner.call("DELETE", path)).status).toBe(404);
    expect(codes(await accept(guest, linkToken(app, guest.email)))).toEqual(["gone"]);
  });

  it("is capped at the role of who sends it, at the time of sending and of accepting", async () => {
    const owner = await signUp(app);
    const admin = await join(owner, "admin");
    const guest = await signUp(app);
    expect(codes(await invite(admin, guest.email, "owner"))).toEqual(["forbidden"]);
    expect((await invite(admin, guest.email, "admin")).status).toBe(201);
    const token = linkToken(app, guest.email);
    await setRole(owner, admin, "member");
    expect(codes(await accept(guest, token))).toEqual(["gone"]);
    await setRole(owner, admin, "admin");
    await remove(owner, admin);
    expect(codes(await accept(guest, token))).toEqual(["gone"]);
    // Refused, not used up: nothing that was refused has moved anything.
    expect((await rowOf(guest)).role).toBe("owner");
  });

  it("does not take the last owner from others", async () => {
    const [owner, other] = [await signUp(app), await signUp(app)];
    const member = await join(other);
    await invite(owner, other.email);
    const token = linkToken(app, other.email);
    expect(codes(await accept(other, token))).toEqual(["last_owner"]);
    const confirm = { body: { confirm: other.email } };
    expect(codes(await other.call("DELETE", "/api/me", confirm))).toEqual(["last_owner"]);
    await setRole(other, member, "owner");
    expect((await accept(other, token)).status).toBe(200);
    expect((await rowOf(member)).role).toBe("owner");
  });

  it("answers the same whether or not there is an account, and mails in the inviter's language", async () => {
    const owner = await signUp(app);
    const known = await signUp(app);
    await known.call("PATCH", "/api/me", { body: { locale: "de" } });
    const [one, two] = [
      await invite(owner, known.email),
      await invite(owner, "nobody@example.org"),
    ];
    expect(one.status).toBe(two.status);
    expect(Object.keys(one.body)).toEqual(Object.keys(two.body));
    const subjects = app
      .mails()
      .slice(-2)
      .map((mail) => /^Subject: .*$/m.exec(mail)?.[0]);
    expect(subjects[0]).toBe(subjects[1]);
    expect(codes(await invite(owner, owner.email))).toEqual(["conflict"]);
  });

  it("is refused, and not stored, when no mail goes out: ten an hour to one address", async () => {
    const email = "popular@limits.example.org";
    const [one, two] = [await signUp(app), await signUp(app)];
    for (let n = 0; n < 10; n++) expect((await invite(one, email)).status).toBe(201);
    expect(codes(await invite(two, email))).toEqual(["rate_limited"]);
    const { body } = await two.call("GET", "/api/tenant/invitations");
    expect(body["items"]).toEqual([]);
    expect(app.mails().filter((mail) => mail.includes(`To: ${email}`))).toHaveLength(10);
    expect((await invite(two, "unpopular@limits.example.org")).status).toBe(201);
  });

  it("goes out though strangers have used up the mails to the address", async () => {
    const email = "flooded@limits.example.org";
    for (let n = 0; n < 6; n++) {
      await call(app, "POST", "/api/auth/signup", {
        body: { email, password: "correct horse battery" },
      });
    }
    expect((await invite(await signUp(app), email)).status).toBe(201);
    expect(
      app.mails().filter((mail) => mail.includes("/invite#token=") && mail.includes(email)),
    ).toHaveLength(1);
  });

  it("is one of twenty a day", async () => {
    const owner = await signUp(app);
    const replies = await Promise.all(
      Array.from({ length: 22 }, (_, n) => invite(owner, `guest${n}@limits.example.org`)),
    );
    expect(replies.filter((reply) => reply.status === 201)).toHaveLength(20);
    expect(replies.filter((reply) => reply.body["code"] === "rate_limited")).toHaveLength(2);
  });
});

describe("the audit of a tenant", () => {
  it("tells administrators of the tenant and of security, in pages, and nothing of journals", async () => {
    const owner = await signUp(app);
    const member = await join(owner);
    await member.call("POST", "/api/entries", {
      body: { day: "2026-11-21", title: "t", body: "b" },
    });
    await setRole(owner, member, "admin");
    const actions = await actionsOf(owner);
    expect(actions.slice(0, 2)).toEqual(["role.changed", "invitation.accepted"]);
    expect(actions).toContain("invitation.created");
    const all = await app.sql("platform", "SELECT DISTINCT action FROM audit_events");
    expect(all.map((row) => String(row["action"]))).toContain("key.unwrapped");
    expect(actions.filter((action) => /^(key|dek|vault)\./.test(action))).toEqual([]);
    const page = await owner.call("GET", "/api/tenant/audit?limit=1");
    const next = await owner.call(
      "GET",
      `/api/tenant/audit?limit=1&cursor=${String(page.body["nextCursor"])}`,
    );
    const items = [page, next].flatMap((reply) => reply.body["items"] as TenantEvent[]);
    expect(items.map((event) => event.action)).toEqual(actions.slice(0, 2));
    expect(items[0]).toMatchObject({
      actor: "admin",
      actorId: await idOf(owner),
      userId: await idOf(member),
      target: "admin",
    });
    expect((await owner.call("GET", "/api/tenant/audit?cursor=x")).status).toBe(400);
    // Of another tenant nothing.
    expect(await actionsOf(await signUp(app))).not.toContain("role.changed");
  });
});
