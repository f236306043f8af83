import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type Connection, createConnection, type RowDataPacket } from "mysql2/promise";
import { systemEngine } from "../../launcher/engine.ts";
import { makePrivateFolder } from "../../launcher/files.ts";
import { databaseUrl, socketIn } from "../../launcher/mariadb.ts";
import { mariadbFolder } from "../../launcher/mariadb-folder.ts";
import { ROOT } from "../../launcher/paths.ts";
import { identify } from "../../launcher/process-identity.ts";
import { launch, type RunningProgram, waitUntilReady } from "../../launcher/program.ts";
import { makeRunFolder, removeRunFolder } from "../../launcher/run-folder.ts";
import { BACKUP_SETS, type BackupSet, type DatabaseRole } from "../../lib/backup-sets.ts";
import { grantTables } from "../../lib/grants.ts";
import { migrate } from "../../lib/migrate.ts";
import { schemaDifferences } from "../../lib/schema-check.ts";
import { planMariadb } from "../../lib/services.ts";
import type { Snapshot, SnapshotFacts, TableToLoad } from "../types.ts";
import { replayBinlog } from "./binlog.ts";
import { takeLogicalSnapshot } from "./logical.ts";
import { createDatabase, dropDatabase, listDatabases, loadTable, openTarget } from "./load.ts";
import {
  beforeDatabaseName,
  liveDatabase,
  type OtherServers,
  type PrivateServer,
  restoreDatabaseName,
  type SnapshotPlace,
} from "./place.ts";
import { takeSnapshot } from "./snapshot.ts";
import { swapIn } from "./swap.ts";
import { requireSpace } from "./work-folder.ts";

const SETS: readonly BackupSet[] = ["platform", "vault", "keys"];
const ROLES: readonly DatabaseRole[] = ["platform", "vault"];
const BOX = "CONCAT(x'F9', REPEAT(x'00', 113))";
/** Everything that means something in a dump, and every byte. */
const HOSTILE =
  "it's \"\\ '),('\n-- x\nUSE `other`;\nINSERT INTO `users` VALUES (1);\n/*!40000 */;\t\r\u001a 漢🙂";
const EVERY_BYTE = Buffer.concat([
  Buffer.of(0xf9),
  ...Array.from({ length: 4 }, () => Buffer.from(Array.from({ length: 256 }, (_, at) => at))),
]);
const READER_PASSWORD = `a"b'c\\d#e ;f=\\n`;
const WRAP = EVERY_BYTE.subarray(0, 1024);
/** What was deleted before the snapshot, and must not be in it. */
const GONE = { mail: `@${randomUUID()}.example.org`, wrap: randomBytes(48) };

const parent = mkdtempSync(join(tmpdir(), "engine-"));
const dataFolder = join(parent, "data");
let running: RunningProgram;
let runFolder: string;
let place: PrivateServer;
let others: OtherServers;
let admin: Connection;
let snapshot: Snapshot;
let facts: SnapshotFacts;
/** Every table of the physical snapshot, as it was given out. */
let tables: (TableToLoad & { set: BackupSet; bytes: Buffer })[];

const query = async (sql: string, values: unknown[] = []) =>
  (await admin.query<RowDataPacket[]>(sql, values))[0];

