import { execFileSync } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { userInfo } from "node:os";
import { basename, dirname, join } from "node:path";
import { openRedis } from "./support/redis.ts";
import { expect, test } from "@playwright/test";
import mysql from "mysql2/promise";
import type { KindName } from "../api/src/contract/record.ts";
import { OWNED_TABLES } from "../api/src/vault/erase.ts";
import { samplesOf, writingOf, type Sample } from "../api/test/samples.ts";
import { installation } from "./installation.ts";
import { filesBelow, findings, formsOf, readIfThere } from "./support/needles.ts";

/**
 * The promise itself, put to the running product: whoever takes the databases, their files, Redis, the logs or the
 * outbox finds no word that anyone wrote. One marker is part of everything written; another, written where it may be
 * read, shows that the search would have found it.
 */
const MARKER = `Wren${randomBytes(6).toString("hex")}Lane`;
const CONTROL = `Heron${randomBytes(6).toString("hex")}Hall`;
const SECRET_DAY = "1903-07-16";
const password = `pass ${randomBytes(9).toString("hex")} word`;
const email = `reader-${randomBytes(4).toString("hex")}@example.org`;

const run = installation();
const dataFolder = dirname(run.logFile);
const socket = run.mariadb.socket ?? "";

interface Sent {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

async function call(method: string, path: string, { body, headers }: Sent = {}) {
  return fetch(run.apiUrl + path, {
    method,
    headers: { "content-type": "application/json", ...headers },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
}

function mailedToken(): string {
  const mails = readdirSync(run.outboxDir).sort();
  const mail = mails
    .map((name) => readFileSync(join(run.outboxDir, name), "utf8"))
    .findLast((text) => text.includes(`To: ${email}`));
  return /#token=([\w-]+)/.exec(mail ?? "")?.[1] ?? "";
}

test("nothing that was written can be found in the databases, their files, Redis, the logs or the outbox", async () => {
  test.setTimeout(120_000);
  const secrets = await writeEverywhere();
  const places = await takeEverything();

  for (const [place, bytes] of places) {
    expect(findings(bytes, MARKER), `the marker in ${place}`).toEqual([]);
    if (!place.endsWith(".eml")) {
      for (const [name, secret] of secrets) {
        expect(bytes.includes(secret), `the ${name} in ${place}`).toBe(false);
      }
    }
  }
  for (const [place, bytes] of places) {
    if (place.includes("vault"))
      expect(bytes.includes(SECRET_DAY), `a day in ${place}`).toBe(false);
  }

  const found = [...places].filter(([, bytes]) => findings(bytes, CONTROL).length > 0);
  const where = found.map(([place]) => place);
  expect(where).toContain("dump of timos_platform");
  expect(where.some((place) => place.endsWith("users.ibd"))).toBe(true);
});

test("the search finds every form that it looks for", () => {
  for (const [name, form] of formsOf(MARKER)) {
    const haystack = Buffer.concat([randomBytes(101), form, randomBytes(99)]);
    expect(findings(haystack, MARKER)).toContain(name);
  }
  for (const before of [0, 1, 2, 3, 4]) {
    const text = Buffer.concat([randomBytes(before), Buffer.from(MARKER), randomBytes(5)]);
    expect(findings(Buffer.from(text.toString("base64")), MARKER)).not.toEqual([]);
    expect(findings(Buffer.from(text.toString("base64url")), MARKER)).not.toEqual([]);
  }
});

test("neither account of the application reaches the other's database, nor anything else", async () => {
  for (const [own, other] of [
    ["platform", "vault"],
    ["vault", "platform"],
  ] as const) {
    const connection = await mysql.createConnection({
      host: "127.0.0.1",
      port: run.mariadb.port,
      user: `timos_${own}_app`,
      password: readFileSync(join(dataFolder, "secrets", `${own}_app_password`), "utf8").trim(),
    });
    const [databases] = await connection.query<mysql.RowDataPacket[]>("SHOW DATABASES");
    expect(databases.map((row) => String(row["Database"]))).toEqual([
      "information_schema",
      `timos_${own}`,
    ]);
    for (const sql of [
      `SELECT * FROM timos_${other}._prisma_migrations`,
      "SELECT * FROM mysql.global_priv",
      `DROP DATABASE timos_${own}`,
      `CREATE TABLE timos_${own}.mine (id INT)`,
    ]) {
      await expect(connection.query(sql)).rejects.toThrow(/denied/);
    }
    await connection.end();
  }
});

/** Writes the marker into every field and every wrong place there is. Returns the secrets that were in play. */
async function writeEverywhere(): Promise<Map<string, string>> {
  await call("POST", "/api/auth/signup", { body: { email, password, displayName: CONTROL } });
  const link = mailedToken();
  const verified = await call("POST", "/api/auth/verify-email", { body: { token: link } });
  expect(verified.status).toBe(200);
  const { accessToken } = (await verified.json()) as { accessToken: string };
  const refreshToken = verified.headers.getSetCookie()[0]?.split(/[=;]/)[1] ?? "";
  const mine = { authorization: `Bearer ${accessToken}` };
  const as = (method: string, path: string, sent: Sent = {}) =>
    call(method, path, { ...sent, headers: { ...mine, ...sent.headers } });

  const path = `/api/entries/${randomUUID()}`;
  const entry = {
    day: SECRET_DAY,
    time: "23:47",
    title: `${MARKER} title`,
    body: `# ${MARKER}\n\n${`${MARKER} again and again. `.repeat(2000)}`,
    pillarIds: [randomUUID()],
    tags: [`${MARKER} tag`],
    moodId: randomUUID(),
    starred: true,
  };
  expect((await as("PUT", path, { body: entry })).status).toBe(201);
  expect((await as("PATCH", path, { body: { body: `${MARKER} changed` } })).status).toBe(200);
  expect((await as("GET", `/api/entries?tag=${MARKER}%20tag&from=${SECRET_DAY}`)).status).toBe(200);
  expect((await as("GET", `${path}/versions`)).status).toBe(200);
  expect((await as("GET", `/api/days/${SECRET_DAY}`)).status).toBe(200);
  const once = { "idempotency-key": MARKER };
  expect((await as("POST", "/api/entries", { body: entry, headers: once })).status).toBe(201);
  expect((await as("DELETE", path)).status).toBe(204);
  await writeEachKind(as);

  const refused: [string, string, Sent][] = [
    ["PUT", path, { body: `{"title":"${MARKER}` }],
    ["PUT", path, { body: { ...entry, [MARKER]: MARKER } }],
    ["PUT", path, { body: { ...entry, day: MARKER } }],
    ["PUT", path, { body: { ...entry, title: [MARKER] } }],
    ["PUT", path, { body: { ...entry, title: `${MARKER}\ud800` } }],
    ["PUT", path, { body: MARKER, headers: { "content-type": "text/plain" } }],
    ["PUT", path, { body: { ...entry, body: MARKER.repeat(150_000) } }],
    ["PUT", path, { body: entry, headers: { "if-match": MARKER } }],
    ["GET", `/api/entries/${MARKER}`, {}],
    ["GET", `/api/entries?cursor=${MARKER}`, {}],
    ["GET", `/${MARKER}`, {}],
    ["POST", "/api/auth/login", { body: { email, password: `${MARKER} wrong one` } }],
    ["POST", "/api/auth/verify-email", { body: { token: link } }],
  ];
  for (const [method, where, sent] of refused) {
    const { status } = await as(method, where, sent);
    expect(status, `${method} ${where}`).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
  }
  return new Map([
    ["password", password],
    ["access token", accessToken.split(".")[2] ?? ""],
    ["refresh token", refreshToken],
    ["token of the link", link],
  ]);
}

/** Writes the marker into every field of every kind, and over it, and looks at it. */
async function writeEachKind(
  as: (method: string, path: string, sent?: Sent) => Promise<globalThis.Response>,
): Promise<void> {
  const [pillarId, habitId, moodId] = [randomUUID(), randomUUID(), randomUUID()];
  for (const owned of [`/api/pillars/${pillarId}`, `/api/habits/${habitId}`]) {
    expect((await as("PUT", owned, { body: { name: MARKER } })).status).toBe(201);
  }
  const matter = { word: MARKER, day: SECRET_DAY, pillarId, habitId, moodId };
  for (const [kind, sample] of Object.entries(samplesOf(matter)) as [KindName, Sample][]) {
    const { path, body } = writingOf(kind, sample, randomUUID());
    for (const status of [201, 200]) {
      expect((await as("PUT", path, { body })).status, kind).toBe(status);
    }
    expect((await as("PUT", path, { body: { ...body, [MARKER]: MARKER } })).status).toBe(400);
  }
  for (const path of [`/api/days/${SECRET_DAY}`, "/api/habits/streaks", "/api/trash"]) {
    expect((await as("GET", path)).status).toBe(200);
  }
  const evening = {
    ...{ day: SECRET_DAY, kind: "evening", gaveEnergy: MARKER, drainedEnergy: MARKER },
    ...{ pressureOrPurpose: "both", honestNote: MARKER },
  };
  expect((await as("POST", "/api/feels", { body: evening })).status).toBe(201);
}

/** Takes what a thief could: both databases dumped and as files, Redis, all logs and the outbox. */
async function takeEverything(): Promise<Map<string, Buffer>> {
  const places = new Map<string, Buffer>();
  const admin = await mysql.createConnection({
    socketPath: socket,
    user: userInfo().username,
  });
  for (const database of ["timos_platform", "timos_vault"]) {
    for (const [name, options] of [
      ["dump", []],
      ["hex dump", ["--hex-blob"]],
    ] as const) {
      const args = [`--socket=${socket}`, "--single-transaction", ...options, database];
      const dump = execFileSync("mariadb-dump", ["--no-defaults", ...args], { maxBuffer: 2 ** 30 });
      expect(dump.toString("latin1")).toContain("-- Dump completed");
      places.set(`${name} of ${database}`, dump);
    }
    const [tables] = await admin.query<mysql.RowDataPacket[]>(
      "SELECT CONCAT(table_schema, '.', table_name) AS name FROM information_schema.tables WHERE table_schema = ?",
      [database],
    );
    // Brings every page from memory to the files that are searched.
    await admin.query(
      `FLUSH TABLES ${tables.map((row) => String(row["name"])).join(", ")} FOR EXPORT`,
    );
    await admin.query("UNLOCK TABLES");
  }
  // What is searched has rows of every table that there is: no kind is left out.
  for (const table of OWNED_TABLES) {
    const [rows] = await admin.query<mysql.RowDataPacket[]>(
      `SELECT 1 FROM timos_vault.${table} LIMIT 1`,
    );
    expect(rows, table).toHaveLength(1);
  }
  await admin.end();
  places.set("Redis", await dumpRedis());
  for (const file of filesBelow(dataFolder)) {
    const isKey = dirname(file).endsWith("secrets") || basename(file) === "keyring";
    if (!isKey) places.set(file.slice(dataFolder.length + 1), readIfThere(file));
  }
  for (const expected of ["timos.log", "mariadb.log", "redis.log"]) {
    expect([...places.keys()]).toContain(expected);
  }
  expect(places.get("timos.log")?.includes("/api/entries/:id")).toBe(true);
  return places;
}

async function dumpRedis(): Promise<Buffer> {
  const redis = openRedis();
  const keys = await redis.keys("*");
  const values = await Promise.all(
    keys.map(async (key) =>
      (await redis.type(key)) === "string" ? redis.get(key) : redis.dump(key),
    ),
  );
  redis.disconnect();
  expect(keys.length).toBeGreaterThan(0);
  return Buffer.from(JSON.stringify([keys, values]));
}
