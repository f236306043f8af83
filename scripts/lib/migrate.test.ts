import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { program } from "../../api/test/program.ts";
import {
  eventually,
  type MigrationFolder,
  migrationFolder,
  type ScratchDatabase,
  scratchDatabase,
} from "../test/scratch.ts";
import { migrate, readStatus, resolveMigration } from "./migrate.ts";
import { checksumOf } from "./migration-files.ts";

const FIRST = "20260101000000_first";
const SECOND = "20260102000000_second";
const THIRD = "20260103000000_third";
const SHORT = { leaseMs: 900, waitMs: 20_000 };

let database: ScratchDatabase;
let folder: MigrationFolder;

beforeEach(async () => {
  database = await scratchDatabase();
  folder = migrationFolder({
    [FIRST]:
      "CREATE TABLE notes (id INT PRIMARY KEY, text TEXT);\nCREATE TABLE runs (name CHAR(9));\n",
    [SECOND]: "ALTER TABLE notes ADD COLUMN day DATE NULL;\nINSERT INTO runs VALUES ('second');\n",
  });
});

afterEach(async () => {
  await database.drop();
  folder.delete();
});

const run = (log?: (line: string) => void) =>
  migrate({ url: database.url, dir: folder.path, times: SHORT, ...(log ? { log } : {}) });
const status = () => readStatus({ url: database.url, dir: folder.path });
const resolveAs = (as: "applied" | "rolled-back", name: string) =>
  resolveMigration({ url: database.url, dir: folder.path, times: SHORT, name, as });

async function tables(): Promise<unknown[]> {
  const rows = await database.query("SHOW TABLES");
  return rows.flatMap((row) => Object.values(row)).filter((name) => !String(name).startsWith("_"));
}

/** A migrator in a process of its own, to be killed. */
function migratorProcess(): ChildProcess {
  const module = pathToFileURL(program("scripts/lib/migrate.ts")).href;
  const options = JSON.stringify({ url: database.url, dir: folder.path, times: SHORT });
  const code = `import { migrate } from ${JSON.stringify(module)}; await migrate(${options});`;
  return spawn(process.execPath, ["--input-type=module", "--eval", code], {
    stdio: "ignore",
    env: { ...process.env, NODE_OPTIONS: "" },
  });
}

async function killOnce(condition: () => Promise<boolean>): Promise<void> {
  const migrator = migratorProcess();
  const exited = once(migrator, "exit");
  await eventually(condition);
  migrator.kill("SIGKILL");
  await exited;
}

describe("migrating", () => {
  it("applies what is pending, in order, and finds nothing to do the second time", async () => {
    expect(await run()).toEqual({ applied: [FIRST, SECOND] });
    expect(await run()).toEqual({ applied: [] });
    folder.write(THIRD, "CREATE TABLE third (id INT);");
    expect(await run()).toEqual({ applied: [THIRD] });
    expect(await tables()).toEqual(["notes", "runs", "third"]);
  });

  it("writes the ledger that Prisma writes", async () => {
    await run();
    const rows = await database.query("SELECT * FROM _prisma_migrations ORDER BY migration_name");
    expect(rows).toMatchObject([
      { migration_name: FIRST, logs: null, rolled_back_at: null, applied_steps_count: 1 },
      { migration_name: SECOND, logs: null, rolled_back_at: null, applied_steps_count: 1 },
    ]);
    for (const row of rows) {
      expect(row["id"]).toMatch(
        /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      );
      expect(row["finished_at"]).toBeInstanceOf(Date);
    }
    // Taken with sha256sum, so that the form of the checksum is not only compared with itself.
    folder.write(THIRD, "SELECT 1;\n");
    await run();
    expect(
      await database.query(
        `SELECT checksum FROM _prisma_migrations WHERE migration_name = '${THIRD}'`,
      ),
    ).toEqual([{ checksum: "b4e0497804e46e0a0b0b8c31975b062152d551bac49c3c2e80932567b4085dcd" }]);
  });

  it("makes the ledger's table as Prisma makes it", async () => {
    await run();
    const [row] = await database.query("SHOW CREATE TABLE _prisma_migrations");
    const made = String(row?.["Create Table"]).replaceAll(/\s+/g, " ");
    await database.query(`DROP TABLE _prisma_migrations; ${PRISMA_LEDGER}`);
    const [prisma] = await database.query("SHOW CREATE TABLE _prisma_migrations");
    expect(made).toBe(String(prisma?.["Create Table"]).replaceAll(/\s+/g, " "));
  });

  it("goes on where Prisma stopped", async () => {
    const sql = "CREATE TABLE notes (id INT);";
    folder.write(FIRST, sql);
    await database.query(
      `${PRISMA_LEDGER}; ${sql} INSERT INTO _prisma_migrations
       (id, checksum, started_at, finished_at, migration_name, applied_steps_count) VALUES
       (UUID(), '${checksumOf(sql)}', NOW(3), NOW(3), '${FIRST}', 1)`,
    );
    folder.write(SECOND, "CREATE TABLE runs (id INT);");
    expect(await run()).toEqual({ applied: [SECOND] });
  });

  it("does not take over a database that was not made by migrating", async () => {
    await database.query("CREATE TABLE stranger (id INT)");
    await expect(run()).rejects.toMatchObject({
      fault: "not_empty",
      message: expect.stringMatching(/P3005.*stranger/),
    });
    expect(await tables()).toEqual(["stranger"]);
    await expect(status()).rejects.toMatchObject({ fault: "not_empty" });
  });

  it("takes a database with nothing but the lease's table for an empty one", async () => {
    await run();
    await database.query("DROP TABLE _prisma_migrations, notes, runs");
    expect(await run()).toEqual({ applied: [FIRST, SECOND] });
  });

  it("refuses a folder of another kind of database, and one without its script", async () => {
    writeFileSync(join(folder.path, "migration_lock.toml"), 'provider = "postgresql"\n');
    await expect(run()).rejects.toMatchObject({ fault: "not_mysql" });
    writeFileSync(join(folder.path, "migration_lock.toml"), 'provider = "mysql"\r\n');
    rmSync(join(folder.path, SECOND, "migration.sql"));
    await expect(run()).rejects.toMatchObject({
      fault: "no_script",
      message: expect.stringContaining(SECOND),
    });
    expect(await tables()).toEqual([]);
  });
});