beforeAll(async () => {
  makePrivateFolder(dataFolder);
  runFolder = makeRunFolder();
  const engine = systemEngine(["mariadb"]);
  if (engine === undefined) throw new Error("MariaDB is not installed.");
  const plan = await planMariadb({ dataFolder, runFolder, engine, ephemeral: true });
  const binlogs = join(dataFolder, "binlogs");
  mkdirSync(binlogs);
  const logging = [`--log-bin=${binlogs}/bin`, "--server-id=1", "--binlog-format=ROW"];
  const program = {
    ...plan.program,
    command: [...plan.program.command, ...logging, "--gtid-strict-mode=1"] as [string, ...string[]],
  };
  running = launch(program);
  await waitUntilReady(program, running);
  place = { kind: "private", dataFolder, socket: socketIn(runFolder) };
  const urls = { platform: plan.urls.PLATFORM_MIGRATE_URL, vault: plan.urls.VAULT_MIGRATE_URL };
  others = { kind: "servers", dataFolder: join(parent, "elsewhere"), urls };
  admin = await createConnection({
    socketPath: place.socket,
    user: "root",
    charset: "utf8mb4_unicode_ci",
    multipleStatements: true,
  });
  for (const role of ROLES) {
    await migrate({ url: urls[role], dir: join(ROOT, `prisma/${role}/migrations`) });
    for (const kind of ["restore", "before"]) {
      const account = `'timos_${role}_migrate'@'127.0.0.1'`;
      await query(`GRANT ALL ON \`timos\\_${role}\\_${kind}\\_%\`.* TO ${account}`);
    }
  }
  const appUrl = plan.urls.PLATFORM_DATABASE_URL;
  await grantTables({ migrateUrl: urls.platform, appUrl, log: (line) => console.log(line) });
  await fill();
}, 60_000);

afterAll(async () => {
  admin.destroy();
  await running.stop({ hurry: true });
  removeRunFolder(runFolder);
  rmSync(parent, { recursive: true, force: true });
});

async function fill(): Promise<void> {
  await query("USE timos_platform");
  await query("INSERT INTO tenants (id, name) VALUES ('t', ?), ('u', '')", [HOSTILE.slice(0, 100)]);
  for (const [id, mail] of Object.entries({ a: "a@x", z: "z@x" })) {
    await query(
      `INSERT INTO users (id, tenant_id, email, display_name, passkey_handle, time_zone, updated_at)
       VALUES (?, 't', ?, ?, ?, 'UTC', NOW(3))`,
      [id, mail, HOSTILE.slice(0, 100), Buffer.alloc(32, id)],
    );
  }
  // Among others, a page at a time is given back, or written over.
  await query(
    `INSERT INTO users (id, tenant_id, email, display_name, time_zone, updated_at)
     SELECT seq, 'u', CONCAT(seq, ?), '', 'UTC', NOW(3) FROM seq_1_to_3000`,
    [GONE.mail],
  );
  await query("DELETE FROM users WHERE id LIKE '%5'");
  await query("UPDATE users SET email = CONCAT('mail', id, '@x') WHERE tenant_id = 'u'");
  await query(`INSERT INTO known_devices VALUES ('a', REPEAT(x'27', 32), 't', NOW(3), NOW(3))`);
  const wrap = `INSERT INTO dek_wraps VALUES (UNHEX(MD5(?)), 1, 'mek', ?, 1, ?)`;
  await query(wrap, ["a", "local:1", WRAP]);
  await query(wrap, ["gone", "local:0", GONE.wrap]);
  await query(wrap, ["z", "local:2", Buffer.alloc(0)]);
  await query("DELETE FROM dek_wraps WHERE mek_ref = 'local:0'");
  await query("USE timos_vault");
  await query(
    `INSERT INTO vault_keys VALUES (UNHEX(MD5('a')), 1, 'mek', x'00', 'local:1', 1, x'01')`,
  );
  await query(`INSERT INTO vault_heads VALUES (UNHEX(MD5('a')), 18446744073709551615, ${BOX}),
    (UNHEX(MD5('b')), 7, ${BOX})`);
  await query(
    `INSERT INTO daily_entries
     SELECT UNHEX(MD5('a')), UNHEX(MD5(seq)), seq, IF(seq % 7 = 0, '2026-12-01', NULL), UNHEX(MD5(seq + 1)),
       CONCAT(x'F9', REPEAT(UNHEX(SHA1(seq)), 20)), ? FROM seq_1_to_900`,
    [EVERY_BYTE],
  );
  await query(`INSERT INTO record_versions SELECT UNHEX(MD5('a')), UNHEX(MD5(seq)), seq, NULL, x'00',
    CONCAT(x'F9', REPEAT(x'275C0A3B', 100)) FROM seq_1_to_300`);
  // Leaves a trace in the file of the table, and none in its definition.
  await query(`INSERT INTO templates VALUES (x'01', x'02', 1, NULL, ${BOX}, ${BOX})`);
  await query("ALTER TABLE templates ADD COLUMN added INT AFTER rev, ALGORITHM=INSTANT");
  await query("ALTER TABLE templates DROP COLUMN added, ALGORITHM=INSTANT");
  await query("USE mysql");
}

