import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { openTestApp, type TestApp } from "../../../test/app.ts";
import { call, linkToken, signUp, type Person } from "../../../test/people.ts";
import { eraseUnproven, finishErasures } from "./erase.ts";

let app: TestApp;
beforeAll(async () => {
  app = await openTestApp();
});
afterAll(() => app.close());

/** Every column of the platform's database that holds these words, in any case. */
async function columnsWith(words: string): Promise<string[]> {
  const columns = await app.sql(
    "platform",
    `SELECT table_name AS tableName, column_name AS columnName FROM information_schema.columns
     WHERE table_schema = DATABASE() AND (character_maximum_length > 0)`,
  );
  expect(columns.length).toBeGreaterThan(50);
  const found: string[] = [];
  for (const { tableName, columnName } of columns) {
    const rows = await app.sql(
      "platform",
      "SELECT 1 FROM ?? WHERE LOCATE(?, LOWER(CONVERT(?? USING latin1))) > 0 LIMIT 1",
      [tableName, words, columnName],
    );
    if (rows.length > 0) found.push(`${String(tableName)}.${String(columnName)}`);
  }
  return found.sort();
}

async function invite(owner: Person, email: string, role: string): Promise<string> {
  const body = { email, role };
  expect((await owner.call("POST", "/api/tenant/invitations", { body })).status).toBe(201);
  return linkToken(app, email);
}
async function join(person: Person, token: string): Promise<void> {
  const { status } = await person.call("POST", "/api/invitations/accept", { body: { token } });
  expect(status).toBe(200);
}
async function erase(person: Person): Promise<void> {
  const body = { confirm: person.email };
  expect((await person.call("DELETE", "/api/me", { body })).status).toBe(202);
  await finishErasures(app.deps);
}

describe("the address of an erased account", () => {
  it("is nowhere in the database, though others had invited it", async () => {
    const words = "zenobia-quill";
    const [owner, other] = [await signUp(app), await signUp(app)];
    const person = await signUp(app, { email: `${words}@example.org` });
    await join(person, await invite(owner, person.email, "member"));
    await invite(other, person.email, "admin");
    expect(await columnsWith(words)).toEqual(
      expect.arrayContaining(["invitations.email", "users.email"]),
    );
    await erase(person);
    expect(await columnsWith(words)).toEqual([]);
  });

  it("names no tenant any more in which others are", async () => {
    const words = "ottoline-marsh";
    const person = await signUp(app, { email: `${words}@example.org` });
    const heir = await signUp(app);
    await join(heir, await invite(person, heir.email, "owner"));
    expect(await columnsWith(words)).toContain("tenants.name");
    await erase(person);
    expect(await columnsWith(words)).toEqual([]);
    const tenant = await heir.call("GET", "/api/tenant");
    expect(tenant.body).toMatchObject({ name: "Shared journal" });
  });

  it("does not name a tenant that got a name of its own, which stays", async () => {
    const person = await signUp(app);
    const heir = await signUp(app);
    await person.call("PATCH", "/api/tenant", { body: { name: "The Lighthouse" } });
    await join(heir, await invite(person, heir.email, "owner"));
    await erase(person);
    const tenant = await heir.call("GET", "/api/tenant");
    expect(tenant.body).toMatchObject({ name: "The Lighthouse" });
  });

  it("stays invited when a stranger's sign-up for it goes that nobody has proven", async () => {
    const owner = await signUp(app);
    const invited = "wren-abbot@example.org";
    const token = await invite(owner, invited, "member");
    const body = { email: invited, password: "the stranger's own words" };
    expect((await call(app, "POST", "/api/auth/signup", { body })).status).toBe(202);
    await app.sql("platform", "UPDATE users SET created_at = '2020-01-01' WHERE email = ?", [
      invited,
    ]);
    await eraseUnproven(app.deps);
    await join(await signUp(app, { email: invited }), token);
  });
});
