import { spawn } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { createConnection, type Connection, type RowDataPacket } from "mysql2/promise";
import { createKeyring } from "../../api/src/crypto/keyring.ts";
import { openTestApp, type TestApp } from "../../api/test/app.ts";
import { workerServices } from "../../api/test/databases.ts";
import { call, signUp, type Person } from "../../api/test/people.ts";
import { program } from "../../api/test/program.ts";
import { BACKUP_KEY_FILE } from "../backup/keys.ts";
import { ROOT } from "../launcher/paths.ts";
import { makePrivateFolder } from "../launcher/files.ts";
import { mariadbFolder } from "../launcher/mariadb-folder.ts";
import { findRestoreMark, removeRestoreMark, writeRestoreMark } from "../launcher/restore-mark.ts";
import { cleanEnvironment } from "../lib/clean-environment.mjs";
import { UsageError } from "../lib/usage.ts";
import { migrate } from "../lib/migrate.ts";
import { readMigrations } from "../lib/migration-files.ts";
import { BACKUP_SETS } from "../lib/backup-sets.ts";
import { migrationFolder } from "../test/scratch.ts";
import { listTables } from "../backup/engine/facts.ts";
import { dropTables, makeDatabase, migrateJournal, migrateKeys } from "./complete.ts";
import { prepareNew } from "./new-folder.ts";
import { migrationsOf } from "./refusals.ts";
import { readRequest } from "./request.ts";
import { restore } from "./restore.ts";
import { findOpeners } from "./secrets.ts";
import { makeAccount } from "./target.ts";

// Each starts a process or restores a database, on a machine that others use.
jest.setTimeout(120_000);

const { adminSocket, platformDatabase, vaultDatabase, platformUrl, vaultUrl, redisUrl } =
  workerServices();

let app: TestApp;
let admin: Connection;
let data: string;
let environment: Record<string, string>;
let ada: Person;
let eve: Person;
let zoe: Person;
let zoesOwner: string;
let backupId: string;
const entry = randomUUID();
let newest = 0;
const lines: string[] = [];
let onLine: (line: string) => void = () => undefined;

/** Databases of somebody's own, which an account by TCP may make others beside. */
beforeAll(async () => {
  jest.spyOn(console, "log").mockImplementation((line: unknown) => {
    lines.push(String(line));
    onLine(String(line));
  });
  const tokenKey = randomBytes(32).toString("base64url");
  app = await openTestApp({ TOKEN_KEY: tokenKey });
  admin = await createConnection({ socketPath: adminSocket, user: userInfo().username });
  const port = new URL(platformUrl).port;
  await admin.query("CREATE OR REPLACE USER 'restorer'@'127.0.0.1' IDENTIFIED BY 'restorer'");
  await admin.query("GRANT ALL PRIVILEGES ON *.* TO 'restorer'@'127.0.0.1'");
  const urlOf = (database: string) => `mysql://restorer:restorer@127.0.0.1:${port}/${database}`;
  data = join(app.folder, "data");
  environment = {
    TIMOS_DATA_DIR: data,
    PLATFORM_DATABASE_URL: platformUrl,
    VAULT_DATABASE_URL: vaultUrl,
    PLATFORM_MIGRATE_URL: urlOf(platformDatabase),
    VAULT_MIGRATE_URL: urlOf(vaultDatabase),
    REDIS_URL: redisUrl,
    KEYRING_FILE: app.keyringFile,
    TOKEN_KEY: tokenKey,
  };

  [ada, eve, zoe] = [await signUp(app), await signUp(app), await signUp(app)];
  for (const person of [eve, zoe]) await write(person, randomUUID(), "Untouched");
  await write(ada, entry, "Before");
  zoesOwner = await ownerOf(zoe);
  backupId = await backUp();
  await write(ada, entry, "After");
  newest = await write(ada, randomUUID(), "Lost");
  const erased = await zoe.call("DELETE", "/api/me", { body: { confirm: zoe.email } });
  expect(erased.status).toBe(202);
});

afterAll(async () => {
  await admin.query("DROP USER 'restorer'@'127.0.0.1'");
  await dropAll("timos\\_%\\_before\\_%");
  await admin.end();
  await app.close();
});