/** What is in the tables of a database, comparable with another's of the same tables. */
async function checksums(
  database: string,
  names: readonly string[],
): Promise<Map<unknown, unknown>> {
  const list = names.map((name) => `\`${database}\`.\`${name}\``).join(", ");
  const rows = await query(`CHECKSUM TABLE ${list}`);
  return new Map(rows.map((row) => [String(row["Table"]).split(".")[1], row["Checksum"]]));
}

async function read(from: Snapshot, sets: readonly BackupSet[]) {
  const found: typeof tables = [];
  for await (const source of from.tables(sets)) {
    const bytes = await buffer(source.open());
    const { set, database, table, create, format } = source;
    if (source.rows !== null) expect(source.counted()).toBe(source.rows);
    found.push({
      ...{ set, database, table, create, format, bytes },
      rows: source.counted(),
      open: () => Promise.resolve(Readable.from([bytes])),
    });
  }
  return found;
}

const tablesOf = (sets: readonly BackupSet[]) =>
  sets.flatMap((set) =>
    ROLES.flatMap((role) => BACKUP_SETS[set][role].map((table) => `${set}/${role}.${table}`)),
  );
const namesOf = (found: typeof tables) =>
  found.map(({ set, database, table }) => `${set}/${database}.${table}`);

async function load(to: SnapshotPlace, role: DatabaseRole, name: string, found: typeof tables) {
  await createDatabase(to, role, name);
  const target = await openTarget(to, role, name);
  try {
    for (const table of found.filter(({ database }) => database === role)) {
      await loadTable(target, table);
    }
  } finally {
    await target.close();
  }
}

