// Private MariaDB + Redis for development and tests: no Docker, no root rights, nothing outside `dir`.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join, resolve } from "node:path";

export interface ServiceUrls {
  PLATFORM_DATABASE_URL: string;
  VAULT_DATABASE_URL: string;
  PLATFORM_MIGRATE_URL: string;
  VAULT_MIGRATE_URL: string;
  REDIS_URL: string;
}
export interface Services {
  urls: ServiceUrls;
  socket: string;
  timings: Record<string, number>;
  stop(): Promise<void>;
}
interface Options {
  dir: string; // data folder (kept between runs unless `ephemeral`)
  ephemeral?: boolean; // delete `dir` on stop
  mysqlPort?: number;
  redisPort?: number;
}

const ROLES = ["platform", "vault"] as const;
const DML = "SELECT, INSERT, UPDATE, DELETE";

function find(...names: string[]): string {
  const dirs = [
    ...(process.env.PATH ?? "").split(":"),
    "/usr/sbin",
    "/usr/local/sbin",
    "/usr/bin",
    "/opt/homebrew/bin",
  ];
  for (const name of names)
    for (const d of dirs) if (existsSync(join(d, name))) return join(d, name);
  throw new Error(
    `${names[0]} not found. Debian/Ubuntu: apt-get install -y --no-install-recommends mariadb-server mariadb-backup redis-server`,
  );
}

const freePort = () =>
  new Promise<number>((ok, fail) => {
    const s = createServer();
    s.once("error", fail);
    s.listen(0, "127.0.0.1", () => {
      const { port } = s.address() as { port: number };
      s.close(() => ok(port));
    });
  });

/** Starts a child that also dies when this process is killed outright (Linux: PR_SET_PDEATHSIG through setpriv). */
function child(cmd: string, args: string[], logFile: string): ChildProcess {
  const log = openSync(logFile, "a");
  const setpriv = process.platform === "linux" && existsSync("/usr/bin/setpriv");
  const [file, argv] = setpriv
    ? ["/usr/bin/setpriv", ["--pdeathsig", "TERM", "--", cmd, ...args]]
    : [cmd, args];
  return spawn(file, argv, { stdio: ["ignore", log, log], detached: true }); // own group: Ctrl-C reaches only us
}

function waitFor(
  logFile: string,
  text: string,
  proc: ChildProcess,
  from: number,
  ms = 60_000,
): Promise<void> {
  const until = Date.now() + ms;
  return new Promise((ok, fail) => {
    const tick = () => {
      const log = existsSync(logFile) ? readFileSync(logFile, "utf8").slice(from) : "";
      if (log.includes(text)) return ok();
      if (proc.exitCode !== null || Date.now() > until)
        return fail(
          new Error(
            `${proc.spawnargs.join(" ").slice(0, 120)} did not start:\n${log.slice(-2000)}`,
          ),
        );
      setTimeout(tick, 25);
    };
    tick();
  });
}

function stopChild(proc: ChildProcess, ms = 20_000): Promise<void> {
  if (proc.exitCode !== null || proc.signalCode !== null) return Promise.resolve();
  return new Promise((ok) => {
    const hard = setTimeout(() => proc.kill("SIGKILL"), ms);
    proc.once("exit", () => (clearTimeout(hard), ok()));
    proc.kill("SIGTERM");
  });
}