describe("several migrators at once", () => {
  it("apply each migration once, and all end up to date", async () => {
    folder.write(SECOND, "DO SLEEP(0.5); INSERT INTO runs VALUES ('second');");
    const logs: string[] = [];
    const results = await Promise.all(Array.from({ length: 6 }, () => run((l) => logs.push(l))));
    expect(results.flatMap(({ applied }) => applied)).toEqual([FIRST, SECOND]);
    expect(await database.query("SELECT * FROM runs")).toEqual([{ name: "second" }]);
    expect(await database.query("SELECT COUNT(*) AS n FROM _prisma_migrations")).toEqual([
      { n: 2 },
    ]);
    expect(logs.some((line) => line.startsWith("waiting for "))).toBe(true);
  });

  it("apply each migration once also as processes of their own", async () => {
    folder.write(SECOND, "DO SLEEP(1.5); INSERT INTO runs VALUES ('second');");
    const processes = [migratorProcess(), migratorProcess(), migratorProcess()];
    const codes = await Promise.all(
      processes.map(async (each) => (await once(each, "exit"))[0] as unknown),
    );
    expect(codes).toEqual([0, 0, 0]);
    expect(await database.query("SELECT * FROM runs")).toEqual([{ name: "second" }]);
  });

  it("renew the lease for as long as a migration takes", async () => {
    folder.write(
      SECOND,
      `DO SLEEP(${(2.5 * SHORT.leaseMs) / 1000}); INSERT INTO runs VALUES ('second');`,
    );
    const results = await Promise.all([run(), run()]);
    expect(results.flatMap(({ applied }) => applied)).toEqual([FIRST, SECOND]);
    expect(await database.query("SELECT * FROM runs")).toEqual([{ name: "second" }]);
  });

  it("give up on a living one after a while, naming it", async () => {
    await run();
    folder.write(THIRD, "CREATE TABLE third (id INT);");
    await database.query(
      "UPDATE _timos_lease SET holder = 'elsewhere 7', expires_at = '2999-01-01'",
    );
    await expect(
      migrate({ url: database.url, dir: folder.path, times: { leaseMs: 900, waitMs: 300 } }),
    ).rejects.toMatchObject({
      fault: "lease_busy",
      message: expect.stringContaining("elsewhere 7"),
    });
    expect(await tables()).toEqual(["notes", "runs"]);
  });

  it("do not disturb who has nothing to migrate", async () => {
    await run();
    await database.query(
      "UPDATE _timos_lease SET holder = 'elsewhere 7', expires_at = '2999-01-01'",
    );
    expect(await run()).toEqual({ applied: [] });
  });

  it("stop when another has taken the lease over, and leave the books to it", async () => {
    folder.write(SECOND, "DO SLEEP(2); INSERT INTO runs VALUES ('second');");
    const overtaken = run();
    const outcome = expect(overtaken).rejects.toMatchObject({ fault: "lease_lost" });
    await eventually(async () => (await begun()).includes(SECOND));
    await database.query(
      "UPDATE _timos_lease SET holder = 'elsewhere 7', expires_at = '2999-01-01'",
    );
    await outcome;
    expect(await status()).toMatchObject({
      applied: [FIRST],
      failed: [{ name: SECOND, error: null }],
    });
  });
});

