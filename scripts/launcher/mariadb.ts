import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { asRoot, mariadbFolder, type Place, redoLog } from "./mariadb-folder.ts";
import type { Program } from "./program.ts";
import { readSecret } from "./secrets.ts";

const ROLES = ["platform", "vault"] as const;
type Role = (typeof ROLES)[number];
type Account = "app" | "migrate";

const SQL_MODE = [
  "STRICT_TRANS_TABLES",
  "ERROR_FOR_DIVISION_BY_ZERO",
  "NO_ZERO_DATE",
  "NO_ZERO_IN_DATE",
  "NO_ENGINE_SUBSTITUTION",
  "ONLY_FULL_GROUP_BY",
].join(",");

export interface MariadbSettings extends Place {
  readonly port: number;
}

export const socketIn = (runFolder: string): string => join(runFolder, "mariadb.sock");

/** The private MariaDB as a program: two databases, and for each an account that uses and one that changes it. */
export function mariadbProgram(settings: MariadbSettings): Program {
  const { dataFolder, runFolder, port, engine, ephemeral } = settings;
  const folder = mariadbFolder(dataFolder);
  const initFile = join(runFolder, "accounts.sql");
  return {
    name: "mariadb",
    command: engine.server({ kind: "mariadb", port, folders: [dataFolder, runFolder] }, [
      "--no-defaults",
      `--datadir=${folder}`,
      `--socket=${socketIn(runFolder)}`,
      `--pid-file=${join(runFolder, "mariadb.pid")}`,
      // Of its own: a server that starts deletes every temporary table it finds in a shared one.
      `--tmpdir=${runFolder}`,
      `--port=${port}`,
      `--bind-address=${engine.bindAddress}`,
      `--init-file=${initFile}`,
      "--skip-name-resolve",
      "--local-infile=0",
      `--secure-file-priv=${runFolder}`,
      "--character-set-server=utf8mb4",
      "--collation-server=utf8mb4_unicode_ci",
      `--sql-mode=${SQL_MODE}`,
      "--default-time-zone=+00:00",
      "--general-log=0",
      "--slow-query-log=0",
      "--performance-schema=OFF",
      "--innodb-buffer-pool-size=128M",
      ...redoLog(ephemeral),
      ...durability(ephemeral),
      ...asRoot(),
    ]),
    logFile: join(dataFolder, "mariadb.log"),
    prepare: () => {
      writeFileSync(initFile, accountsSql(dataFolder, engine.accountHosts), { mode: 0o600 });
    },
    isReady: (output) => {
      if (!output().includes("ready for connections")) return false;
      rmSync(initFile, { force: true });
      return true;
    },
    readyWithinSeconds: 120,
    stopWithinSeconds: 60,
  };
}

/** The address of one database for one of its accounts. */
export function databaseUrl(
  dataFolder: string,
  role: Role,
  account: Account,
  port: number,
): string {
  const password = readSecret(dataFolder, `secrets/${role}_${account}_password`);
  return `mysql://timos_${role}_${account}:${password}@127.0.0.1:${port}/timos_${role}`;
}

const durability = (ephemeral: boolean) =>
  ephemeral
    ? ["--innodb-flush-log-at-trx-commit=0", "--innodb-doublewrite=0", "--sync-binlog=0"]
    : ["--innodb-flush-log-at-trx-commit=1", "--innodb-doublewrite=1", "--sync-binlog=1"];

/**
 * Run by the server itself at every start, before it takes the first connection, so no account needs a password
 * of an administrator. One statement a line; each may be repeated.
 */
function accountsSql(dataFolder: string, hosts: readonly string[]): string {
  // MariaDB lets root in by the socket to the system's root only. For anybody else it is the socket's folder, which
  // nobody but its owner can enter, that says who they are; by TCP there is no such account.
  const byFolder = process.getuid?.() === 0 ? "" : " OR mysql_native_password USING PASSWORD('')";
  const lines: string[] = [`ALTER USER 'root'@'localhost' IDENTIFIED VIA unix_socket${byFolder};`];
  for (const role of ROLES) {
    const database = `timos_${role}`;
    lines.push(
      `CREATE DATABASE IF NOT EXISTS \`${database}\` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;`,
    );
    for (const host of hosts) {
      const app = `'${database}_app'@'${host}'`;
      const migrate = `'${database}_migrate'@'${host}'`;
      const password = (account: Account) =>
        quote(readSecret(dataFolder, `secrets/${role}_${account}_password`));
      lines.push(
        `CREATE USER IF NOT EXISTS ${app} IDENTIFIED BY ${password("app")};`,
        `CREATE USER IF NOT EXISTS ${migrate} IDENTIFIED BY ${password("migrate")};`,
        ...(role === "vault"
          ? [`GRANT SELECT, INSERT, UPDATE, DELETE ON ${pattern(database)}.* TO ${app};`]
          : []),
        // It gives the account of the API its rights on the tables of the platform, once it has made them: lib/grants.ts.
        `GRANT ALL PRIVILEGES ON ${pattern(database)}.* TO ${migrate} WITH GRANT OPTION;`,
        `GRANT ALL PRIVILEGES ON ${pattern(`${database}_shadow`)}.* TO ${migrate};`,
      );
    }
  }
  return `${lines.join("\n")}\n`;
}

const quote = (text: string) => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;

/** In a GRANT an unescaped `_` stands for any character. */
const pattern = (database: string) => `\`${database.replaceAll("_", "\\_")}\``;
