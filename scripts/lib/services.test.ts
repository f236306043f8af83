import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createConnection, type RowDataPacket } from "mysql2/promise";
import { identify } from "../launcher/process-identity.ts";
import { type Services, startServices } from "./services.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const parent = mkdtempSync(join(tmpdir(), "services-"));
const dir = join(parent, "data with 'a' space");
let services: Services;
let killed: ChildProcess | undefined;

beforeAll(async () => {
  // What a first start that was killed midway leaves behind.
  mkdirSync(join(dir, "mariadb.unfinished-AbCdEf/mysql"), { recursive: true });
  services = await startServices({ dir });
});

afterAll(async () => {
  await services.stop();
  killed?.kill("SIGKILL");
  rmSync(parent, { recursive: true });
});

describe("private services", () => {
  it("begin anew where making the data folder was cut off", () => {
    expect(readdirSync(dir)).toContain("mariadb");
    expect(readdirSync(dir).filter((name) => name.includes("unfinished"))).toEqual([]);
  });

  it("make each account blind to the other database, and the app's unable to change tables", async () => {
    const { PLATFORM_DATABASE_URL, VAULT_DATABASE_URL, VAULT_MIGRATE_URL } = services.urls;
    await query(VAULT_MIGRATE_URL, "CREATE TABLE words (word TEXT)");
    await query(VAULT_DATABASE_URL, "INSERT INTO words VALUES ('kept')");
    await expect(query(PLATFORM_DATABASE_URL, "SELECT * FROM timos_vault.words")).rejects.toThrow(
      "denied",
    );
    await expect(query(VAULT_DATABASE_URL, "SELECT * FROM timos_platform.x")).rejects.toThrow(
      "denied",
    );
    await expect(query(VAULT_DATABASE_URL, "DROP TABLE words")).rejects.toThrow("denied");
    await expect(query(VAULT_MIGRATE_URL, "SELECT * FROM mysql.user")).rejects.toThrow("denied");
    const visible = await query(VAULT_DATABASE_URL, "SHOW DATABASES");
    expect(JSON.stringify(visible)).not.toContain("platform");
  });

  it("keep every committed write, and log no statement", async () => {
    const [settings] = await query(
      services.urls.VAULT_DATABASE_URL,
      `SELECT @@innodb_flush_log_at_trx_commit AS flush, @@innodb_doublewrite AS doublewrite,
        @@general_log AS general, @@slow_query_log AS slow, @@time_zone AS zone, @@bind_address AS address,
        @@sql_mode LIKE '%STRICT_TRANS_TABLES%' AS strict`,
    );
    const expected = { flush: 1, doublewrite: 1, general: 0, slow: 0, zone: "+00:00", strict: 1 };
    expect(settings).toMatchObject({ ...expected, address: "127.0.0.1" });
  });

  it("let their user in as root by the socket", async () => {
    const connection = await createConnection({ socketPath: services.socket, user: "root" });
    const [rows] = await connection.query<RowDataPacket[]>("SELECT CURRENT_USER() AS me");
    await connection.end();
    expect(rows).toEqual([{ me: "root@localhost" }]);
  });

  it("put no password among the arguments everybody can list, nor in a file others may read", () => {
    for (const name of ["platform_app", "redis"]) {
      expect(statSync(join(dir, `secrets/${name}_password`)).mode & 0o777).toBe(0o600);
    }
    expect(readdirSync(join(services.socket, ".."))).not.toContain("accounts.sql");
  });

  it("stop without a trace, and have their data when they start again", async () => {
    const { pids, socket } = services;
    await services.stop();
    expect([identify(pids.mariadb), identify(pids.redis)]).toEqual([undefined, undefined]);
    expect(existsSync(join(socket, ".."))).toBe(false);
    services = await startServices({ dir });
    expect(await words()).toEqual([{ word: "kept" }]);
  });

  it("refuse to start with another password than the databases were made with", async () => {
    await services.stop();
    const file = join(dir, "secrets/vault_app_password");
    const password = readFileSync(file);
    rmSync(file);
    await expect(startServices({ dir })).rejects.toThrow(file);
    expect(existsSync(file)).toBe(false);
    writeFileSync(file, password, { mode: 0o600 });
    services = await startServices({ dir });
  });

  it("end when whoever started them is killed, and lose nothing", async () => {
    await services.stop();
    const started = await startElsewhere();
    await query(started.urls.VAULT_DATABASE_URL, "INSERT INTO words VALUES ('just before')");
    killed?.kill("SIGKILL");
    const deadline = Date.now() + 20_000;
    const isUp = () => identify(started.pids.mariadb) ?? identify(started.pids.redis);
    while (isUp() !== undefined && Date.now() < deadline) await sleep(50);
    expect(isUp()).toBeUndefined();
    services = await startServices({ dir });
    expect(await words()).toEqual([{ word: "kept" }, { word: "just before" }]);
  });

  it("leave nothing at all when they are throw-away", async () => {
    const throwAway = await startServices({ dir: join(parent, "other"), ephemeral: true });
    await throwAway.stop();
    expect(existsSync(join(parent, "other"))).toBe(false);
  });
});

const words = () => query(services.urls.VAULT_DATABASE_URL, "SELECT word FROM words");

async function query(url: string, sql: string): Promise<RowDataPacket[]> {
  const connection = await createConnection(url);
  try {
    const [rows] = await connection.query<RowDataPacket[]>(sql);
    return rows;
  } finally {
    await connection.end();
  }
}

/** Starts the services from a process of its own, which can be killed. */
async function startElsewhere(): Promise<Pick<Services, "urls" | "pids">> {
  const program = `
    import { startServices } from ${JSON.stringify(join(ROOT, "scripts/lib/services.ts"))};
    const { urls, pids } = await startServices({ dir: ${JSON.stringify(dir)} });
    process.stdout.write(JSON.stringify({ urls, pids }));
    setInterval(() => {}, 1000);`;
  const args = ["--import", "tsx", "--input-type=module", "--eval", program];
  killed = spawn(process.execPath, args, { cwd: ROOT, stdio: ["ignore", "pipe", "inherit"] });
  const [output] = (await once(killed.stdout ?? killed, "data")) as [Buffer];
  return JSON.parse(output.toString()) as Pick<Services, "urls" | "pids">;
}
