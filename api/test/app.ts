import { generateKeyPairSync, randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { Redis } from "ioredis";
import mysql, { type Pool, type RowDataPacket } from "mysql2/promise";
import { createApp } from "../src/app.ts";
import { readConfig } from "../src/config.ts";
import { createKeyring } from "../src/crypto/keyring.ts";
import { openDeps, type Deps } from "../src/deps.ts";
import { createLogger } from "../src/lib/logger.ts";
import { workerServices } from "./databases.ts";

/** A running API on this worker's databases, emptied, with a clock that the test sets. */
export interface TestApp {
  readonly url: string;
  readonly deps: Deps;
  readonly folder: string;
  readonly keyringFile: string;
  readonly clock: { now: Date };
  /** Everything that was logged. */
  logged(): string;
  /** The mails that were sent, oldest first. */
  mails(): string[];
  /** Runs SQL as the administrator of the server. */
  sql(database: "platform" | "vault", sql: string, values?: unknown[]): Promise<RowDataPacket[]>;
  close(): Promise<void>;
}

type Environment = Readonly<Record<string, string>>;

/** Argon2id near its cheapest: what a hash costs is looked at by `passwords.test.ts`. */
const CHEAP_HASHES = { memoryKiB: 8, passes: 2 };

/** A complete environment for {@link readConfig}, with files of its own in `folder`. */
export function testEnvironment(folder: string): Environment {
  const services = workerServices();
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const jwk = { ...privateKey.export({ format: "jwk" }), kid: "test", status: "active" };
  const keyringFile = join(folder, "keyring");
  writeFileSync(keyringFile, createKeyring(new Date()), { mode: 0o600 });
  return {
    NODE_ENV: "test",
    API_PORT: "0",
    APP_URL: "http://127.0.0.1:3000",
    PLATFORM_DATABASE_URL: services.platformUrl,
    VAULT_DATABASE_URL: services.vaultUrl,
    REDIS_URL: services.redisUrl,
    KEYRING_FILE: keyringFile,
    TOKEN_KEY: randomBytes(32).toString("base64url"),
    PASSWORD_PEPPER: randomBytes(32).toString("base64url"),
    JWT_KEYS: JSON.stringify({ keys: [jwk] }),
    OUTBOX_DIR: join(folder, "outbox"),
  };
}

/** Passwords are hashed cheaply unless `environment` says what a hash costs. */
export async function openTestApp(environment: Environment = {}): Promise<TestApp> {
  const folder = mkdtempSync(join(tmpdir(), "timos-app-"));
  const admins = { platform: openAdmin("platform"), vault: openAdmin("vault") };
  await emptyDatabases(admins);
  const clock = { now: new Date("2026-11-21T20:00:00.000Z") };
  const lines: string[] = [];
  const sink = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      lines.push(chunk.toString());
      done();
    },
  });
  const config = readConfig({ ...testEnvironment(folder), ...environment });
  const isCheap = !("ARGON2_PASSES" in environment);
  const argon2 = { ...config.auth.argon2, ...(isCheap ? CHEAP_HASHES : {}) };
  const deps = await openDeps(
    { ...config, auth: { ...config.auth, argon2 } },
    {
      logger: createLogger("api", "info", sink),
      clock: () => clock.now,
    },
  );
  const server = await listen(createServer(createApp(deps)));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    deps,
    folder,
    keyringFile: join(folder, "keyring"),
    clock,
    logged: () => lines.join(""),
    mails: outboxReader(join(folder, "outbox")),
    sql: async (database, sql, values = []) => {
      const [rows] = await admins[database].query<RowDataPacket[]>(sql, values);
      // What is changed behind the server's back it would notice within a second; a test does not wait.
      deps.sessions.onMessage("tenant:");
      return rows;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
      await Promise.all([deps.close(), admins.platform.end(), admins.vault.end()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Reads the mails in a folder, oldest first, each file once. */
export function outboxReader(folder: string): () => string[] {
  const read = new Map<string, string>();
  return () => {
    // The first mail makes the folder, and one that is still being written begins with a dot.
    const names = existsSync(folder) ? readdirSync(folder) : [];
    return names
      .filter((name) => !name.startsWith("."))
      .sort()
      .map((name) => {
        const mail = read.get(name) ?? readFileSync(join(folder, name), "utf8");
        read.set(name, mail);
        return mail;
      });
  };
}

function listen(server: Server): Promise<Server> {
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

function openAdmin(database: "platform" | "vault"): Pool {
  const services = workerServices();
  return mysql.createPool({
    socketPath: services.adminSocket,
    user: userInfo().username,
    database: services[`${database}Database`],
  });
}

async function emptyDatabases(admins: Readonly<Record<"platform" | "vault", Pool>>): Promise<void> {
  for (const admin of Object.values(admins)) {
    const connection = await admin.getConnection();
    const [tables] = await connection.query<RowDataPacket[]>(
      "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name NOT LIKE '\\_%'",
    );
    await connection.query("SET foreign_key_checks = 0");
    for (const table of tables) await connection.query("DELETE FROM ??", [table["name"]]);
    await connection.query("SET foreign_key_checks = 1");
    connection.release();
  }
  const redis = new Redis(workerServices().redisUrl);
  await redis.flushdb();
  redis.disconnect();
}
