import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { openTestApp, type TestApp } from "../../../test/app.ts";
import { later, sealerOf, verify } from "../../../test/audit.ts";
import { call, signUp, type Person } from "../../../test/people.ts";
import { replayErasures } from "./erase.ts";

const FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";

let app: TestApp;
let ada: Person;
let bob: Person;
beforeAll(async () => {
  app = await openTestApp({ TRUST_PROXY: "127.0.0.1" });
  ada = await signUp(app, { email: "ada@example.org" });
  bob = await signUp(app, { email: "bob@example.org" });
}, 60_000);
afterAll(() => app.close());

const signIn = (email: string, password: string) =>
  call(app, "POST", "/api/auth/login", {
    body: { email, password },
    headers: { "user-agent": FIREFOX, "x-forwarded-for": "203.0.113.77" },
  });

interface Shown {
  readonly action: string;
  readonly network: string | null;
  readonly device: string | null;
}

const shownTo = async (person: Person) =>
  (await person.call("GET", "/api/me/audit")).body["items"] as Shown[];
const stored = () => app.sql("platform", "SELECT * FROM audit_events ORDER BY id");
const salts = () => app.sql("platform", "SELECT user_id FROM audit_keys");

async function settled(action: string): Promise<void> {
  for (const giveUpAt = Date.now() + 10_000; Date.now() < giveUpAt;) {
    if ((await stored()).some((row) => row["action"] === action)) return;
    await new Promise((done) => setTimeout(done, 20));
  }
  throw new Error(`no ${action}`);
}

describe("where somebody signed in from", () => {
  it("is shown to them, the failures too", async () => {
    expect((await signIn("ada@example.org", "a password that is wrong")).status).toBe(401);
    await settled("login.failed");
    expect((await shownTo(ada)).find(({ action }) => action === "login.failed")).toMatchObject({
      network: "203.0.113.0/24",
      device: "Firefox on Linux",
      outcome: "failure",
      actor: "anonymous",
    });
  });

  it("is shown to nobody else", async () => {
    expect(JSON.stringify(await shownTo(bob))).not.toContain("203.0.113");
    await app.sql("platform", "UPDATE users SET platform_role = 'superadmin' WHERE email = ?", [
      "bob@example.org",
    ]);
    await app.sql("platform", "UPDATE auth_sessions SET assurance = 2");
    for (const path of ["/api/tenant/audit", "/api/admin/audit"]) {
      const { status, body } = await bob.call("GET", path);
      expect(status).toBe(200);
      expect(JSON.stringify(body)).not.toMatch(/203\.0\.113|Firefox|sealed/);
    }
  });

  it("does not stand in the database in words", async () => {
    const bytes = (await stored()).map((row) =>
      (row["sealed"] as Buffer | null)?.toString("latin1"),
    );
    expect(bytes.filter((text) => text !== undefined).length).toBeGreaterThan(0);
    expect(bytes.join()).not.toMatch(/203|Firefox|Linux/);
  });

  it("does not open on another event, nor for another person", async () => {
    const [failed] = await app.sql(
      "platform",
      "SELECT * FROM audit_events WHERE action = 'login.failed'",
    );
    const sealed = failed?.["sealed"] as Buffer;
    await app.sql(
      "platform",
      "UPDATE audit_events SET sealed = ? WHERE action = 'login.succeeded'",
      [sealed],
    );
    for (const person of [ada, bob]) {
      const event = (await shownTo(person)).find(({ action }) => action === "login.succeeded");
      expect(event).toMatchObject({ network: null, device: null });
    }
  });

  it("is kept of an account that was made before there were keys for it", async () => {
    await app.sql("platform", "DELETE FROM audit_keys");
    expect((await signIn("bob@example.org", "another password that is wrong")).status).toBe(401);
    for (const giveUpAt = Date.now() + 10_000; Date.now() < giveUpAt;) {
      if ((await shownTo(bob)).some(({ action }) => action === "login.failed")) break;
    }
    expect((await shownTo(bob))[0]).toMatchObject({ network: "203.0.113.0/24" });
  });
});

it("is told once an hour, however many have to wait", async () => {
  for (let attempt = 0; attempt < 12; attempt++) await signIn("ada@example.org", "wrong once more");
  await settled("login.blocked");
  const blocked = (await stored()).filter((row) => row["action"] === "login.blocked");
  expect(blocked).toHaveLength(1);
});

describe("an account that is erased", () => {
  it("takes the key of its audit with it, and the chain goes on verifying", async () => {
    const { body } = await bob.call("GET", "/api/me");
    await app.sql("platform", "DELETE FROM audit_seals");
    later(app, 61);
    await sealerOf(app)();
    const before = await verify(app);
    expect(before.fault).toBeNull();
    expect(before.events).toBeGreaterThan(4);
    const erased = await bob.call("DELETE", "/api/me", { body: { confirm: "bob@example.org" } });
    expect(erased.status).toBe(202);
    expect((await salts()).map((row) => String(row["user_id"]))).not.toContain(body["id"]);
    expect(await verify(app)).toMatchObject({ fault: null });
    await app.sql("platform", "INSERT INTO audit_keys VALUES (?, ?)", [
      body["id"],
      Buffer.alloc(32),
    ]);
    await replayErasures(app.deps);
    expect((await salts()).map((row) => String(row["user_id"]))).not.toContain(body["id"]);
  });
});
