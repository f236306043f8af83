import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { program } from "../../api/test/program.ts";
import { cleanEnvironment } from "../lib/clean-environment.mjs";
import { type ScratchDatabase, scratchDatabase } from "./scratch.ts";

const ROOT = resolve(import.meta.dirname, "../..");

let platform: ScratchDatabase;
let vault: ScratchDatabase;

beforeEach(async () => {
  platform = await scratchDatabase();
  vault = await scratchDatabase();
});

afterEach(async () => {
  await Promise.all([platform.drop(), vault.drop()]);
});

/** Runs `npm run db -- …`, against the two scratch databases unless told otherwise. */
function db(
  args: string[],
  addresses: Record<string, string> = {
    PLATFORM_MIGRATE_URL: platform.url,
    VAULT_MIGRATE_URL: vault.url,
  },
): Promise<{ code: number; output: string }> {
  const env = { ...cleanEnvironment(), TIMOS_DATA_DIR: "/no/such/folder", ...addresses };
  const command = [program("scripts/db.ts"), ...args];
  return new Promise((done) => {
    const child = execFile(process.execPath, command, { cwd: ROOT, env }, (_, out, err) => {
      done({ code: child.exitCode ?? -1, output: `${out}${err}` });
    });
  });
}

describe("the db command", () => {
  it("says in words how each database stands, before and after migrating", async () => {
    expect(await db(["status"])).toEqual({
      code: 1,
      output: expect.stringMatching(
        /^platform: not up to date: 0 applied, \d+ pending, 0 edited, 0 missing, 0 failed\n[^]*^vault: not up to date/m,
      ),
    });
    expect(await db(["migrate"])).toEqual({
      code: 0,
      output: expect.stringMatching(/^platform: applied \d+_init\n[^]*^vault: applied \d+_init\n/m),
    });
    expect(await db(["status"])).toEqual({
      code: 0,
      output: expect.stringMatching(
        /^platform: up to date: \d+ applied, 0 pending[^]*applied {2}\d+_init[^]*^vault: up to date/m,
      ),
    });
    expect((await db(["migrate"])).output).toBe(
      "platform: PLATFORM_DATABASE_URL is not set, so the rights of its account stay as they are\n" +
        "platform: up to date\nvault: up to date\n",
    );
  });

  it("names what is wrong with one database and still does the other", async () => {
    await platform.query("CREATE TABLE stranger (id INT)");
    const { code, output } = await db(["migrate"]);
    expect(code).toBe(1);
    expect(output).toMatch(/platform: P3005.*stranger/);
    expect(output).toMatch(/vault: up to date/);
  });

  it("compares one database with its schema", async () => {
    await db(["migrate", "vault"]);
    expect(await db(["check", "vault"])).toEqual({
      code: 0,
      output: "vault: as schema.prisma says\n",
    });
    await vault.query("ALTER TABLE daily_entries ADD COLUMN words TEXT");
    expect(await db(["check", "vault"])).toEqual({
      code: 1,
      output: expect.stringContaining("vault: column daily_entries.words is not in the schema"),
    });
  });

  it("settles a migration that failed, by the line the error gave", async () => {
    await db(["migrate", "vault"]);
    const [row] = await vault.query(
      "SELECT migration_name AS name FROM _prisma_migrations LIMIT 1",
    );
    const name = String(row?.["name"]);
    await vault.query(
      `UPDATE _prisma_migrations SET finished_at = NULL, logs = 'Table full' WHERE migration_name = '${name}'`,
    );
    const failed = await db(["status", "vault"]);
    expect(failed).toMatchObject({ code: 1, output: expect.stringContaining("Table full") });
    expect(failed.output).toContain(`npm run db -- resolve <database> --applied ${name}`);
    expect((await db(["resolve", "vault", "--applied", name])).code).toBe(0);
    expect((await db(["status", "vault"])).code).toBe(0);
  });

  it("prints how to use it on anything else", async () => {
    for (const args of [
      [],
      ["drop"],
      ["status", "mysql"],
      ["resolve", "vault"],
      ["status", "vault", "x"],
    ]) {
      expect(await db(args)).toEqual({
        code: 2,
        output: expect.stringMatching(/^Usage: npm run db/),
      });
    }
  });

  it("says so when there is no database to work on", async () => {
    expect(await db(["status"], {})).toEqual({
      code: 1,
      output: expect.stringMatching(/PLATFORM_MIGRATE_URL is not set.*npm start/),
    });
    const { code, output } = await db(["status", "platform"], {
      PLATFORM_MIGRATE_URL: "mysql://nobody@127.0.0.1:1/timos",
    });
    expect(code).toBe(1);
    expect(output).toBe("connect ECONNREFUSED 127.0.0.1:1\n");
  });
});
