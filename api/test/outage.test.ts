import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { openTestApp, type TestApp } from "./app.ts";
import { workerServices } from "./databases.ts";
import { call, signUp, type Person } from "./people.ts";
import { proxyTo, type Proxy } from "./proxy.ts";

let app: TestApp;
let person: Person;
let platform: Proxy, vault: Proxy, redis: Proxy;

beforeAll(async () => {
  const services = workerServices();
  [platform, vault, redis] = await Promise.all([
    proxyTo(services.platformUrl),
    proxyTo(services.vaultUrl),
    proxyTo(services.redisUrl),
  ]);
  app = await openTestApp({
    PLATFORM_DATABASE_URL: platform.url,
    VAULT_DATABASE_URL: vault.url,
    REDIS_URL: redis.url,
  });
  person = await signUp(app);
  await write(randomUUID(), "before");
});
afterEach(() => {
  for (const proxy of [platform, vault, redis]) proxy.mend();
});
afterAll(async () => {
  await app.close();
  await Promise.all([platform.close(), vault.close(), redis.close()]);
});

const write = (id: string, body: string) =>
  person.call("PUT", `/api/entries/${id}`, { body: { day: "2026-11-21", body } });
const redisCheck = async () => {
  const { checks } = (await call(app, "GET", "/health/ready")).body as { checks?: object };
  return checks !== undefined && "redis" in checks ? checks.redis : undefined;
};

async function until<T>(attempt: () => Promise<T>, isDone: (value: T) => boolean): Promise<T> {
  for (const deadline = Date.now() + 15_000; ;) {
    const value = await attempt();
    if (isDone(value) || Date.now() > deadline) return value;
  }
}

describe("the vault's database going away", () => {
  it("is answered 503 vault_unavailable, and is over when it is back, without a restart", async () => {
    vault.cut();
    expect(await write(randomUUID(), "during")).toMatchObject({
      status: 503,
      body: { code: "vault_unavailable" },
    });
    expect((await person.call("GET", "/api/today")).status).toBe(503);
    expect((await person.call("GET", "/api/me")).status).toBe(200);
    const unready = await call(app, "GET", "/health/ready");
    expect(unready.status).toBe(503);
    expect(unready.body).toMatchObject({
      status: "failed",
      checks: { vault: "failed", platform: "ok" },
    });
    expect((await call(app, "GET", "/health/live")).status).toBe(200);

    vault.mend();
    expect((await write(randomUUID(), "after")).status).toBe(201);
    expect((await call(app, "GET", "/health/ready")).body).toMatchObject({
      checks: { vault: "ok" },
    });
  });

  // A statement's bytes pass the proxy; what is cut is everything after them.
  it.each([
    ["the head is locked", "FOR UPDATE"],
    ["the row is written", "INSERT INTO daily_entries"],
    ["the head is written", "UPDATE vault_heads"],
    ["it is committed", "COMMIT"],
  ])(
    "while %s leaves no half of a write, and takes no revision for nothing",
    async (_, statement) => {
      // A fresh set of connections: statements are sent as text once for each, when they are prepared.
      vault.mend();
      const id = randomUUID();
      const before = await revision();
      vault.whenNext(statement, () => vault.cut());
      expect((await write(id, "during")).status).toBe(503);
      vault.mend();
      const stored = await person.call("GET", `/api/entries/${id}`);
      if (stored.status === 200) {
        expect(stored.body).toMatchObject({ body: "during", rev: before + 1 });
      } else {
        expect(stored.status).toBe(404);
        expect(await revision()).toBe(before);
      }
      expect((await write(id, "again")).status).toBe(stored.status === 200 ? 200 : 201);
    },
  );

  it("without a word is given up after a while", async () => {
    expect((await write(randomUUID(), "before")).status).toBe(201);
    vault.stall();
    const started = Date.now();
    const replies = await Promise.all([
      ...Array.from({ length: 60 }, () => write(randomUUID(), "during")),
      ...Array.from({ length: 60 }, () => person.call("GET", "/api/today")),
    ]);
    expect(new Set(replies.map((reply) => reply.status))).toEqual(new Set([503]));
    expect(Date.now() - started).toBeLessThan(20_000);
  }, 30_000);

  async function revision(): Promise<number> {
    const [row] = await app.sql("vault", "SELECT MAX(rev) AS rev FROM vault_heads");
    return Number(row?.["rev"]);
  }
});

describe("the platform's database going away", () => {
  it("is answered 503 platform_unavailable, and is over when it is back", async () => {
    platform.cut();
    expect(await person.call("GET", "/api/me")).toMatchObject({
      status: 503,
      body: { code: "platform_unavailable" },
    });
    const signIn = await call(app, "POST", "/api/auth/login", {
      body: { email: person.email, password: person.password },
    });
    expect(signIn).toMatchObject({ status: 503, body: { code: "platform_unavailable" } });
    platform.mend();
    const back = await until(
      () => person.call("GET", "/api/me"),
      (reply) => reply.status === 200,
    );
    expect(back.status).toBe(200);
    const again = await until(
      () =>
        call(app, "POST", "/api/auth/login", {
          body: { email: person.email, password: person.password },
        }),
      (reply) => reply.status === 200,
    );
    expect(again.status).toBe(200);
  }, 40_000);

  it("without a word is given up after a while", async () => {
    expect((await person.call("GET", "/api/me")).status).toBe(200);
    platform.stall();
    // A live session is believed for a second: ADR 0016.
    await new Promise((done) => setTimeout(done, 1000));
    const started = Date.now();
    const replies = await Promise.all([
      person.call("GET", "/api/me"),
      person.call("PATCH", "/api/me", { body: { displayName: "Ada" } }),
      call(app, "POST", "/api/auth/login", {
        body: { email: person.email, password: person.password },
      }),
    ]);
    expect(replies.map((reply) => reply.status)).toEqual([503, 503, 503]);
    expect(Date.now() - started).toBeLessThan(15_000);
  }, 30_000);

  it("does not sign anybody out", async () => {
    platform.cut();
    const reply = await call(app, "POST", "/api/auth/refresh", {
      body: {},
      headers: { cookie: person.cookie },
    });
    expect(reply.status).toBe(503);
    expect(reply.headers.getSetCookie()).toEqual([]);
    platform.mend();
    const back = await until(
      () =>
        call(app, "POST", "/api/auth/refresh", { body: {}, headers: { cookie: person.cookie } }),
      (again) => again.status !== 503,
    );
    expect(back.status).toBe(200);
  }, 40_000);
});

describe("Redis going away", () => {
  it("keeps nobody from signing in, and the limits go on counting", async () => {
    redis.cut();
    const eve = await signUp(app);
    const signIn = (password: string) =>
      call(app, "POST", "/api/auth/login", { body: { email: eve.email, password } });
    expect((await signIn(eve.password)).status).toBe(200);
    const replies = [];
    for (let i = 0; i < 8; i++) replies.push(await signIn(`guess number ${i}`));
    expect(replies.map((reply) => reply.status)).toContain(429);
    expect(await redisCheck()).toBe("failed");

    redis.mend();
    expect(await until(redisCheck, (check) => check === "ok")).toBe("ok");
  }, 30_000);

  it("without a word delays a sign-in by no more than a few seconds", async () => {
    await until(redisCheck, (check) => check === "ok");
    redis.stall();
    const started = Date.now();
    const reply = await call(app, "POST", "/api/auth/login", {
      body: { email: person.email, password: person.password },
    });
    expect(reply.status).toBe(200);
    expect(Date.now() - started).toBeLessThan(12_000);
  }, 30_000);
});