export async function startServices(opts: Options): Promise<Services> {
  const t: Record<string, number> = {};
  const time = async <T>(name: string, f: () => T | Promise<T>): Promise<T> => {
    const s = performance.now();
    const r = await f();
    t[name] = Math.round(performance.now() - s);
    return r;
  };
  const dir = resolve(opts.dir);
  const my = join(dir, "mariadb");
  const rd = join(dir, "redis");
  mkdirSync(my, { recursive: true, mode: 0o700 });
  mkdirSync(rd, { recursive: true, mode: 0o700 });

  // A unix socket path may not exceed 107 bytes, so it does not live under `dir`.
  const runDir = mkdtempSync(join(tmpdir(), "timos-"));
  const socket = join(runDir, "my.sock");
  const isRoot = process.getuid?.() === 0;
  const user = userInfo().username;

  const secretsFile = join(dir, "secrets.json");
  const secrets: Record<string, string> = existsSync(secretsFile)
    ? JSON.parse(readFileSync(secretsFile, "utf8"))
    : {};
  for (const k of ["platform", "vault", "platform_migrate", "vault_migrate", "redis"])
    secrets[k] ??= randomBytes(18).toString("base64url");
  writeFileSync(secretsFile, JSON.stringify(secrets), { mode: 0o600 });

  if (!existsSync(join(my, "mysql"))) {
    await time("mariadb-install-db", () => {
      const r = spawnSync(
        find("mariadb-install-db", "mysql_install_db"),
        [
          "--no-defaults",
          `--datadir=${my}`,
          "--auth-root-authentication-method=socket",
          `--auth-root-socket-user=${user}`,
          "--skip-test-db",
          "--skip-name-resolve",
          "--force", // containers without a resolvable host name
          "--innodb-log-file-size=16M",
          ...(isRoot ? ["--user=root"] : []),
        ],
        { encoding: "utf8" },
      );
      if (r.status !== 0) throw new Error(`mariadb-install-db failed:\n${r.stdout}${r.stderr}`);
    });
  }

  // Runs as root inside the server at every start, before the first connection is accepted.
  const q = (s: string) => `'${s.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
  const sql: string[] = [];
  for (const role of ROLES) {
    const db = `timos_${role}`;
    sql.push(
      `CREATE DATABASE IF NOT EXISTS \`${db}\` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;`,
    );
    for (const [name, pw, grant] of [
      [`${db}_app`, secrets[role]!, DML],
      [`${db}_migrate`, secrets[`${role}_migrate`]!, "ALL PRIVILEGES"],
    ] as const)
      for (const host of ["localhost", "127.0.0.1"]) {
        sql.push(`CREATE USER IF NOT EXISTS ${q(name)}@${q(host)} IDENTIFIED BY ${q(pw)};`);
        // In GRANT an unescaped _ matches any character.
        sql.push(`GRANT ${grant} ON \`${db.replaceAll("_", "\\_")}\`.* TO ${q(name)}@${q(host)};`);
        if (name.endsWith("_migrate"))
          sql.push(
            `GRANT ALL PRIVILEGES ON \`${`${db}_shadow`.replaceAll("_", "\\_")}\`.* TO ${q(name)}@${q(host)};`,
          );
      }
  }
  const initFile = join(runDir, "init.sql");
  writeFileSync(initFile, sql.join("\n") + "\n", { mode: 0o600 }); // one statement a line

  const mysqlPort = opts.mysqlPort ?? (await freePort());
  const redisPort = opts.redisPort ?? (await freePort());
  const myLog = join(dir, "mariadb.log");
  const rdLog = join(dir, "redis.log");
  const myFrom = existsSync(myLog) ? readFileSync(myLog, "utf8").length : 0;
  const rdFrom = existsSync(rdLog) ? readFileSync(rdLog, "utf8").length : 0;

  const mariadb = child(
    find("mariadbd", "mysqld"),
    [
      "--no-defaults",
      `--datadir=${my}`,
      `--socket=${socket}`,
      `--pid-file=${join(runDir, "my.pid")}`,
      `--port=${mysqlPort}`,
      "--bind-address=127.0.0.1",
      "--skip-name-resolve",
      `--init-file=${initFile}`,
      "--character-set-server=utf8mb4",
      "--collation-server=utf8mb4_unicode_ci",
      "--sql-mode=STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ZERO_DATE,NO_ZERO_IN_DATE,NO_ENGINE_SUBSTITUTION,ONLY_FULL_GROUP_BY",
      "--default-time-zone=+00:00",
      "--innodb-log-file-size=16M",
      "--innodb-buffer-pool-size=128M",
      "--performance-schema=OFF",
      ...(opts.ephemeral
        ? ["--innodb-flush-log-at-trx-commit=0", "--innodb-doublewrite=0", "--sync-binlog=0"]
        : []),
      ...(isRoot ? ["--user=root"] : []),
    ],
    myLog,
  );
  const redis = child(
    find("redis-server"),
    [
      "--port",
      String(redisPort),
      "--bind",
      "127.0.0.1",
      "--dir",
      rd,
      "--requirepass",
      secrets.redis!,
      "--maxmemory-policy",
      "noeviction",
      "--save",
      opts.ephemeral ? "" : "60 1",
      "--appendonly",
      "no",
      "--daemonize",
      "no",
    ],
    rdLog,
  );

  let stopping: Promise<void> | undefined;
  const stop = () =>
    (stopping ??= (async () => {
      await Promise.all([stopChild(mariadb), stopChild(redis)]);
      rmSync(runDir, { recursive: true, force: true });
      if (opts.ephemeral) rmSync(dir, { recursive: true, force: true });
    })());

  try {
    await time("start", () =>
      Promise.all([
        waitFor(myLog, "ready for connections", mariadb, myFrom),
        waitFor(rdLog, "Ready to accept connections", redis, rdFrom),
      ]),
    );
  } catch (e) {
    await stop();
    throw e;
  }
  rmSync(initFile);

  const url = (role: string, suffix: "app" | "migrate") =>
    `mysql://timos_${role}_${suffix}:${secrets[suffix === "app" ? role : `${role}_migrate`]}@127.0.0.1:${mysqlPort}/timos_${role}`;
  return {
    urls: {
      PLATFORM_DATABASE_URL: url("platform", "app"),
      VAULT_DATABASE_URL: url("vault", "app"),
      PLATFORM_MIGRATE_URL: url("platform", "migrate"),
      VAULT_MIGRATE_URL: url("vault", "migrate"),
      REDIS_URL: `redis://:${secrets.redis}@127.0.0.1:${redisPort}`,
    },
    socket,
    timings: t,
    stop,
  };
}
