import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, unlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createConnection } from "mysql2/promise";
import { workerServices } from "../../api/test/databases.ts";
import { createKeyring } from "../../api/src/crypto/keyring.ts";
import { localKeyring } from "../../api/src/vault/mek/local.ts";
import { parseSigningKeys } from "../jwt/signing-keys.ts";
import { scratchDatabase } from "../test/scratch.ts";
import { accountStatements } from "./account-statements.ts";
import { nextAfter, parseOccasion } from "./calendar.ts";
import { COMPOSE_SECRETS, ensureComposeSecrets } from "./compose-secrets.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "timos-deploy-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A command as an image runs it. */
function timos(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const program = join(import.meta.dirname, "timos.ts");
  const tsx = join(import.meta.dirname, "../../node_modules/tsx/dist/cli.mjs");
  return spawnSync(process.execPath, [tsx, program, ...args], { encoding: "utf8", env });
}
/** Files stay whose they are: a test is not root. */
const give = () => undefined;

const snapshot = (at: string) =>
  Object.fromEntries(
    readdirSync(at, { recursive: true, encoding: "utf8" })
      .filter((name) => statSync(join(at, name)).isFile())
      .map((name) => [name, readFileSync(join(at, name), "utf8")]),
  );

describe("the secrets of docker compose", () => {
  it("are made once, for nobody else to read, and never written over", () => {
    const at = join(folder, "secrets");
    expect(timos(["deploy:secrets", "--to", at])).toMatchObject({ status: 0, stderr: "" });
    const made = snapshot(at);
    expect(Object.keys(made).sort()).toEqual([...COMPOSE_SECRETS].sort());
    for (const name of COMPOSE_SECRETS) {
      expect([name, statSync(join(at, name)).mode & 0o077]).toEqual([name, 0]);
    }
    localKeyring(join(at, "keys/keyring"));
    expect(parseSigningKeys(made["keys/jwt_keys.json"] ?? "")).toHaveLength(2);
    // What two services have to know is the same in both, and of each database its own.
    const password = /:([\w-]{43})@vault-db:3306\/timos_vault\n$/.exec(
      made["vault_database_url"] ?? "",
    )?.[1];
    expect(made["vault_accounts.sql"]).toContain(
      `'timos_vault_app'@'%' IDENTIFIED BY '${password ?? "?"}'`,
    );
    expect(made["platform_accounts.sql"]).not.toContain(password);
    expect(made["platform_accounts.sql"]).not.toMatch(/TO 'timos_platform_app'/);

    expect(ensureComposeSecrets(at, { kit: undefined, give })).toEqual([]);
    expect(snapshot(at)).toEqual(made);

    unlinkSync(join(at, "keys/token_key"));
    unlinkSync(join(at, "vault_backup_url"));
    const again = () => ensureComposeSecrets(at, { kit: undefined, give });
    expect(again).toThrow(/keys\/token_key\n {2}vault_backup_url\n.*nothing was written/);
    expect(Object.keys(snapshot(at))).toHaveLength(COMPOSE_SECRETS.length - 2);
  });

  it("that came with a newer version are added; a journal's keys are not", () => {
    const at = mkdtempSync(join(folder, "newer-"));
    for (const name of ["keys", "backup"]) spawnSync("mkdir", [join(at, name)]);
    ensureComposeSecrets(at, { kit: undefined, give });
    unlinkSync(join(at, "metrics_token"));
    expect(ensureComposeSecrets(at, { kit: undefined, give })).toEqual(["metrics_token"]);
    rmSync(join(at, "keys"), { recursive: true });
    expect(() => ensureComposeSecrets(at, { kit: undefined, give })).toThrow("keys/keyring");
  });

  it("are a recovery kit's where a machine takes over from a lost one", () => {
    const at = mkdtempSync(join(folder, "kit-"));
    for (const name of ["keys", "backup"]) spawnSync("mkdir", [join(at, name)]);
    const keyring = createKeyring(new Date());
    const secrets = {
      keyring: Buffer.from(keyring).toString("base64"),
      "secrets/token_key": "t",
      "secrets/password_pepper": "p",
      "secrets/jwt_keys.json": "j",
      "secrets/backup_identity": "i",
    };
    const kit = { madeAt: new Date(), secrets };
    const { keyring: _, ...lacking } = secrets;
    const withoutKeyring = { ...kit, secrets: lacking };
    expect(() => ensureComposeSecrets(at, { kit: withoutKeyring, give })).toThrow("lacks keyring");
    expect(snapshot(at)).toEqual({});
    ensureComposeSecrets(at, { kit, give });
    expect(readFileSync(join(at, "keys/keyring"))).toEqual(Buffer.from(keyring));
    expect(snapshot(at)).toMatchObject({ "keys/token_key": "t", "backup/backup_identity": "i" });
    expect(() => ensureComposeSecrets(at, { kit, give })).toThrow("without keys");
  });
});