async function write(person: Person, id: string, title: string): Promise<number> {
  const reply = await person.call("PUT", `/api/entries/${id}`, {
    body: { day: "2026-11-21", title },
  });
  return Number(reply.body["rev"]);
}

async function ownerOf(person: Person): Promise<string> {
  const [row] = await app.sql(
    "platform",
    "SELECT HEX(d.owner_id) AS owner FROM user_deks d JOIN users u ON u.id = d.user_id WHERE u.email = ?",
    [person.email],
  );
  return String(row?.["owner"]);
}

async function backUp(): Promise<string> {
  const child = spawn(process.execPath, [program("scripts/backup.ts"), "--json"], {
    cwd: ROOT,
    env: { ...cleanEnvironment(), ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [, said] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
  if (child.exitCode !== 0) throw new Error(said);
  return readdirSync(join(data, "backups/vault"))[0] ?? "";
}

/** Runs the command in this process. @returns what it said, and whether nothing is left to do. */
async function run(args: readonly string[], env: Record<string, string> = {}) {
  lines.length = 0;
  const request = readRequest([...args], environment);
  const isDone = await restore(request, { ...environment, ...env }, new AbortController().signal);
  return { isDone, said: lines.join("\n") };
}

async function databasesLike(pattern: string): Promise<string[]> {
  const [rows] = await admin.query<RowDataPacket[]>("SHOW DATABASES LIKE ?", [pattern]);
  return rows.map((row) => String(Object.values(row)[0]));
}

async function dropAll(pattern: string): Promise<void> {
  for (const name of await databasesLike(pattern)) await admin.query(`DROP DATABASE ${name}`);
}

const titleOf = async (person: Person) =>
  (await person.call("GET", `/api/entries/${entry}`)).body["title"];
const statusOf = async (person: Person) => {
  const { integrity } = (await person.call("GET", "/api/me/vault")).body;
  return (integrity as { status: string }).status;
};
const countOf = async (database: "platform" | "vault", table: string, where: string) => {
  const sql = `SELECT COUNT(*) AS count FROM ${table} WHERE ${where}`;
  return Number((await app.sql(database, sql))[0]?.["count"]);
};

describe("what is refused changes nothing", () => {
  it("a command that does not say what to do, or is not confirmed", async () => {
    await expect(run([])).rejects.toThrow(UsageError);
    await expect(run(["--at", "yesterday"])).rejects.toThrow(UsageError);
    expect(await run(["--database", "vault"])).toEqual({
      isDone: false,
      said: expect.stringMatching(/vault +\S+ +as of [^]*Nothing was changed.*add --yes/),
    });
    expect(await run(["--database", "both", "--keys", "--dry-run"])).toEqual({
      isDone: true,
      said: expect.stringMatching(/Every file is as it was stored.\nNothing was changed.$/),
    });
    expect(await titleOf(ada)).toBe("After");
  });

  it("a byte that was flipped, a file that was cut off or is gone", async () => {
    const folder = join(data, "backups/vault", backupId);
    const name = readdirSync(folder).find((each) => each.includes("daily_entries")) ?? "";
    const file = join(folder, name);
    const bytes = readFileSync(file);
    const restoring = () => run(["--database", "vault", "--yes"]);
    const flipped = Buffer.from(bytes);
    flipped[bytes.length >> 1] = (flipped[bytes.length >> 1] ?? 0) ^ 1;
    writeFileSync(file, flipped);
    await expect(restoring()).rejects.toThrow(/daily_entries.*is not the file that was stored/);
    writeFileSync(file, bytes.subarray(0, -1));
    await expect(restoring()).rejects.toThrow(/daily_entries.*is cut off/);
    writeFileSync(file, bytes);
    expect(await databasesLike("timos\\_%\\_restore\\_%")).toEqual([]);
    expect(await titleOf(ada)).toBe("After");
  });

  it("a manifest of somebody else, of a newer TimOS, and one that was altered", async () => {
    const file = join(data, "backups/vault", backupId, "manifest.json");
    const manifest = readFileSync(file, "utf8");
    const restoring = (...args: string[]) => run(["--database", "vault", "--yes", ...args]);
    writeFileSync(file, manifest.replace(/"rows": \d+/, '"rows": 0'));
    await expect(restoring()).rejects.toThrow(/was changed after it was written/);
    writeFileSync(file, manifest.replace("timos-backup/1", "timos-backup/2"));
    await expect(restoring()).rejects.toThrow(/newer TimOS \(format 2.*Update/);
    // Whoever does without knowing who wrote it is told of what it needs all the same.
    const later = '"20991231000000_later"';
    writeFileSync(file, manifest.replace(/("vault": \[)/, `$1${later}, `));
    await expect(restoring("--unauthenticated")).rejects.toThrow(/20991231000000_later.*Update/);
    writeFileSync(file, manifest);
    await expect(restoring("--from", join(data, "nowhere"))).rejects.toThrow(/no backup/);
    const other = { BACKUP_KEY: randomBytes(32).toString("base64url") };
    await expect(run(["--database", "vault", "--yes"], other)).rejects.toThrow(
      /another backup_key.*--kit/,
    );
  });

  it("an identity that does not open it, and a keyring that lacks a master key", async () => {
    const identity = join(app.folder, "identity");
    writeFileSync(identity, "# nobody\n");
    await expect(
      run(["--database", "vault", "--yes"], { BACKUP_IDENTITY_FILE: identity }),
    ).rejects.toThrow(/was encrypted to age1.*there is none here/);
    const keyring = join(app.folder, "another-keyring");
    writeFileSync(keyring, createKeyring(new Date()), { mode: 0o600 });
    await expect(run(["--keys", "--yes"], { KEYRING_FILE: keyring })).rejects.toThrow(
      /lacks local:\S+, under which 3 data keys.*keys:merge/,
    );
    // Whoever restores in place goes on with the keyring that is there, whatever the kit has.
    const kit = {
      madeAt: new Date(),
      secrets: { keyring: readFileSync(keyring).toString("base64") },
    };
    const heldIn = (isNew: boolean) =>
      findOpeners({ KEYRING_FILE: app.keyringFile }, data, kit, { isNew }).keyring;
    expect(heldIn(false)).toEqual(readFileSync(app.keyringFile));
    expect(heldIn(true)).toEqual(readFileSync(keyring));
    expect(readFileSync(join(data, BACKUP_KEY_FILE), "utf8")).toMatch(/\S{43}/);
    expect(findRestoreMark(data)).toBeUndefined();
  });

  it("databases that were made while the backup was read, and another restore at work", async () => {
    const folder = join(app.folder, "made-meanwhile");
    makePrivateFolder(mariadbFolder(folder));
    const kit = { madeAt: new Date(), secrets: {} };
    expect(() => {
      prepareNew(folder, kit, "npm run restore");
    }).toThrow(/are databases.*by now/);
    expect(readdirSync(folder)).toEqual(["mariadb"]);

    const socket = `socketPath=${encodeURIComponent(adminSocket)}`;
    const url = `mysql://${userInfo().username}@localhost/?${socket}`;
    const place = {
      kind: "servers",
      dataFolder: data,
      urls: { platform: url, vault: url },
    } as const;
    const first = await makeAccount(place);
    await expect(makeAccount(place)).rejects.toThrow("Another restore is at work");
    const port = Number(new URL(platformUrl).port);
    const { user, password } = first;
    await (await createConnection({ host: "127.0.0.1", port, user, password })).end();
    await first.drop();
    await (await makeAccount(place)).drop();
  });
});

describe("one database while the other serves", () => {
  it("the vault is what it was; nobody who uses the platform notices; nothing erased comes back", async () => {
    let isDone = false as boolean;
    const statuses = new Map<number, number>();
    const asking = (async () => {
      while (!isDone) {
        const { status } = await eve.call("GET", "/api/me");
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        await sleep(20); // What is asked as fast as it is answered takes the processor from the restore.
      }
    })();
    // Read before, so that its key and its session are in memory.
    expect(await titleOf(ada)).toBe("After");
    // That of a restore of the folder's own databases, which these are not.
    writeRestoreMark(data, { kind: "in_place", begunAt: new Date().toISOString(), from: "other" });
    const restored = await run(["--database", "vault", "--yes"]);
    expect(findRestoreMark(data)).toMatchObject({ from: "other" });
    removeRestoreMark(data);
    isDone = true;
    await asking;
    expect(restored).toEqual({
      isDone: true,
      said: expect.stringMatching(
        /Restored: vault[^]*1 are of another time[^]*kept as timos_vault_before_/,
      ),
    });
    expect([...statuses.keys()]).toEqual([200]);

    expect(await titleOf(ada)).toBe("Before");
    expect(await statusOf(ada)).toBe("ok");
    expect(await statusOf(eve)).toBe("ok");
    // A revision stays the name of one state.
    expect(await write(ada, entry, "Again")).toBeGreaterThan(newest);
    for (const table of ["daily_entries", "vault_heads", "vault_keys"]) {
      expect(await countOf("vault", table, `owner_id = UNHEX('${zoesOwner}')`)).toBe(0);
    }
    expect(await countOf("vault", "erasures", `owner_id = UNHEX('${zoesOwner}')`)).toBe(1);
    expect(await databasesLike("timos\\_vault\\_restore\\_%")).toEqual([]);
    expect((await run(["--drop-copies", "--yes"])).said).toMatch(/before_\S+ is dropped/);
    expect(await databasesLike("timos\\_vault\\_before\\_%")).toEqual([]);
  });

  it("after the platform everybody signs in again, and whoever was erased stays so", async () => {
    const { isDone, said } = await run(["--database", "platform", "--yes"]);
    expect({ isDone, said }).toMatchObject({
      isDone: true,
      said: expect.stringMatching(/Restored: platform[^]*Everybody has to sign in again/),
    });
    expect((await ada.call("GET", "/api/me")).status).toBe(401);
    expect(await countOf("platform", "users", `email = '${zoe.email}'`)).toBe(0);
    expect(await countOf("platform", "dek_wraps", `owner_id = UNHEX('${zoesOwner}')`)).toBe(0);

    const body = { email: ada.email, password: ada.password };
    const reply = await call(app, "POST", "/api/auth/login", { body });
    expect(reply.status).toBe(200);
    const authorization = `Bearer ${String(reply.body["accessToken"])}`;
    const read = await call(app, "GET", `/api/entries/${entry}`, { headers: { authorization } });
    expect(read.body["title"]).toBe("Again");
    const [restored] = await app.sql(
      "platform",
      "SELECT outcome, backup_id FROM operation_runs WHERE kind = 'restore' ORDER BY started_at DESC LIMIT 1",
    );
    expect(restored).toEqual({ outcome: "ok", backup_id: backupId });
    // What was done to look after the data is not forgotten with the data.
    expect(await countOf("platform", "operation_runs", "kind = 'restore'")).toBe(2);
  });

  it("the keys: what was made since stays, and who is erased in the last moment is", async () => {
    const kim = await signUp(app);
    await write(kim, entry, "Since");
    const [kims, eves] = [await ownerOf(kim), await ownerOf(eve)];
    const isEves = `owner_id = UNHEX('${eves}')`;
    const erase = async () => {
      await admin.query(`DELETE FROM ${vaultDatabase}.vault_keys WHERE ${isEves}`);
      await admin.query(`INSERT INTO ${vaultDatabase}.erasures VALUES (UNHEX('${eves}'))`);
      await admin.query("COMMIT");
    };
    // Holds the tables until all is loaded, and the swap has been tried.
    await admin.query("BEGIN");
    await admin.query(`SELECT 1 FROM ${vaultDatabase}.vault_keys LIMIT 1`);
    let erased: Promise<void> | undefined;
    onLine = (line) => {
      if (line.includes("trying again")) erased ??= erase();
    };
    const { said } = await run(["--keys", "--yes"]);
    onLine = () => undefined;
    await erased;
    expect(erased).toBeDefined();
    expect(said).toMatch(/Restored: keys/);
    for (const [database, table] of [
      ["platform", "dek_wraps"],
      ["vault", "vault_keys"],
    ] as const) {
      expect(await countOf(database, table, `owner_id = UNHEX('${kims}')`)).toBe(1);
      expect(await countOf(database, table, isEves)).toBe(0);
      expect(await countOf(database, "erasures", isEves)).toBe(1);
      expect(await countOf(database, table, `owner_id = UNHEX('${zoesOwner}')`)).toBe(0);
    }
    expect(await titleOf(kim)).toBe("Since");
  });

  it("both of the same backup again: where one cannot be replaced, neither is", async () => {
    const before = await countOf("platform", "users", "TRUE");
    const kept = await databasesLike("timos\\_%\\_before\\_%");
    // May load, and may not keep what was there.
    await admin.query("CREATE OR REPLACE USER 'loader'@'127.0.0.1' IDENTIFIED BY 'loader'");
    await admin.query(`GRANT ALL PRIVILEGES ON ${vaultDatabase}.* TO 'loader'@'127.0.0.1'`);
    await admin.query(
      "GRANT ALL PRIVILEGES ON `timos\\_vault\\_restore\\_%`.* TO 'loader'@'127.0.0.1'",
    );
    const loader = new URL(environment["VAULT_MIGRATE_URL"] ?? "");
    loader.username = loader.password = "loader";
    const both = ["--database", "both", "--yes"];
    await expect(run(both, { VAULT_RESTORE_URL: loader.href })).rejects.toThrow(/denied/);
    await admin.query("DROP USER 'loader'@'127.0.0.1'");
    expect(await countOf("platform", "users", "TRUE")).toBe(before);
    expect(await databasesLike("timos\\_%\\_before\\_%")).toEqual(kept);

    const { said } = await run(both);
    expect(said).toMatch(/kept as timos_platform_before_\w+, timos_vault_before_\w+\./);
    expect(await countOf("platform", "users", "TRUE")).toBeLessThan(before);
    expect(await databasesLike("timos\\_%\\_before\\_%")).toHaveLength(kept.length + 2);
  });
});

it("an older journal, and keys of another time, are brought forward to the tables of today", async () => {
  const restorer = (name: string) => {
    const url = new URL(environment["VAULT_MIGRATE_URL"] ?? "");
    url.pathname = `/${name}`;
    return url.href;
  };
  const place = {
    kind: "servers",
    dataFolder: data,
    urls: { platform: restorer(platformDatabase), vault: restorer(vaultDatabase) },
  } as const;
  const known = readMigrations(migrationsOf("vault"));
  const older = migrationFolder(
    Object.fromEntries(known.slice(0, -1).map(({ name, sql }) => [name, sql])),
  );
  const at = (name: string) => ({
    place,
    role: "vault" as const,
    name,
    migrations: known.slice(0, -1).map((each) => each.name),
    urlOf: restorer,
    log: () => undefined,
  });
  const makeOlder = async (name: string, isLeft: (table: string) => boolean) => {
    await makeDatabase(place, "vault", name);
    await migrate({ url: restorer(name), dir: older.path });
    const tables = await listTables(admin, name);
    await dropTables(
      admin,
      name,
      tables.filter((table) => !isLeft(table)),
    );
  };
  const [journal, keys] = ["timos_vault_restore_older", "timos_vault_restore_older_keys"];
  const isOfKeys = (table: string) => BACKUP_SETS.keys.vault.includes(table);
  await makeOlder(journal, (table) => !isOfKeys(table));
  await makeOlder(keys, isOfKeys);
  older.delete();
  await migrateJournal(admin, at(journal));
  await migrateKeys(admin, at(keys));
  const today = (await listTables(admin, vaultDatabase)).sort();
  expect((await listTables(admin, journal)).sort()).toEqual(today.filter((t) => !isOfKeys(t)));
  expect((await listTables(admin, keys)).sort()).toEqual(today.filter(isOfKeys));
  const [ledger] = await admin.query<RowDataPacket[]>(
    `SELECT COUNT(*) AS count FROM ${journal}._prisma_migrations WHERE finished_at IS NOT NULL`,
  );
  expect(Number(ledger[0]?.["count"])).toBe(known.length);
  await dropAll("timos\\_vault\\_restore\\_%");
});