describe("a physical snapshot", () => {
  it("is one state of both databases while others write, and leaves nothing behind", async () => {
    let isOver = false;
    let written = 0;
    const write = async () => {
      const writer = await createConnection({ socketPath: place.socket, user: "root" });
      for (; !isOver; written++) {
        const id = `w${String(written).padStart(9, "0")}`;
        // First the platform, then the vault: an owner that the platform does not know must never be there.
        await writer.query("INSERT INTO timos_platform.tenants (id, name) VALUES (?, '')", [id]);
        await writer.query(
          `INSERT INTO timos_vault.vault_heads VALUES (CAST(? AS BINARY(16)), 1, ${BOX})`,
          [id],
        );
        await sleep(5);
      }
      await writer.end();
    };
    const writing = write();
    const notes: string[] = [];
    try {
      snapshot = await takeSnapshot(place, SETS, { note: (line) => notes.push(line) });
    } finally {
      isOver = true;
      await writing;
    }
    const [work = ""] = readdirSync(join(dataFolder, "backup"));
    expect(statSync(join(dataFolder, "backup", work)).mode & 0o777).toBe(0o700);
    tables = await read(snapshot, SETS);
    // More than once, and set by set.
    expect(namesOf(await read(snapshot, ["keys"]))).toEqual(tablesOf(["keys"]));
    ({ facts } = snapshot);
    await snapshot.close();
    expect(readdirSync(join(dataFolder, "backup"))).toEqual([]);

    expect(namesOf(tables).sort()).toEqual(tablesOf(SETS).sort());
    expect(written).toBeGreaterThan(0);
    const rowsOf = (name: string) => tables.find(({ table }) => table === name)?.rows ?? -1;
    const heads = rowsOf("vault_heads") - 2;
    const tenants = rowsOf("tenants") - 2;
    expect([0, 1]).toContain(tenants - heads);
    const position: unknown = facts.position;
    expect(position).toEqual({
      lsn: expect.stringMatching(/^\d+$/),
      binlogFile: "bin.000001",
      binlogPosition: expect.any(Number),
      gtid: expect.stringMatching(/^0-1-\d+$/),
    });
    expect(facts).toMatchObject({
      migrations: {
        platform: readdirSync(join(ROOT, "prisma/platform/migrations")).filter((n) =>
          /^\d/.test(n),
        ),
        vault: readdirSync(join(ROOT, "prisma/vault/migrations")).filter((n) => /^\d/.test(n)),
      },
      keyReferences: [
        { database: "platform", mekRef: "local:1", wraps: 1 },
        { database: "platform", mekRef: "local:2", wraps: 1 },
        { database: "vault", mekRef: "local:1", wraps: 1 },
      ],
      revisions: {
        owners: heads + 2,
        highest: "18446744073709551615",
        total: String(18446744073709551615n + 7n + BigInt(heads)),
      },
    });
    expect(facts.serverVersion).toContain("MariaDB");
    await query("DELETE FROM timos_platform.tenants WHERE id LIKE 'w%'");
    await query("DELETE FROM timos_vault.vault_heads WHERE rev = 1");
  });

  it("has no key outside of the keys, and nothing of what was deleted from keys and platform", async () => {
    await query("FLUSH TABLES timos_platform.users FOR EXPORT");
    const users = readFileSync(join(mariadbFolder(dataFolder), "timos_platform/users.ibd"));
    await query("UNLOCK TABLES");
    // It is still to be found in the file of the server: that is what this is about.
    expect(users.includes(GONE.mail)).toBe(true);
    for (const { set, table, format, bytes } of tables) {
      expect([table, format]).toEqual([table, set === "keys" ? "sql" : "tablespace"]);
      expect([table, bytes.includes(GONE.mail)]).toEqual([table, false]);
      const hex = GONE.wrap.toString("hex").toUpperCase();
      expect([table, bytes.includes(GONE.wrap) || bytes.includes(hex)]).toEqual([table, false]);
      const hasKey = bytes.includes(WRAP.toString("hex").toUpperCase());
      expect([table, hasKey]).toEqual([table, table === "dek_wraps"]);
    }
  });
});