describe("the calendar of backups", () => {
  const now = new Date("2026-11-22T03:15:00.000Z"); // a Sunday
  it.each([
    ["03:15", "2026-11-23T03:15:00.000Z"],
    ["03:16", "2026-11-22T03:16:00.000Z"],
    ["Sunday 04:30", "2026-11-22T04:30:00.000Z"],
    ["sunday 03:15", "2026-11-29T03:15:00.000Z"],
    ["monday 00:00", "2026-11-23T00:00:00.000Z"],
    ["saturday 23:59", "2026-11-28T23:59:00.000Z"],
  ])("after a Sunday's 03:15 has %s at %s", (text, expected) => {
    expect(nextAfter(now, parseOccasion(text)).toISOString()).toBe(expected);
  });

  it.each(["", "3:15", "24:00", "someday 03:15", "03:60", "sunday"])("refuses %j", (text) => {
    expect(() => parseOccasion(text)).toThrow("is no time");
  });
});

describe("the accounts of databases that somebody else runs", () => {
  const urls = {
    app: new URL("mysql://timos_vault_app:p%40ss@h:3306/timos_vault"),
    backup: new URL("mysql://timos_vault_backup:word@h:3306/timos_vault"),
  };

  it("have the rights they need on their own database, and passwords in no statement", () => {
    const statements = accountStatements("vault", { ...urls, isMariadb: true });
    const grants = statements.map(({ sql }) => sql).filter((sql) => sql.startsWith("GRANT"));
    expect(grants).toEqual([
      "GRANT SELECT, INSERT, UPDATE, DELETE ON `timos\\_vault`.* TO ?@'%'",
      "GRANT SELECT, SHOW VIEW, LOCK TABLES ON `timos\\_vault`.* TO ?@'%'",
    ]);
    expect(statements[0]?.values).toEqual(["timos_vault_app", "p@ss"]);
    expect(statements.map(({ sql }) => sql).join()).not.toMatch(/p@ss|word/);
  });

  it("are made as an administrator, and again with new passwords", async () => {
    const [platform, vault] = await Promise.all([scratchDatabase(), scratchDatabase()]);
    const { host } = new URL(workerServices().platformUrl);
    const env = (password: string) => ({
      PLATFORM_MIGRATE_URL: platform.url,
      VAULT_MIGRATE_URL: vault.url,
      PLATFORM_DATABASE_URL: `mysql://${platform.name}_app:${password}@${host}/${platform.name}`,
      VAULT_DATABASE_URL: `mysql://${platform.name}_vault:${password}@${host}/${vault.name}`,
      PLATFORM_BACKUP_URL: `mysql://${platform.name}_backup:${password}@${host}/${platform.name}`,
      VAULT_BACKUP_URL: `mysql://${platform.name}_backup2:${password}@${host}/${vault.name}`,
    });
    try {
      await vault.query("CREATE TABLE words (word INT)");
      for (const password of ["first", "second%2F"]) {
        expect(timos(["deploy:accounts"], env(password))).toMatchObject({ status: 0, stderr: "" });
        const app = await createConnection(env(password).VAULT_DATABASE_URL);
        await app.query("INSERT INTO words VALUES (1)");
        await expect(app.query("DROP TABLE words")).rejects.toThrow("denied");
        await expect(app.query(`SELECT * FROM ${platform.name}.words`)).rejects.toThrow("denied");
        await app.end();
        const backup = await createConnection(env(password).VAULT_BACKUP_URL);
        await expect(backup.query("DELETE FROM words")).rejects.toThrow("denied");
        await backup.end();
      }
      await expect(createConnection(env("first").VAULT_DATABASE_URL)).rejects.toThrow("denied");
    } finally {
      for (const account of ["app", "vault", "backup", "backup2"]) {
        await platform.query(`DROP USER IF EXISTS ${platform.name}_${account}@'%'`);
      }
      await Promise.all([platform.drop(), vault.drop()]);
    }
  });

  it("get none on the platform but those of its tables", () => {
    const statements = accountStatements("platform", { ...urls, isMariadb: false });
    const ofApp = statements.filter(({ values }) => values[0] === "timos_vault_app");
    expect(ofApp.map(({ sql }) => sql.split(" ")[0])).toEqual(["CREATE", "ALTER"]);
  });
});
