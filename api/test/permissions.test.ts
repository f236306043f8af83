import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { Redis } from "ioredis";
import type { Endpoint } from "../src/contract/endpoint.ts";
import { contract } from "../src/contract/index.ts";
import { PERMISSIONS, ruleOf, SCOPES, type Permission } from "../src/contract/permissions.ts";
import { setSuperadmin } from "../src/features/admin/superadmins.ts";
import { openTestApp, type TestApp } from "./app.ts";
import { call, linkToken, signUp, type Person, type Reply } from "./people.ts";
import { turnOn } from "./second-factor.ts";

/** Who may call what: the whole contract, asked over HTTP by everybody. */

const ENDPOINTS = Object.entries(contract).flatMap(([feature, endpoints]) =>
  Object.entries<Endpoint>(endpoints).map(([name, endpoint]) => ({
    name: `${feature}.${name}`,
    endpoint,
  })),
);
type Asked = (typeof ENDPOINTS)[number] & { readonly permission: Permission };
const GUARDED: readonly Asked[] = ENDPOINTS.flatMap((each) =>
  "permission" in each.endpoint ? [{ ...each, permission: each.endpoint.permission }] : [],
);
/** What an endpoint asks for besides, of whoever names another than themselves. */
const DEEPER: Readonly<Record<string, Permission>> = { "tenants.removeMember": "members:write" };

const NOBODY = "0b9f3c46-1f5e-4a7e-9c3f-6f1f5f7a2b11";
/** What no body may say: the server knows it (CVE-2026-27946). */
const SMUGGLED = {
  tenantId: NOBODY,
  userId: NOBODY,
  role: "superadmin",
  platformRole: "superadmin",
  emailVerified: true,
  emailVerifiedAt: "2026-11-21T20:00:00.000Z",
  mfaEnabled: false,
};

let app: TestApp;
let owner: Person;
let admin: Person;
let member: Person;
let superadmin: Person;
let unproven: Person;
beforeAll(async () => {
  app = await openTestApp();
  owner = await signUp(app);
  const join = async (role: string) => {
    const person = await signUp(app);
    await owner.call("POST", "/api/tenant/invitations", { body: { email: person.email, role } });
    const token = linkToken(app, person.email);
    await person.call("POST", "/api/invitations/accept", { body: { token } });
    return person;
  };
  admin = await join("admin");
  member = await join("member");
  superadmin = await join("member");
  unproven = await join("member");
  await turnOn(app, superadmin);
  for (const { email } of [superadmin, unproven]) {
    await setSuperadmin(app.deps.platform, email, true, app.clock.now);
  }
  app.deps.sessions.onMessage("tenant:");
}, 60_000);
afterAll(() => app.close());
// Everybody asks from one address here, and more often than a client may.
beforeEach(async () => {
  const redis = new Redis(app.deps.config.redisUrl);
  await redis.flushdb();
  redis.disconnect();
});

const pathOf = ({ path }: Endpoint, id = NOBODY) =>
  path
    .replace(/:provider\b/, "google")
    .replace(/:day\b/, "2026-11-21")
    .replace(/:week\b/, "2026-W47")
    .replace(/:kind\b/, "entries")
    .replace(/\/history$/, "/history?from=2026-11-21&to=2026-11-21")
    .replace(/:\w+/g, id);

const ask = (
  person: Person,
  endpoint: Endpoint,
  { id, body }: { id?: string; body?: unknown } = {},
): Promise<Reply> =>
  person.call(endpoint.method, pathOf(endpoint, id), {
    headers: { "sec-fetch-site": "same-origin" },
    ...(endpoint.method === "GET" || body === undefined ? {} : { body }),
  });

