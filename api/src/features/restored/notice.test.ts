import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { BACKUP_SETS } from "../../../../scripts/lib/backup-sets.ts";
import { openTestApp, type TestApp } from "../../../test/app.ts";
import { call, signUp, type Person } from "../../../test/people.ts";
import { restore, takeSnapshot, type Snapshot } from "../../../test/snapshots.ts";
import { latestRuns } from "../../platform/operation-runs.ts";
import { withErasuresReplayed } from "../account/replay.ts";
import { noticeRestore } from "./notice.ts";

type Role = "platform" | "vault";

let app: TestApp;
beforeAll(async () => {
  app = await openTestApp();
  // After what the database calls now: an audit begins with the account.
  app.clock.now = new Date(Date.now() + 3_600_000);
});
afterAll(() => app.close());

/** What each process does before it serves anything. */
const start = () => withErasuresReplayed(app.deps);
/** What the worker does every minute. */
const tick = () => noticeRestore(app.deps);
const set = (snapshot: Snapshot, role: Role, name: "platform" | "vault" | "keys"): Snapshot =>
  new Map([...snapshot].filter(([table]) => BACKUP_SETS[name][role].includes(table)));
const statusOf = async (person: Person) => (await person.call("GET", "/api/me")).status;

async function refresh(cookie: string) {
  const headers = { cookie, "sec-fetch-site": "same-origin" };
  return call(app, "POST", "/api/auth/refresh", { body: {}, headers });
}

/** Somebody with a session and a token of which both were taken back after the snapshot of everything was taken. */
async function takenBack() {
  const person = await signUp(app);
  const made = await person.call("POST", "/api/tokens", {
    body: { name: "a program", scopes: ["account:read"], expiresInDays: 30 },
  });
  expect(made.status).toBe(201);
  const token = { headers: { authorization: `Bearer ${String(made.body["token"])}` } };
  await tick();
  const before: Record<Role, Snapshot> = {
    platform: await takeSnapshot(app, "platform"),
    vault: await takeSnapshot(app, "vault"),
  };
  await tick();
  await person.call("DELETE", `/api/tokens/${String(made.body["id"])}`);
  const headers = { cookie: person.cookie, "sec-fetch-site": "same-origin" };
  await call(app, "POST", "/api/auth/logout", { body: {}, headers });
  expect(await statusOf(person)).toBe(401);
  expect((await call(app, "GET", "/api/me", token)).status).toBe(401);
  return { person, token, before };
}

describe("a platform that was put back by whatever means", () => {
  it("has ended what was taken back since before a process serves anything, once", async () => {
    const { person, token, before } = await takenBack();
    await restore(app, "platform", before.platform);
    // So it would be, without being noticed.
    expect(await statusOf(person)).toBe(200);
    expect((await call(app, "GET", "/api/me", token)).status).toBe(200);

    await Promise.all([start(), start()]);
    app.deps.sessions.onMessage("tenant:");
    expect(await statusOf(person)).toBe(401);
    expect((await call(app, "GET", "/api/me", token)).status).toBe(401);
    expect((await refresh(person.cookie)).status).toBe(401);
    const login = { body: { email: person.email, password: person.password } };
    const again = await call(app, "POST", "/api/auth/login", login);
    expect(again.status).toBe(200);
    const mine = { headers: { authorization: `Bearer ${String(again.body["accessToken"])}` } };
    const told = (await call(app, "GET", "/api/me/audit", mine)).body["items"];
    expect(told).toContainEqual(
      expect.objectContaining({ action: "platform.restored", actor: "job" }),
    );
    const [run] = await latestRuns(app.deps.platformDatabase.execute);
    expect(run).toMatchObject({ kind: "reconcile", outcome: "ok", facts: { reason: "noticed" } });
    expect(app.logged()).toContain("the platform was put back");

    await Promise.all([start(), tick(), tick(), start()]);
    expect(await tick()).toBeNull();
    app.deps.sessions.onMessage("tenant:");
    expect((await call(app, "GET", "/api/me", mine)).status).toBe(200);
  });

  it("is noticed while servers run", async () => {
    const { person, before } = await takenBack();
    await restore(app, "platform", before.platform);
    expect((await tick())?.sessions).toBeGreaterThan(0);
    app.deps.sessions.onMessage("tenant:");
    expect(await statusOf(person)).toBe(401);
  });

  it("is noticed when the vault's journal was put back with it, the keys being newer", async () => {
    const { person, before } = await takenBack();
    await restore(app, "platform", set(before.platform, "platform", "platform"));
    await restore(app, "vault", set(before.vault, "vault", "vault"));
    expect(await statusOf(person)).toBe(200);
    await start();
    app.deps.sessions.onMessage("tenant:");
    expect(await statusOf(person)).toBe(401);
  });

  it("is not noticed when all of the vault was put back with it: that has to be said by hand", async () => {
    const { person, before } = await takenBack();
    await restore(app, "platform", before.platform);
    await restore(app, "vault", before.vault);
    await start();
    app.deps.sessions.onMessage("tenant:");
    expect(await statusOf(person)).toBe(200);
  });
});

it("a vault put back alone ends nobody's session, and is told of", async () => {
  const person = await signUp(app);
  await person.call("PUT", `/api/entries/${randomUUID()}`, { body: { day: "2026-11-21" } });
  const before = await takeSnapshot(app, "vault");
  await tick();
  await tick();
  await restore(app, "vault", before);
  await start();
  expect(await tick()).toBeNull();
  app.deps.sessions.onMessage("tenant:");
  expect(await statusOf(person)).toBe(200);
  expect(app.logged()).toContain("older than the platform");
});

it("a count that somebody planted in the vault signs everybody out once, and hides no restore after it", async () => {
  const { person, before } = await takenBack();
  for (const planted of ["18446744073709551615", String(2 ** 53)]) {
    await app.sql("vault", `UPDATE logical_clock SET ticks = ${planted}`);
    expect(await tick()).not.toBeNull();
    expect(await tick()).toBeNull();
  }
  await restore(app, "platform", before.platform);
  expect(await statusOf(person)).toBe(200);
  await start();
  app.deps.sessions.onMessage("tenant:");
  expect(await statusOf(person)).toBe(401);
});
