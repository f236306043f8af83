import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { openTestApp, type TestApp } from "../../../test/app.ts";
import { later, sealerOf } from "../../../test/audit.ts";
import { signUp, type Person } from "../../../test/people.ts";
import { EVENTS_AT_ONCE } from "../../platform/audit-statements.ts";

let app: TestApp;
let root: Person;
let ada: Person;
beforeAll(async () => {
  app = await openTestApp();
  root = await signUp(app, { email: "root@example.org" });
  ada = await signUp(app, { email: "ada@example.org" });
  await app.sql(
    "platform",
    "UPDATE users SET platform_role = 'superadmin' WHERE email LIKE 'root@%'",
  );
  await app.sql("platform", "UPDATE auth_sessions SET assurance = 2");
  await app.sql(
    "platform",
    `INSERT INTO audit_events (actor, action, purpose, at)
     SELECT 'job', 'test.done', 'test', '2026-11-21 20:00:00' FROM seq_1_to_${25 * EVENTS_AT_ONCE}`,
  );
  later(app, 61);
  await sealerOf(app)();
}, 60_000);
afterAll(() => app.close());

const verify = (person: Person, query = "") =>
  person.call("GET", `/api/admin/audit/verify${query}`);

it("is for whoever runs the platform", async () => {
  expect((await verify(ada)).status).toBe(403);
});

it("verifies the chain in parts", async () => {
  const first = await verify(root);
  expect(first.status).toBe(200);
  expect(first.body).toMatchObject({ status: "intact", fault: null, unsealed: null });
  const cursor = String(first.body["nextCursor"]);
  const second = await verify(root, `?cursor=${cursor}`);
  expect(second.body).toMatchObject({ status: "intact", nextCursor: null, unsealed: {} });
  const events = Number(first.body["events"]) + Number(second.body["events"]);
  expect(events).toBeGreaterThanOrEqual(25 * EVENTS_AT_ONCE);
  expect(second.body["head"]).toMatch(/^\d+:[0-9a-f]{64}$/);
});

it("names the first row that was altered, and what to do", async () => {
  const [row] = await app.sql(
    "platform",
    "SELECT id FROM audit_events ORDER BY id LIMIT 1 OFFSET 700",
  );
  await app.sql("platform", "UPDATE audit_events SET purpose = 'x' WHERE id >= ?", [row?.["id"]]);
  const { body } = await verify(root);
  expect(body).toMatchObject({
    status: "violated",
    fault: { kind: "event_altered", eventId: String(row?.["id"]), sealId: "2" },
    nextCursor: null,
  });
  expect(JSON.stringify(body)).toContain("Compare it with a backup");
});

it("refuses a cursor that is none", async () => {
  expect((await verify(root, "?cursor=999999")).status).toBe(400);
  expect((await verify(root, "?cursor=x")).status).toBe(400);
});