describe("a migrator killed midway", () => {
  it("in the first migration, with nothing stored yet: the next begins it anew", async () => {
    folder.write(FIRST, "CREATE TABLE a (id INT); DO SLEEP(1); CREATE TABLE b (id INT);");
    folder.write(SECOND, "CREATE TABLE runs (id INT);");
    await killOnce(async () => (await tables()).includes("a"));
    expect(await status()).toMatchObject({ failed: [{ name: FIRST, error: null }] });
    const logs: string[] = [];
    expect(await run((line) => logs.push(line))).toEqual({ applied: [FIRST, SECOND] });
    expect(logs.join("\n")).toContain(`${FIRST} was cut off`);
    expect(await tables()).toEqual(["a", "b", "runs"]);
    const attempts = await database.query(
      "SELECT rolled_back_at IS NULL AS counts FROM _prisma_migrations ORDER BY started_at",
    );
    expect(attempts).toEqual([{ counts: 0 }, { counts: 1 }, { counts: 1 }]);
  });

  it("in the first migration, with something stored: the next stops and drops nothing", async () => {
    folder.write(
      FIRST,
      "CREATE TABLE a (id INT); INSERT INTO a VALUES (7); DO SLEEP(1); CREATE TABLE b (id INT);",
    );
    await killOnce(async () => (await tables()).includes("a"));
    await expect(run()).rejects.toMatchObject({ fault: "failed_before" });
    expect(await database.query("SELECT id FROM a")).toEqual([{ id: 7 }]);
  });

  it("in a later migration: the next stops, names it and the way forward, which works", async () => {
    await run();
    folder.write(THIRD, "CREATE TABLE a (id INT); DO SLEEP(1); CREATE TABLE b (id INT);");
    await killOnce(async () => (await tables()).includes("a"));
    const message = expect.stringMatching(
      new RegExp(`P3009: the migration ${THIRD} .* cut off[^]*--rolled-back ${THIRD}`),
    );
    await expect(run()).rejects.toMatchObject({ fault: "failed_before", message });
    await expect(run()).rejects.toMatchObject({ fault: "failed_before" });
    // The server finishes what the killed process had sent.
    await eventually(async () => (await tables()).includes("b"));
    await database.query("DROP TABLE a, b");
    await resolveAs("rolled-back", THIRD);
    expect(await run()).toEqual({ applied: [THIRD] });
  });
});

describe("a past migration", () => {
  it("that was edited stops everything, naming it and the way forward", async () => {
    await run();
    folder.write(FIRST, "CREATE TABLE notes (id BIGINT PRIMARY KEY);");
    folder.write(THIRD, "CREATE TABLE third (id INT);");
    await expect(run()).rejects.toMatchObject({
      fault: "history_differs",
      message: expect.stringMatching(new RegExp(`${FIRST} was changed.*new migration`)),
    });
    expect(await tables()).toEqual(["notes", "runs"]);
    expect(await status()).toMatchObject({ edited: [FIRST], pending: [THIRD], missing: [] });
  });

  it("that is missing stops everything, naming it and the way forward", async () => {
    await run();
    folder.remove(SECOND);
    folder.write(THIRD, "CREATE TABLE third (id INT);");
    await expect(run()).rejects.toMatchObject({
      fault: "history_differs",
      message: expect.stringMatching(new RegExp(`${SECOND} was applied.*newer version`)),
    });
    expect(await tables()).toEqual(["notes", "runs"]);
    expect(await status()).toMatchObject({ edited: [], missing: [SECOND] });
  });

  it.each([
    ["LF", "CRLF", "\n", "\r\n"],
    ["CRLF", "LF", "\r\n", "\n"],
  ])("applied from a checkout with %s is the same in one with %s", async (_a, _b, was, is) => {
    const sql = ["CREATE TABLE notes (", "  id INT", ");", ""];
    folder.write(FIRST, sql.join(was));
    folder.write(SECOND, "CREATE TABLE runs (id INT);");
    await run();
    folder.write(FIRST, sql.join(is));
    expect(await run()).toEqual({ applied: [] });
    expect(await status()).toMatchObject({ edited: [] });
    folder.write(FIRST, [...sql, "-- more"].join(is));
    await expect(run()).rejects.toMatchObject({ fault: "history_differs" });
  });
});