describe("what was loaded", () => {
  const id = "20261122T090000Z-1a2b3c";

  it.each(ROLES)(
    "is what was in the %s, and takes its place with keys, rights and rules",
    async (role) => {
      const loaded = restoreDatabaseName(role, id);
      const before = beforeDatabaseName(role, id);
      const live = liveDatabase(place, role);
      expect(loaded).toBe(`timos_${role}_restore_20261122t090000z1a2b3c`);
      await load(place, role, loaded, tables);
      // The writer of the snapshot's test is in both, but was deleted here.
      await query(
        `DELETE FROM ${loaded}.${role === "vault" ? "vault_heads WHERE rev = 1" : "tenants WHERE id LIKE 'w%'"}`,
      );
      const names = tables.filter(({ database }) => database === role).map(({ table }) => table);
      const wanted = await checksums(live, names);
      expect(await checksums(loaded, names)).toEqual(wanted);
      await query(`CREATE TABLE ${live}.added_since (a INT)`);

      const swapped = await swapIn(place, role, { from: loaded, to: live, before });
      expect(swapped.sort()).toEqual(names.sort());

      expect(await checksums(live, names)).toEqual(wanted);
      expect(await checksums(before, names)).toEqual(wanted);
      await query(`DROP TABLE ${live}.added_since`);
      const [row] = await query(
        "SELECT COUNT(*) AS n FROM information_schema.tables WHERE table_schema = ?",
        [loaded],
      );
      expect(row).toEqual({ n: 0 });
      const url = `mysql://root@localhost/${live}?socketPath=${encodeURIComponent(place.socket)}`;
      const schemaFile = join(ROOT, `prisma/${role}/schema.prisma`);
      expect(await schemaDifferences({ url, schemaFile, scratch: "engine_scratch" })).toEqual([]);
      await migrate({ url: others.urls[role], dir: join(ROOT, `prisma/${role}/migrations`) });

      const app = await createConnection(
        databaseUrl(dataFolder, role, "app", Number(new URL(others.urls[role]).port)),
      );
      if (role === "platform") {
        await expect(
          app.query("INSERT INTO known_devices VALUES ('nobody', x'00', 't', NOW(3), NOW(3))"),
        ).rejects.toThrow("known_devices_user_id_fkey");
        await expect(app.query("DELETE FROM audit_events")).rejects.toThrow("denied");
        await app.query("INSERT INTO tenants (id, name) VALUES ('new', '')");
        await app.query("DELETE FROM users WHERE id = 'a'"); // and with it, by the rule, the device
        expect(await query("SELECT * FROM timos_platform.known_devices")).toEqual([]);
      } else {
        await expect(app.query("UPDATE vault_heads SET sealed = x'00'")).rejects.toThrow(
          "sealed_box",
        );
        await app.query("DELETE FROM daily_entries WHERE rev = 0");
      }
      await app.end();
      // And back.
      await swapIn(place, role, {
        from: before,
        to: live,
        before: restoreDatabaseName(role, "back"),
      });
      expect(await checksums(live, names)).toEqual(wanted);
      for (const name of [loaded, before, restoreDatabaseName(role, "back")]) {
        await dropDatabase(place, role, name);
      }
      expect(await listDatabases(place, role, `timos_${role}_`)).toEqual([]);
      await expect(dropDatabase(place, role, live)).rejects.toThrow("is not dropped");
    },
  );

  it("is not put in place while others use the tables, and nothing changes then", async () => {
    const from = restoreDatabaseName("vault", "busy");
    const before = beforeDatabaseName("vault", "busy");
    await load(
      place,
      "vault",
      from,
      tables.filter(({ table }) => table === "pillars"),
    );
    const swap = { from, to: "timos_vault", before };
    await expect(swapIn(place, "vault", { ...swap, tables: ["moods"] })).rejects.toThrow(
      "lacks moods",
    );
    const user = await createConnection({ socketPath: place.socket, user: "root" });
    await user.query("BEGIN");
    await user.query("SELECT * FROM timos_vault.pillars");
    const controller = new AbortController();
    const note = () => {
      controller.abort(new Error("enough"));
    };
    await expect(swapIn(place, "vault", swap, { note, signal: controller.signal })).rejects.toThrow(
      "enough",
    );
    await user.end();
    expect(await listDatabases(place, "vault", before)).toEqual([]);
    expect(await query("SELECT * FROM timos_vault.pillars")).toEqual([]);
    await dropDatabase(place, "vault", from);
  });
});

