import { request } from "node:http";
import { userInfo } from "node:os";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import mysql, { type Connection, type RowDataPacket } from "mysql2/promise";
import { openTestApp, type TestApp } from "./app.ts";
import { workerServices } from "./databases.ts";
import { call, linkToken, signUp, type Person, type Reply } from "./people.ts";

// Requests that are admitted, and whose body comes when their session has ended.

let app: TestApp;
beforeAll(async () => {
  app = await openTestApp();
});
afterAll(() => app.close());

/** Sends the headers of a request, and its body once `meanwhile` is over. @returns the status of the answer. */
async function holdingBack(
  person: Person,
  path: string,
  body: object,
  meanwhile: () => Promise<unknown>,
): Promise<number> {
  const text = JSON.stringify(body);
  const found = jest.spyOn(app.deps.sessions, "find");
  const sent = request(app.url + path, {
    method: "POST",
    agent: false,
    headers: {
      authorization: `Bearer ${person.accessToken}`,
      "content-type": "application/json",
      "content-length": Buffer.byteLength(text),
    },
  });
  const status = new Promise<number>((resolve, reject) => {
    sent.on("error", reject);
    sent.on("response", (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
  });
  sent.flushHeaders();
  while (found.mock.results.length === 0) await new Promise((done) => setTimeout(done, 5));
  await found.mock.results[0]?.value;
  found.mockRestore();
  await meanwhile();
  sent.end(text);
  return status;
}

async function reset({ email }: Person): Promise<void> {
  const links = () =>
    app.mails().filter((m) => m.includes(email) && m.includes("/reset-password#"));
  await call(app, "POST", "/api/auth/password/forgot", { body: { email } });
  while (links().length === 0) await new Promise((done) => setTimeout(done, 20));
  const body = { token: linkToken(app, email), password: "another horse with a battery" };
  expect((await call(app, "POST", "/api/auth/password/reset", { body })).status).toBe(204);
}

/** Lets a request come as far as its user's row, which is held; ends their sessions, and lets the request go on. */
async function whileSessionsEnd(person: Person, path: string, body: object): Promise<Reply> {
  const services = workerServices();
  const connection = await mysql.createConnection({
    socketPath: services.adminSocket,
    user: userInfo().username,
    database: services.platformDatabase,
  });
  try {
    await connection.beginTransaction();
    await connection.query("SELECT id FROM users WHERE email = ? FOR UPDATE", [person.email]);
    const reply = person.call("POST", path, { body });
    await blocked(connection);
    await connection.query(
      "UPDATE auth_sessions SET revoked_at = NOW(3) WHERE user_id = (SELECT id FROM users WHERE email = ?)",
      [person.email],
    );
    await connection.commit();
    return await reply;
  } finally {
    await connection.end();
  }
}

/** Resolves when a request waits for the row that this connection holds. */
async function blocked(connection: Connection): Promise<void> {
  const [database] = await connection.query<RowDataPacket[]>("SELECT DATABASE() AS name");
  for (let tries = 0; tries < 200; tries++) {
    const [rows] = await connection.query<RowDataPacket[]>(
      `SELECT 1 FROM information_schema.processlist WHERE db = ? AND id <> CONNECTION_ID()
       AND (info LIKE '%FROM users%FOR UPDATE%' OR info LIKE '%FROM users%LOCK IN SHARE MODE%')`,
      [database[0]?.["name"]],
    );
    if (rows.length > 0) return;
    await new Promise((done) => setTimeout(done, 20));
  }
  throw new Error("nobody waits");
}

const TOKEN = { name: "kept", scopes: ["account:read"] };

const countOf = async (table: string, { email }: Person): Promise<number> => {
  const rows = await app.sql(
    "platform",
    `SELECT 1 FROM ${table} t JOIN users u ON u.id = t.user_id WHERE u.email = ?`,
    [email],
  );
  return rows.length;
};

describe("a body that is held back until the session has ended", () => {
  it("makes no token, which would outlive the reset", async () => {
    const person = await signUp(app);
    const status = await holdingBack(person, "/api/tokens", TOKEN, () => reset(person));
    expect(status).toBe(401);
    expect(await countOf("api_tokens", person)).toBe(0);
  });

  it("asks for no other address, which would undo the reset", async () => {
    const person = await signUp(app);
    const body = { newEmail: "thief@example.org" };
    const status = await holdingBack(person, "/api/auth/email/change", body, () => reset(person));
    expect(status).toBe(401);
    expect(app.mails().some((mail) => mail.includes("To: thief@example.org"))).toBe(false);
  });

  it("counts for nothing once the proof is not fresh any more", async () => {
    const person = await signUp(app);
    const status = await holdingBack(person, "/api/tokens", TOKEN, () =>
      app.sql("platform", "UPDATE auth_sessions SET auth_time = '2026-11-20'"),
    );
    expect(status).toBe(401);
    expect(await countOf("api_tokens", person)).toBe(0);
  });

  it("is taken while the session lives", async () => {
    const person = await signUp(app);
    const status = await holdingBack(person, "/api/tokens", TOKEN, () => Promise.resolve());
    expect(status).toBe(201);
  });
});

describe("a request that is under way when its session ends", () => {
  it.each([
    ["makes no token", "/api/tokens", TOKEN, "api_tokens"],
    [
      "asks for no other address",
      "/api/auth/email/change",
      { newEmail: "other-thief@example.org" },
      "one_time_tokens",
    ],
    ["sets up no second factor", "/api/auth/mfa/totp/enroll", {}, "totp_credentials"],
  ])("%s", async (_, path, body, table) => {
    const person = await signUp(app);
    const reply = await whileSessionsEnd(person, path, body);
    expect(reply).toMatchObject({ status: 401, body: { code: "session_revoked" } });
    expect(await countOf(table, person)).toBe(0);
  });
});
