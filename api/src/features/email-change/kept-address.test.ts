import { userInfo } from "node:os";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import mysql, { type Connection, type RowDataPacket } from "mysql2/promise";
import { openTestApp, type TestApp } from "../../../test/app.ts";
import { workerServices } from "../../../test/databases.ts";
import { call, signUp, type Person } from "../../../test/people.ts";
import { asSystem } from "../../platform/tenancy.ts";
import { createAccount } from "../auth/new-account.ts";

// An address that its owner gives up at the very moment at which somebody else takes it.

let app: TestApp;
beforeAll(async () => {
  app = await openTestApp();
});
afterAll(() => app.close());

/** Moves somebody to another address, commits when `take` waits for the one they had, and says what became of it. */
async function whileLeaving<T>(person: Person, take: () => Promise<T>): Promise<T> {
  const services = workerServices();
  const connection = await mysql.createConnection({
    socketPath: services.adminSocket,
    user: userInfo().username,
    database: services.platformDatabase,
  });
  try {
    await connection.beginTransaction();
    await connection.query(
      `INSERT INTO one_time_tokens
         (selector, tenant_id, user_id, purpose, secret_hash, email, created_at, expires_at)
       SELECT RANDOM_BYTES(8), tenant_id, id, 'undo_email_change', RANDOM_BYTES(32), email, ?, ? FROM users
       WHERE email = ?`,
      [app.clock.now, new Date(app.clock.now.getTime() + 48 * 3_600_000), person.email],
    );
    const left = `left-${person.email}`;
    await connection.query("UPDATE users SET email = ? WHERE email = ?", [left, person.email]);
    const taken = take();
    await Promise.race([blocked(connection), taken]);
    await connection.commit();
    return await taken;
  } finally {
    await connection.end();
  }
}

async function blocked(connection: Connection): Promise<void> {
  for (let tries = 0; tries < 50; tries++) {
    // The server takes a new look when nobody has looked for 100 ms.
    await new Promise((done) => setTimeout(done, 150));
    const [rows] = await connection.query<RowDataPacket[]>(
      `SELECT 1 FROM information_schema.innodb_trx t
       JOIN information_schema.processlist p ON p.id = t.trx_mysql_thread_id
       WHERE t.trx_state = 'LOCK WAIT' AND p.db = DATABASE()`,
    );
    if (rows.length > 0) return;
  }
  throw new Error("nobody waits");
}

it("is not another account's by a change of address", async () => {
  const wanted = "wanted@example.org";
  const bob = await signUp(app);
  const asked = { body: { newEmail: wanted } };
  expect((await bob.call("POST", "/api/auth/email/change", asked)).status).toBe(202);
  let token = "";
  for (let tries = 0; token === "" && tries < 200; tries++) {
    const mail = app.mails().find((text) => text.includes("/confirm-email#"));
    token = /#token=([\w-]{32})/.exec(mail ?? "")?.[1] ?? "";
    await new Promise((done) => setTimeout(done, 20));
  }
  const ada = await signUp(app, { email: wanted });
  const confirmed = await whileLeaving(ada, () =>
    call(app, "POST", "/api/auth/email/confirm", { body: { token } }),
  );
  expect(confirmed).toMatchObject({ status: 409, body: { code: "conflict" } });
  expect((await bob.call("GET", "/api/me")).body).toMatchObject({ email: bob.email });
});

it("is no new account's", async () => {
  const ada = await signUp(app);
  const account = { email: ada.email, emailVerifiedAt: app.clock.now, passwordHash: null };
  const made = whileLeaving(ada, () =>
    asSystem(() => createAccount(app.deps, account, () => Promise.resolve())),
  );
  await expect(made).rejects.toMatchObject({ code: "conflict" });
});
