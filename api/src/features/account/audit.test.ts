import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { openTestApp, type TestApp } from "../../../test/app.ts";
import { call, signUp, type Person } from "../../../test/people.ts";
import { recordEvents, type AuditEvent } from "../../platform/audit.ts";
import { asSystem } from "../../platform/tenancy.ts";

type Shown = Record<"id" | "at" | "actor" | "action" | "purpose" | "requestId", unknown>;

let app: TestApp;
beforeAll(async () => {
  app = await openTestApp({ KEY_CACHE_SECONDS: "1" });
});
afterAll(() => app.close());

async function audit(person: Person, query = ""): Promise<Shown[]> {
  const reply = await person.call("GET", `/api/me/audit${query}`);
  expect(reply.status).toBe(200);
  return reply.body["items"] as Shown[];
}

async function subjectOf({ email }: Person) {
  const [user] = await app.sql("platform", "SELECT id, tenant_id FROM users WHERE email = ?", [
    email,
  ]);
  return { userId: String(user?.["id"]), tenantId: String(user?.["tenant_id"]) };
}

// Accounts are made at the time of the machine.
const record = (event: Partial<AuditEvent>, at = new Date()) => {
  const whole = { subject: null, requestId: null, purpose: "rotation", ...event } as const;
  const row = { actor: "operator", action: "mek.rotated", ...whole } as const;
  return asSystem(() => recordEvents(app.deps.platform, [row], at));
};

describe("GET /api/me/audit", () => {
  it("shows when and why a key was unwrapped, once as long as it stays in memory", async () => {
    const person = await signUp(app);
    const id = randomUUID();
    const body = { day: "2026-11-21", body: "words" };
    await person.call("PUT", `/api/entries/${id}`, { body });
    const first = await audit(person);
    expect(first).toMatchObject([
      { actor: "user", action: "key.unwrapped", purpose: "PUT /api/entries/:id" },
      { actor: "user", action: "login.succeeded", purpose: "POST /api/auth/verify-email" },
    ]);
    await new Promise((done) => setTimeout(done, 1100));
    const read = await person.call("GET", `/api/entries/${id}`);
    await person.call("GET", `/api/entries/${id}`);
    expect(await audit(person)).toEqual([
      {
        id: expect.stringMatching(/^\d+$/),
        at: app.clock.now.toISOString(),
        actor: "user",
        action: "key.unwrapped",
        outcome: "success",
        purpose: "GET /api/entries/:id",
        network: null,
        device: null,
        requestId: read.headers.get("x-request-id"),
      },
      ...first,
    ]);
  });

  it("shows what a job did with the key, and what concerns everybody since the account was made", async () => {
    await record({ purpose: "long ago" }, new Date(Date.now() - 3_600_000));
    const person = await signUp(app);
    const { userId } = await subjectOf(person);
    await app.deps.keys.openKeys(userId, { actor: "job", purpose: "sweep", requestId: null });
    await record({});
    expect(await audit(person)).toMatchObject([
      { actor: "operator", action: "mek.rotated", purpose: "rotation", requestId: null },
      { actor: "job", action: "key.unwrapped", purpose: "sweep", requestId: null },
      { actor: "user", action: "login.succeeded" },
    ]);
  });

  it("never shows what happened to another, of the same tenant or not, whatever is asked", async () => {
    const [person, other] = [await signUp(app), await signUp(app)];
    const [ours, theirs] = [await subjectOf(person), await subjectOf(other)];
    await record({ subject: theirs, purpose: "of another" });
    await record({ subject: { ...theirs, tenantId: ours.tenantId }, purpose: "of another" });
    await record({ subject: ours, purpose: "of one's own" });
    const newest = String(Number((await audit(other))[0]?.id) + 10);
    for (const query of ["", "?limit=200", `?cursor=${newest}`]) {
      const purposes = (await audit(person, query)).map((event) => event.purpose);
      expect(purposes).toContain("of one's own");
      expect(purposes).not.toContain("of another");
    }
    for (const query of [`?userId=${theirs.userId}`, "?user_id=x", "?tenantId=x"]) {
      expect((await person.call("GET", `/api/me/audit${query}`)).status).toBe(400);
    }
    expect((await call(app, "GET", "/api/me/audit")).status).toBe(401);
  });

  it("gives every event once, page by page, newest first", async () => {
    const person = await signUp(app);
    const subject = await subjectOf(person);
    const purposes = Array.from({ length: 23 }, (_, i) => `event ${i}`);
    for (const [i, purpose] of purposes.entries()) {
      await record({ purpose, subject: i % 3 === 0 ? null : subject });
    }
    const seen: unknown[] = [];
    for (let cursor = ""; ;) {
      const query = `?limit=5${cursor && `&cursor=${cursor}`}`;
      const { body } = await person.call("GET", `/api/me/audit${query}`);
      const items = body["items"] as Shown[];
      expect(items.length).toBeLessThanOrEqual(5);
      seen.push(...items.map((event) => event.purpose));
      if (body["nextCursor"] === null) break;
      cursor = body["nextCursor"] as string;
    }
    expect(seen.filter((purpose) => String(purpose).startsWith("event"))).toEqual(
      purposes.toReversed(),
    );
  });

  it.each(["x", "0", "-1", "1.5", "1e3", "9".repeat(19), ""])(
    "refuses %j for a cursor",
    async (cursor) => {
      const person = await signUp(app);
      expect(await person.call("GET", `/api/me/audit?cursor=${cursor}`)).toMatchObject({
        status: 400,
        body: { errors: [{ path: "query.cursor" }] },
      });
    },
  );
});
