import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { openTestApp, type TestApp } from "../../../test/app.ts";
import { call, signUp, type Person } from "../../../test/people.ts";
import { createApp } from "../../app.ts";
import { openDeps, type Deps } from "../../deps.ts";

interface Instance {
  readonly url: string;
  readonly deps: Deps;
  readonly server: Server;
}

const NOBODY = "redis://127.0.0.1:1";

let app: TestApp;
/** Two more instances of the same server: one hears the others, one has lost Redis. */
let other: Instance;
let deaf: Instance;

async function start(redisUrl?: string): Promise<Instance> {
  const { config, logger, clock } = app.deps;
  const deps = await openDeps(redisUrl === undefined ? config : { ...config, redisUrl }, {
    logger,
    clock,
  });
  const server = createServer(createApp(deps));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, deps, server };
}

beforeAll(async () => {
  app = await openTestApp();
  [other, deaf] = await Promise.all([start(), start(NOBODY)]);
});
afterAll(async () => {
  for (const { server, deps } of [other, deaf]) {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
    await deps.close();
  }
  await app.close();
});

const me = async ({ url }: { readonly url: string }, { accessToken }: Person) => {
  const headers = { authorization: `Bearer ${accessToken}` };
  const { status, body } = await call({ url }, "GET", "/api/me", { headers });
  return status === 200 ? "in" : String(body["code"]);
};

/** How long it takes until `at` refuses `person`, in ms; asked again and again, as a page does. */
async function refusedAfter(at: Instance, person: Person): Promise<number> {
  const start = performance.now();
  for (;;) {
    const asked = performance.now();
    if ((await me(at, person)) !== "in") return asked - start;
    if (asked - start > 5000) return Infinity;
    await sleep(5);
  }
}

const ways: [string, (person: Person) => Promise<unknown>][] = [
  [
    "signing out",
    ({ cookie }) => call(app, "POST", "/api/auth/logout", { body: {}, headers: { cookie } }),
  ],
  ["signing out everywhere", (person) => person.call("POST", "/api/auth/logout-all")],
  [
    "revoking the device",
    async (person) => {
      const { body } = await person.call("GET", "/api/auth/sessions");
      const [session] = body["items"] as { id: string }[];
      await person.call("DELETE", `/api/auth/sessions/${session?.id ?? ""}`);
    },
  ],
  [
    "erasing the account (GHSA-2vg6-77g8-24mp)",
    (person) => person.call("DELETE", "/api/me", { body: { confirm: person.email } }),
  ],
];

describe.each(ways)("an access token after %s (CVE-2025-29928, casdoor#2133)", (_, revoke) => {
  it("is refused by the next request here", async () => {
    const person = await signUp(app);
    expect(await me(app, person)).toBe("in");
    await revoke(person);
    expect(await me(app, person)).toBe("session_revoked");
  });

  it("is refused within a second by another instance", async () => {
    const person = await signUp(app);
    expect(await me(other, person)).toBe("in");
    await revoke(person);
    expect(await refusedAfter(other, person)).toBeLessThanOrEqual(1000);
  });

  it("is refused within a second by an instance that Redis has left", async () => {
    const person = await signUp(app);
    expect(await me(deaf, person)).toBe("in");
    await revoke(person);
    expect(await refusedAfter(deaf, person)).toBeLessThanOrEqual(1000);
  });
});

describe("an instance without Redis", () => {
  it("revokes at its own next request", async () => {
    const person = await signUp(app);
    expect(await me(deaf, person)).toBe("in");
    const headers = { authorization: `Bearer ${person.accessToken}` };
    const reply = await call(deaf, "POST", "/api/auth/logout-all", { headers });
    expect(reply.status).toBe(204);
    expect(await me(deaf, person)).toBe("session_revoked");
    expect(await refusedAfter(other, person)).toBeLessThanOrEqual(1000);
  });

  it("refreshes and ends what is reused", async () => {
    const person = await signUp(app);
    const refresh = () =>
      call(deaf, "POST", "/api/auth/refresh", { body: {}, headers: { cookie: person.cookie } });
    const start = app.clock.now;
    expect((await refresh()).status).toBe(200);
    app.clock.now = new Date(start.getTime() + 60_000);
    expect((await refresh()).body).toMatchObject({ code: "refresh_reused" });
    expect(await me(deaf, person)).toBe("session_revoked");
    app.clock.now = start;
  });
});

describe("a change of somebody's settings", () => {
  it("is seen by their next request", async () => {
    const person = await signUp(app);
    await person.call("GET", "/api/me");
    await person.call("PATCH", "/api/me", { body: { displayName: "Ada" } });
    expect((await person.call("GET", "/api/me")).body).toMatchObject({ displayName: "Ada" });
  });
});

describe("somebody whose account is suspended", () => {
  it("neither goes on nor refreshes (CVE-2026-9798)", async () => {
    const person = await signUp(app);
    await app.sql("platform", "UPDATE users SET status = 'suspended' WHERE email = ?", [
      person.email,
    ]);
    expect(await me(app, person)).toBe("session_revoked");
    const { cookie } = person;
    expect(
      await call(app, "POST", "/api/auth/refresh", { body: {}, headers: { cookie } }),
    ).toMatchObject({ status: 401, body: { code: "session_revoked" } });
  });
});