describe("a logical snapshot", () => {
  /** An account that may read, and nothing else; its password has whatever means something in an option file. */
  const reader = (): OtherServers => {
    const { host } = new URL(others.urls.vault);
    const of = (role: string) =>
      `mysql://reader:${encodeURIComponent(READER_PASSWORD)}@${host}/timos_${role}`;
    return { ...others, urls: { platform: of("platform"), vault: of("vault") } };
  };

  beforeAll(async () => {
    await query("CREATE USER reader@'127.0.0.1' IDENTIFIED BY ?", [READER_PASSWORD]);
    await query("GRANT BINLOG MONITOR ON *.* TO reader@'127.0.0.1'");
    for (const role of ROLES) {
      await query(`GRANT SELECT ON \`timos\\_${role}\`.* TO reader@'127.0.0.1'`);
    }
  });

  it.each([
    ["of one account", reader],
    ["of two accounts", () => others],
  ])("%s holds every row of every table as statements", async (name, where) => {
    const logical = await takeSnapshot(where(), SETS);
    let found: typeof tables;
    try {
      found = await read(logical, SETS);
      await expect(read(logical, SETS)).rejects.toThrow("once");
    } finally {
      await logical.close();
    }
    expect(readdirSync(join(others.dataFolder, "backup"))).toEqual([]);
    expect(namesOf(found).sort()).toEqual(tablesOf(SETS).sort());
    expect(found.every(({ format }) => format === "sql")).toBe(true);
    const { position, revisions, migrations } = logical.facts;
    expect({ revisions, migrations }).toMatchObject({
      revisions: { owners: 2 },
      migrations: facts.migrations,
    });
    const isOne = name === "of one account";
    expect(position.binlogFile).toBe(isOne ? "bin.000001" : null);
    expect(position.gtid === null).toBe(!isOne);
    for (const role of ROLES) {
      const loaded = restoreDatabaseName(role, "logical");
      // Once as root of a private server, once by the account that migrates.
      await load(isOne ? place : others, role, loaded, found);
      const names = found.filter(({ database }) => database === role).map(({ table }) => table);
      expect(await checksums(loaded, names)).toEqual(
        await checksums(liveDatabase(place, role), names),
      );
      await dropDatabase(place, role, loaded);
    }
  });

  it("is refused when the program ends in the middle", async () => {
    // As of a private server on a machine without mariadb-backup.
    const logical = await takeLogicalSnapshot(place, ["vault"], {});
    try {
      process.kill(await findProcess("mariadb-dump", runFolder), "SIGKILL");
      await expect(read(logical, ["vault"])).rejects.toThrow("mariadb-dump failed (SIGKILL)");
    } finally {
      await logical.close();
    }
    expect(readdirSync(join(dataFolder, "backup"))).toEqual([]);
  });
});

it("reads a tablespace by a server of its own where the files of the other are not ours", async () => {
  const name = restoreDatabaseName("vault", "foreign");
  const some = tables.filter(({ table }) => ["daily_entries", "pillars"].includes(table));
  await load(others, "vault", name, some);
  const names = some.map(({ table }) => table);
  expect(await checksums(name, names)).toEqual(await checksums("timos_vault", names));
  expect(readdirSync(join(others.dataFolder, "backup"))).toEqual([]);
  await dropDatabase(place, "vault", name);
});

