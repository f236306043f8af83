import { userInfo } from "node:os";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import mysql, { type Connection, type RowDataPacket } from "mysql2/promise";
import { openTestApp, type TestApp } from "./app.ts";
import { workerServices } from "./databases.ts";
import { call, signUp, type Person, type Reply } from "./people.ts";
import { protectedPerson, signIn } from "./second-factor.ts";

// Sign-ins that were proven a moment before what they were proven by came to an end (better-auth#11335).

let app: TestApp;
beforeAll(async () => {
  app = await openTestApp();
});
afterAll(() => app.close());

/** Lets a sign-in come as far as the account's row, changes that row as `change` does, and lets the sign-in go on. */
async function signInWhile(
  person: Person,
  change: (connection: Connection) => Promise<unknown>,
): Promise<Reply> {
  const services = workerServices();
  const connection = await mysql.createConnection({
    socketPath: services.adminSocket,
    user: userInfo().username,
    database: services.platformDatabase,
  });
  try {
    await connection.beginTransaction();
    await connection.query("SELECT id FROM users WHERE email = ? FOR UPDATE", [person.email]);
    const reply = signIn(app, person);
    await blocked(connection);
    await change(connection);
    await connection.commit();
    return await reply;
  } finally {
    await connection.end();
  }
}

/** Resolves when a sign-in waits for the row that this connection holds. */
async function blocked(connection: Connection): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const [rows] = await connection.query<RowDataPacket[]>(
      "SELECT 1 FROM information_schema.processlist WHERE info LIKE '%FROM users%LOCK IN SHARE MODE%' AND id <> CONNECTION_ID()",
    );
    if (rows.length > 0) return;
    await new Promise((done) => setTimeout(done, 20));
  }
  throw new Error("nobody waits");
}

const setAnew =
  ({ email }: Person) =>
  async (connection: Connection) => {
    await connection.query(
      "UPDATE users SET password_hash = 'of another password' WHERE email = ?",
      [email],
    );
    await connection.query(
      "UPDATE auth_sessions SET revoked_at = NOW(3) WHERE user_id = (SELECT id FROM users WHERE email = ?)",
      [email],
    );
  };

describe("a sign-in that is under way", () => {
  it("begins no session when the password is set anew at that moment", async () => {
    const person = await signUp(app);
    const reply = await signInWhile(person, setAnew(person));
    expect(reply).toMatchObject({ status: 401, body: { code: "invalid_credentials" } });
    const rows = await app.sql(
      "platform",
      "SELECT s.id FROM auth_sessions s JOIN users u ON u.id = s.user_id WHERE u.email = ? AND s.revoked_at IS NULL",
      [person.email],
    );
    expect(rows).toEqual([]);
  });

  it("is asked for no second factor when the password is set anew at that moment", async () => {
    const person = await protectedPerson(app);
    const reply = await signInWhile(person, setAnew(person));
    expect(reply).toMatchObject({ status: 401, body: { code: "invalid_credentials" } });
  });

  it("begins no session when the account is suspended at that moment, which restoring would bring to life", async () => {
    const person = await signUp(app);
    const reply = await signInWhile(person, (connection) =>
      connection.query("UPDATE users SET status = 'suspended' WHERE email = ?", [person.email]),
    );
    expect(reply).toMatchObject({ status: 403, body: { code: "account_suspended" } });
    await app.sql("platform", "UPDATE users SET status = 'active' WHERE email = ?", [person.email]);
    expect((await call(app, "GET", "/api/me")).status).toBe(401);
    expect((await signIn(app, person)).status).toBe(200);
  });
});
