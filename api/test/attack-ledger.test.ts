import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { openTestApp, type TestApp } from "./app.ts";
import type { FakeService } from "./kms/fake-service.ts";
import { fakeVault, VAULT_KEY, VAULT_TOKEN } from "./kms/fake-vault.ts";
import { call, signUp, type Person } from "./people.ts";

/**
 * The ledger against what really happened: master keys are in a service of their own, which sees each time that
 * somebody's data key is unwrapped, and whose. A person must find a line for each of those, and no other person's.
 */

const CACHE_SECONDS = 1;

let app: TestApp;
let service: FakeService;
beforeAll(async () => {
  service = await fakeVault();
  app = await openTestApp({
    MEK_PROVIDER: "vault",
    VAULT_TRANSIT_KEY: VAULT_KEY,
    VAULT_ADDR: service.url,
    VAULT_TOKEN,
    KEY_CACHE_SECONDS: String(CACHE_SECONDS),
  });
});
afterAll(async () => {
  await app.close();
  await service.close();
});

/** How often the service unwrapped a key that is bound to the person's owner id. */
async function unwrapsOf({ email }: Person): Promise<number> {
  const [row] = await app.sql(
    "platform",
    "SELECT d.owner_id FROM user_deks d JOIN users u ON u.id = d.user_id WHERE u.email = ?",
    [email],
  );
  const asked = service.traffic().matchAll(/\{"ciphertext":"[^"]+","associated_data":"([^"]+)"\}/g);
  return [...asked].filter(([, binding = ""]) =>
    Buffer.from(binding, "base64").includes(row?.["owner_id"] as Buffer),
  ).length;
}

/** The lines of a person's ledger on unwrapping, the oldest first. */
async function linesOf(person: Person): Promise<string[]> {
  const lines: string[] = [];
  for (let cursor = ""; ;) {
    const { body } = await person.call("GET", `/api/me/audit?limit=50${cursor}`);
    const items = body["items"] as Record<"action" | "actor" | "purpose", string>[];
    for (const { action, actor, purpose } of items) {
      if (action === "key.unwrapped") lines.unshift(`${actor}: ${purpose}`);
    }
    if (body["nextCursor"] === null) return lines;
    cursor = `&cursor=${body["nextCursor"] as string}`;
  }
}

const whenForgotten = () => sleep(CACHE_SECONDS * 1000 + 100);

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 10_000; !(await isSo());) {
    if (Date.now() > deadline) throw new Error("it did not come to that");
    await sleep(20);
  }
}

describe("a person's ledger", () => {
  it("has a line for each time that their key was unwrapped, by whomever and however many at once", async () => {
    const [ada, eve] = [await signUp(app), await signUp(app)];
    expect(await unwrapsOf(ada)).toBe(0);
    const id = randomUUID();
    const body = { day: "2026-11-21", title: "x" };
    await ada.call("PUT", `/api/entries/${id}`, { body });
    await eve.call("POST", "/api/entries", { body });
    // Nobody signs in unseen: the vault is compared then, when it was not for a while.
    await whenForgotten();
    const { email, password } = ada;
    await call(app, "POST", "/api/auth/login", { body: { email, password } });
    await until(async () => (await unwrapsOf(ada)) === 2);
    await whenForgotten();
    await Promise.all(Array.from({ length: 20 }, () => ada.call("GET", `/api/entries/${id}`)));
    await whenForgotten();
    await ada.call("GET", "/api/me/vault");
    await whenForgotten();
    const [user] = await app.sql("platform", "SELECT id FROM users WHERE email = ?", [email]);
    const sweep = { actor: "job", purpose: "sweep", requestId: null } as const;
    await app.deps.keys.openKeys(String(user?.["id"]), sweep);

    expect(await linesOf(ada)).toEqual([
      "user: PUT /api/entries/:id",
      "user: POST /api/auth/login",
      "user: GET /api/entries/:id",
      "user: GET /api/me/vault",
      "job: sweep",
    ]);
    expect(await unwrapsOf(ada)).toBe(5);
    expect(await linesOf(eve)).toEqual(["user: POST /api/entries"]);
    expect(await unwrapsOf(eve)).toBe(1);
  }, 30_000);

  it("has a line also when a server unwraps somebody's key to prove that it can", async () => {
    await app.sql("platform", "DELETE FROM audit_events");
    await app.deps.keys.prove();
    const events = await app.sql(
      "platform",
      "SELECT user_id, actor, action, purpose FROM audit_events",
    );
    expect(events).toEqual([
      { user_id: expect.any(String), actor: "job", action: "key.unwrapped", purpose: "start" },
    ]);
  });

  it("is written before a key is unwrapped: without it none is", async () => {
    const carl = await signUp(app);
    await app.sql("platform", "RENAME TABLE audit_events TO hidden");
    try {
      expect((await carl.call("GET", "/api/entries")).status).toBe(500);
      await expect(app.deps.keys.prove()).rejects.toThrow();
    } finally {
      await app.sql("platform", "RENAME TABLE hidden TO audit_events");
    }
    expect(await unwrapsOf(carl)).toBe(0);
    expect((await carl.call("GET", "/api/entries")).status).toBe(200);
    expect(await unwrapsOf(carl)).toBe(1);
  });
});