describe("the binlog", () => {
  it("brings a restored vault to where it was before the disaster", async () => {
    const { binlogFile, binlogPosition } = facts.position;
    const from = { file: binlogFile ?? "", position: binlogPosition ?? 0 };
    await query("USE timos_vault");
    await query("UPDATE daily_entries SET rev = rev + 5000 WHERE rev <= 10");
    await query(`INSERT INTO moods VALUES (x'01', x'02', 1, NULL, ${BOX})`);
    await query("ALTER TABLE moods ADD COLUMN instant INT");
    await query("FLUSH BINARY LOGS");
    await query("DELETE FROM record_versions WHERE rev > 200");
    const names = ["daily_entries", "moods", "record_versions", "vault_heads"];
    const wanted = await checksums("timos_vault", names);
    const [status] = await query("SHOW MASTER STATUS");
    const until = { file: String(status?.["File"]), position: Number(status?.["Position"]) };
    await query("DELETE FROM daily_entries");
    await query("USE mysql");

    const into = restoreDatabaseName("vault", "pitr");
    const replay = { source: "server", from, until, database: "timos_vault", into } as const;
    await load(place, "vault", into, tables);
    const replayed = await replayBinlog(place, "vault", replay);
    expect(replayed.files).toEqual(["bin.000001", "bin.000002"]);
    expect(Date.now() - (replayed.last?.getTime() ?? 0)).toBeLessThan(120_000);
    expect(await checksums(into, names)).toEqual(wanted);

    // From copies, to a time: everything, since that is still to come.
    await load(place, "vault", into, tables);
    const folder = join(dataFolder, "binlogs");
    const time = new Date(Date.now() + 3_600_000);
    await replayBinlog(place, "vault", { ...replay, source: { folder }, until: { time } });
    expect(await checksums(into, names)).toEqual(await checksums("timos_vault", names));
    // And to one before anything happened: nothing.
    await load(place, "vault", into, tables);
    const early = await replayBinlog(place, "vault", {
      ...replay,
      until: { time: new Date(facts.takenAt.getTime() - 3_600_000) },
    });
    expect(early.last).toBeNull();
    const [entries] = await query(
      `SELECT COUNT(*) AS n FROM ${into}.daily_entries WHERE rev > 5000`,
    );
    expect(entries).toEqual({ n: 0 });
  });

  it("is refused where it is not whole, and where it would change what is in use", async () => {
    const into = restoreDatabaseName("vault", "pitr");
    const from = { file: "bin.000002", position: 4 };
    const replay = { source: "server", from, until: "end", database: "timos_vault", into } as const;
    await load(place, "vault", into, tables);
    const attempt = (change: object) => replayBinlog(place, "vault", { ...replay, ...change });
    await expect(attempt({ from: { file: "bin.000009", position: 4 } })).rejects.toThrow(
      "bin.000009 is missing",
    );
    await expect(attempt({ until: { file: "bin.000004", position: 4 } })).rejects.toThrow(
      "bin.000003 is missing",
    );
    // Rows that are not there cannot be deleted: the base is another.
    await query(`DELETE FROM ${into}.daily_entries`);
    await expect(attempt({})).rejects.toThrow("could not be replayed");
    await query("USE timos_vault");
    await query("CREATE TABLE timos_vault.named (a INT); DROP TABLE timos_vault.named");
    await query("USE mysql");
    await load(place, "vault", into, tables);
    await expect(
      attempt({
        from: { file: facts.position.binlogFile, position: facts.position.binlogPosition },
      }),
    ).rejects.toThrow("names timos_vault itself");
    await dropDatabase(place, "vault", into);
  });
});