describe("the table of permissions", () => {
  it("is named by every endpoint that somebody signed in calls", () => {
    expect(GUARDED.length).toBeGreaterThan(30);
    for (const { name, permission } of GUARDED) {
      expect({ name, isKnown: permission in PERMISSIONS }).toEqual({ name, isKnown: true });
    }
    const isGuarded = ({ endpoint }: (typeof ENDPOINTS)[number]) =>
      endpoint.auth === "user" || endpoint.auth === "optional_user";
    expect(GUARDED).toHaveLength(ENDPOINTS.filter(isGuarded).length);
  });

  it("has no word for another's journal: whoever has a journal permission has it for their own", () => {
    const journal = (Object.keys(PERMISSIONS) as Permission[]).filter((name) =>
      /journal|entr|vault|record/.test(name),
    );
    expect(journal).toEqual(["journal:read", "journal:write"]);
    for (const name of journal) expect(ruleOf(name).roles).toEqual(["owner", "admin", "member"]);
  });

  it("gives tokens nothing of ways in, tenants or the platform", () => {
    expect(SCOPES).toEqual(["account:read", "journal:read", "journal:write"]);
    for (const { endpoint, permission } of GUARDED) {
      if (endpoint.path.startsWith("/api/auth/")) expect(SCOPES).not.toContain(permission);
    }
  });

  it("is what the server answers by, to every role at every endpoint", async () => {
    // Beyond the five minutes of a fresh proof, and with bodies that are refused: asking changes nothing.
    app.clock.now = new Date(app.clock.now.getTime() + 6 * 60_000);
    const people = { owner, admin, member, superadmin, unproven };
    const wrong: unknown[] = [];
    for (const { name, endpoint, permission } of GUARDED) {
      const needed = [permission, ...(endpoint.path.includes(":userId") ? [DEEPER[name]] : [])];
      for (const [as, person] of Object.entries(people)) {
        const roles =
          as === "superadmin" ? ["member", "superadmin"] : [as === "unproven" ? "member" : as];
        const isStale = "fresh" in endpoint;
        // Without a fresh proof nobody gets as far as what is asked besides.
        const isAllowed = needed.every(
          (each, depth) =>
            each === undefined ||
            (depth > 0 && isStale) ||
            ruleOf(each).roles.some((role) => roles.includes(role)),
        );
        const { status, body } = await ask(person, endpoint, { body: SMUGGLED });
        const isRight = isAllowed
          ? body["code"] !== "forbidden" && (!isStale || body["code"] === "reauth_required")
          : status === 403 && body["code"] === "forbidden";
        if (!isRight) wrong.push({ name, as, isAllowed, status, code: body["code"] });
      }
    }
    expect(wrong).toEqual([]);
    app.clock.now = new Date("2026-11-21T20:00:00.000Z");
  }, 120_000);

  it("lets nobody in who is not signed in", async () => {
    for (const { name, endpoint } of GUARDED) {
      if (endpoint.auth !== "user") continue;
      for (const authorization of [undefined, "Bearer ", "Bearer x", "Bearer null", "Basic Og=="]) {
        const reply = await call(app, endpoint.method, pathOf(endpoint), {
          headers: authorization === undefined ? {} : { authorization },
        });
        expect({ name, status: reply.status }).toEqual({ name, status: 401 });
      }
    }
  }, 60_000);
});

describe("a body", () => {
  it("says nothing of tenant, role or proof that the server believes (CVE-2026-27946)", async () => {
    const wrong: unknown[] = [];
    for (const { name, endpoint } of ENDPOINTS) {
      if (endpoint.body === undefined || endpoint.form === true) continue;
      const parsed = endpoint.body.safeParse(SMUGGLED);
      const unknown = (parsed.error?.issues ?? []).flatMap((issue) =>
        issue.code === "unrecognized_keys" ? issue.keys : [],
      );
      // A member's role is what one endpoint is about, and a member's id another.
      const known = Object.keys(SMUGGLED).filter((key) => !unknown.includes(key));
      const meant = known.filter((key) => !["role", "userId"].includes(key));
      if (parsed.success || meant.length > 0) wrong.push({ name, known });
      if (endpoint.auth === "refresh_cookie") continue;
      const person = endpoint.path.startsWith("/api/admin/") ? superadmin : owner;
      const { status, body } = await ask(person, endpoint, { body: SMUGGLED });
      if (status !== 400) wrong.push({ name, status, code: body["code"] });
    }
    expect(wrong).toEqual([]);
    const [row] = await app.sql(
      "platform",
      "SELECT role, platform_role FROM users WHERE email = ?",
      [member.email],
    );
    expect(row).toEqual({ role: "member", platform_role: null });
  }, 60_000);

  it("cannot choose the tenant, nor can a header or a query", async () => {
    const stranger = await signUp(app);
    const { body } = await stranger.call("GET", "/api/tenant");
    const tenantId = String(body["id"]);
    const headers = {
      "x-tenant-id": tenantId,
      "x-timos-tenant": tenantId,
      cookie: `tenant=${tenantId}`,
    };
    const seen = await owner.call("GET", `/api/tenant?tenantId=${tenantId}`, { headers });
    expect(seen.body["id"]).not.toBe(tenantId);
    const members = await owner.call("GET", `/api/tenant/members?tenantId=${tenantId}`, {
      headers,
    });
    expect(members.status).toBe(400);
  });
});