describe("a migration that fails", () => {
  const BROKEN = "CREATE TABLE half (id INT); CREATE TABLE whole (id NONSENSE);";

  beforeEach(async () => {
    await run();
    folder.write(THIRD, BROKEN);
  });

  it("stops with the database's error, its name and the way forward, now and the next time", async () => {
    const message = expect.stringMatching(
      new RegExp(`${THIRD}[^]*NONSENSE[^]*--rolled-back ${THIRD}[^]*--applied ${THIRD}`),
    );
    await expect(run()).rejects.toMatchObject({ fault: "failed_now", message });
    await expect(run()).rejects.toMatchObject({ fault: "failed_before", message });
    expect(await status()).toMatchObject({
      applied: [FIRST, SECOND],
      failed: [{ name: THIRD, error: expect.stringContaining("NONSENSE") }],
    });
    const [row] = await database.query(
      "SELECT finished_at, applied_steps_count FROM _prisma_migrations WHERE logs IS NOT NULL",
    );
    expect(row).toEqual({ finished_at: null, applied_steps_count: 0 });
  });

  it("is tried again once it is mended and recorded as rolled back", async () => {
    await expect(run()).rejects.toMatchObject({ fault: "failed_now" });
    await database.query("DROP TABLE half");
    folder.write(THIRD, "CREATE TABLE whole (id INT);");
    await expect(run()).rejects.toMatchObject({ fault: "failed_before" });
    await resolveAs("rolled-back", THIRD);
    expect(await run()).toEqual({ applied: [THIRD] });
    expect(await status()).toMatchObject({
      applied: [FIRST, SECOND, THIRD],
      failed: [],
      edited: [],
    });
  });

  it("counts as applied once it is completed by hand and recorded so", async () => {
    await expect(run()).rejects.toMatchObject({ fault: "failed_now" });
    await database.query("CREATE TABLE whole (id INT)");
    await resolveAs("applied", THIRD);
    expect(await run()).toEqual({ applied: [] });
    expect(await status()).toMatchObject({
      applied: [FIRST, SECOND, THIRD],
      failed: [],
      edited: [],
    });
  });

  it("leaves those after it unapplied", async () => {
    folder.write("20260104000000_fourth", "CREATE TABLE fourth (id INT);");
    await expect(run()).rejects.toMatchObject({ fault: "failed_now" });
    expect(await tables()).toEqual(["half", "notes", "runs"]);
  });
});

describe("resolving", () => {
  it("refuses what is applied, what never began and what does not exist", async () => {
    await run();
    folder.write(THIRD, "CREATE TABLE third (id INT);");
    for (const [as, name, code] of [
      ["applied", FIRST, "P3008"],
      ["rolled-back", FIRST, "P3008"],
      ["rolled-back", THIRD, "P3011"],
      ["applied", "20990101000000_unheard_of", "P3017"],
    ] as const) {
      await expect(resolveAs(as, name)).rejects.toMatchObject({
        fault: "not_resolvable",
        message: expect.stringMatching(new RegExp(`${code}.*${name}`)),
      });
    }
  });

  it("takes over a database whose tables were made by other means", async () => {
    await database.query("CREATE TABLE notes (id INT); CREATE TABLE runs (name CHAR(9))");
    await resolveAs("applied", FIRST);
    expect(await run()).toEqual({ applied: [SECOND] });
  });
});

async function begun(): Promise<unknown[]> {
  const rows = await database
    .query("SELECT migration_name FROM _prisma_migrations")
    .catch(() => []);
  return rows.map((row) => row["migration_name"]);
}

/** From prisma-engines, `sql-schema-connector`, flavour MySQL. */
const PRISMA_LEDGER = `CREATE TABLE _prisma_migrations (
    id                      VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum                VARCHAR(64) NOT NULL,
    finished_at             DATETIME(3),
    migration_name          VARCHAR(255) NOT NULL,
    logs                    TEXT,
    rolled_back_at          DATETIME(3),
    started_at              DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    applied_steps_count     INTEGER UNSIGNED NOT NULL DEFAULT 0
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`;