describe("what goes wrong", () => {
  const name = restoreDatabaseName("vault", "faulty");
  const entries = () => {
    const found = tables.find(({ table }) => table === "daily_entries");
    if (found === undefined) throw new Error("it was read");
    return found;
  };
  const versions = () => tables.find(({ table }) => table === "record_versions") ?? entries();
  const as = (table: TableToLoad, bytes: Buffer): TableToLoad => ({
    ...table,
    open: () => Promise.resolve(Readable.from([bytes])),
  });

  it("leaves no table behind that is not whole, and can be done again", async () => {
    await createDatabase(place, "vault", name);
    const target = await openTarget(place, "vault", name);
    const sql = (bytes: string): TableToLoad => ({
      ...as(entries(), Buffer.from(bytes)),
      format: "sql",
    });
    const { bytes } = entries();
    const cfgBytes = bytes.readUInt32BE();
    const flipped = Buffer.from(bytes);
    flipped.writeUInt8(
      flipped.readUInt8(4 + cfgBytes + 5 * 16_384 + 300) ^ 1,
      4 + cfgBytes + 5 * 16_384 + 300,
    );
    const broken = new Readable({
      read() {
        this.destroy(new Error("the storage went away"));
      },
    });
    const faults: [TableToLoad, string | RegExp][] = [
      [{ ...entries(), rows: 899 }, "has 900 rows, and the backup 899"],
      [{ ...entries(), create: versions().create }, "defines something else"],
      [as(entries(), versions().bytes), "is not of the table"],
      [as(entries(), bytes.subarray(0, 10)), "cut off"],
      [as(entries(), bytes.subarray(0, 4 + cfgBytes + 16_384 * 7)), /could not be loaded/],
      [as(entries(), flipped), /could not be loaded|has \d+ rows/],
      [{ ...entries(), open: () => Promise.resolve(broken) }, "the storage went away"],
      [sql("INSERT INTO `moods` VALUES (1);\n"), "fill another table"],
      [sql("DROP TABLE `daily_entries`;\n"), "cannot be read"],
      [sql("INSERT INTO `daily_entries` VALUES (1,2);\n"), "could not be loaded"],
    ];
    for (const [table, message] of faults) {
      await expect(loadTable(target, table)).rejects.toThrow(message);
    }
    expect(readdirSync(join(mariadbFolder(dataFolder), name))).toEqual(["db.opt"]);
    const aborted = AbortSignal.abort();
    await expect(loadTable(target, entries(), { signal: aborted })).rejects.toThrow("aborted");

    await loadTable(target, entries());
    await expect(loadTable(target, entries())).rejects.toThrow("already exists");
    expect(await query(`SELECT COUNT(*) AS n FROM ${name}.daily_entries`)).toEqual([{ n: 900 }]);
    // The server goes away in the middle.
    const lost: TableToLoad = {
      ...versions(),
      open: async () => {
        await query(`KILL ${target.connection.threadId}`);
        return versions().open();
      },
    };
    await expect(loadTable(target, lost)).rejects.toThrow(/record_versions could not be loaded/);
    await target.close();
    // What a restore that was killed leaves in the folder, and which is no hindrance to the next.
    writeFileSync(join(mariadbFolder(dataFolder), name, "moods.ibd"), "half of it");
    await createDatabase(place, "vault", name);
    await dropDatabase(place, "vault", name);
  });

  it("ends with the reason and without a trace when mariadb-backup is killed or told to stop", async () => {
    const taking = takeSnapshot(place, ["keys"]);
    const killed = expect(taking).rejects.toThrow(/mariadb-backup failed \(SIGKILL\)/);
    process.kill(await findProcess("mariadb-backup", dataFolder), "SIGKILL");
    await killed;
    const controller = new AbortController();
    const stopped = takeSnapshot(place, ["keys"], {
      signal: controller.signal,
      note: () => {
        controller.abort(new Error("Ctrl-C"));
      },
    });
    await expect(stopped).rejects.toThrow("Ctrl-C");
    expect(readdirSync(join(dataFolder, "backup"))).toEqual([]);
    expect(() => {
      requireSpace(dataFolder, Number.MAX_SAFE_INTEGER, "a copy");
    }).toThrow(/The disk is too full: \d+ MB are free/);
  });

  it("removes what a run left that was killed itself, and ends what still runs of it", async () => {
    const left: ChildProcess = spawn("sleep", ["600"]);
    await once(left, "spawn");
    const ended = once(left, "exit");
    const dead = join(dataFolder, "backup/work-dead");
    const alive = join(dataFolder, "backup/work-alive");
    const leftRun = makeRunFolder();
    for (const [folder, owner] of [
      [dead, { pid: 1, started: "never" }],
      [alive, identify(process.pid)],
    ] as const) {
      mkdirSync(folder);
      const children = folder === dead ? [identify(left.pid ?? 0)] : [];
      writeFileSync(
        join(folder, "owner.json"),
        JSON.stringify({ owner, runFolder: leftRun, children }),
      );
    }
    await expect(takeSnapshot(place, ["keys"], { signal: AbortSignal.abort() })).rejects.toThrow();
    await ended;
    expect(readdirSync(join(dataFolder, "backup"))).toEqual(["work-alive"]);
    expect(existsSync(leftRun)).toBe(false);
    rmSync(alive, { recursive: true });
  });
});

/** Waits for a program that works in a folder: not for a wrapper that is about to become it. */
async function findProcess(name: string, folder: string): Promise<number> {
  const isIt = (pid: number) => {
    try {
      const [program = "", ...args] = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
      return program.endsWith(name) && args.some((arg) => arg.includes(folder));
    } catch {
      return false; // ended in between
    }
  };
  const deadline = Date.now() + 20_000;
  while (Date.now() < deadline) {
    const pids = readdirSync("/proc").filter((each) => /^\d+$/.test(each));
    const pid = pids.map(Number).find(isIt);
    if (pid !== undefined) return pid;
    await sleep(2);
  }
  throw new Error(`${name} was not started.`);
}