describe("an id of another tenant", () => {
  /** A body that each endpoint with an id and a body takes, so that the id is what it is refused for. */
  const BODIES: Readonly<Record<string, unknown>> = {
    ...Object.fromEntries(
      ENDPOINTS.filter(({ name }) => name.endsWith(".versions")).flatMap(({ name }) => {
        const records = name.replace(".versions", "");
        return [
          [`${records}.put`, undefined],
          [`${records}.patch`, {}],
          [`${records}.restore`, { rev: 1 }],
        ];
      }),
    ),
    "pillars.putScore": { score: 5 },
    "habits.putCheck": { state: "done" },
    "passkeys.renamePasskey": { name: "x" },
    "tenants.patchMember": { role: "member" },
  };

  it("is not found at any endpoint, whatever it is the id of", async () => {
    const stranger = await signUp(app);
    const [user] = await app.sql("platform", "SELECT id, tenant_id FROM users WHERE email = ?", [
      stranger.email,
    ]);
    const entry = await stranger.call("POST", "/api/entries", {
      body: { day: "2026-11-21", title: "t", body: "b" },
    });
    const token = await stranger.call("POST", "/api/tokens", {
      body: { name: "t", scopes: ["account:read"] },
    });
    const invited = await stranger.call("POST", "/api/tenant/invitations", {
      body: { email: "x@example.org", role: "member" },
    });
    const [session] = await app.sql("platform", "SELECT id FROM auth_sessions WHERE user_id = ?", [
      user?.["id"],
    ]);
    const ids = [
      entry.body["id"],
      token.body["id"],
      invited.body["id"],
      session?.["id"],
      user?.["id"],
      user?.["tenant_id"],
    ].map(String);
    expect(ids).not.toContain("undefined");

    // What a superadmin may do to any account is not confined to a tenant.
    const withId = GUARDED.filter(
      ({ endpoint }) =>
        /:(id|userId)\b/.test(endpoint.path) && !endpoint.path.startsWith("/api/admin/"),
    );
    expect(withId.length).toBeGreaterThan(8);
    const found: unknown[] = [];
    for (const { name, endpoint } of withId) {
      if (endpoint.body !== undefined && !(name in BODIES)) {
        throw new Error(`say in BODIES what ${name} takes`);
      }
      // Whoever writes a record under an id that another has makes one of their own.
      if (name in BODIES && BODIES[name] === undefined) continue;
      for (const id of ids) {
        const { status } = await ask(owner, endpoint, { id, body: BODIES[name] });
        if (status !== 404) found.push({ name, status });
      }
    }
    expect(found).toEqual([]);
    // And it is all there still.
    expect((await stranger.call("GET", `/api/entries/${ids[0]}`)).status).toBe(200);
    expect((await stranger.call("GET", "/api/tokens")).body["items"]).toHaveLength(1);
    expect((await stranger.call("GET", "/api/tenant/invitations")).body["items"]).toHaveLength(1);
  }, 60_000);
});

describe("somebody's journal", () => {
  it("is not found by their owner, their administrator or whoever runs the platform", async () => {
    const entry = { day: "2026-11-21", title: "mine", body: "alone" };
    const { body } = await member.call("POST", "/api/entries", { body: entry });
    const path = `/api/entries/${String(body["id"])}`;
    for (const person of [owner, admin, superadmin]) {
      for (const method of ["GET", "DELETE"]) {
        expect((await person.call(method, path)).body["code"]).toBe("not_found");
      }
      expect((await person.call("PATCH", path, { body: { title: "x" } })).body["code"]).toBe(
        "not_found",
      );
      expect((await person.call("GET", "/api/entries")).body["items"]).toEqual([]);
    }
    expect((await member.call("GET", path)).body).toMatchObject(entry);
  });
});
