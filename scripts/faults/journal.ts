import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createApp } from "../../api/src/app.ts";
import { readConfig } from "../../api/src/config.ts";
import { openDeps, type Deps } from "../../api/src/deps.ts";
import { createLogger } from "../../api/src/lib/logger.ts";
import { outboxReader } from "../../api/test/app.ts";
import { signUp, type Person } from "../../api/test/people.ts";
import { migrateBoth } from "../launcher/migrations.ts";
import { ROOT } from "../launcher/paths.ts";
import { ensureSecrets, API_SECRETS } from "../launcher/secrets.ts";
import { cleanEnvironment } from "../lib/clean-environment.mjs";
import { startServices } from "../lib/services.ts";
import { withSecretsOf } from "../keys/installation.ts";
import { writeRunFile, removeRunFile } from "../launcher/run-file.ts";
import { lockFolder } from "../launcher/lock.ts";
import { Writable } from "node:stream";

/** A TimOS on a data folder of its own, without the web: the API in this process, the servers as `npm start` has them. */
export interface Running {
  readonly url: string;
  readonly deps: Deps;
  readonly signUp: () => Promise<Person>;
  stop(): Promise<void>;
}

/** A folder for the data folder and all that is made of it, and the commands on it. */
export interface Journal {
  readonly folder: string;
  readonly data: string;
  readonly backups: string;
  start(data?: string): Promise<Running>;
  /** Runs `npm run <script>`; the environment names the data folder. */
  run(script: string, args?: readonly string[], env?: Env): Promise<Ran>;
  begin(script: string, args?: readonly string[], env?: Env): Begun;
  /** Backs up and makes a recovery kit; both have to come out well. */
  backUp(args?: readonly string[]): Promise<void>;
  /** Begins to restore into a data folder that does not exist yet, as a machine that never saw TimOS would. */
  beginRestore(into: string, args?: readonly string[]): Begun;
  remove(): void;
}

type Env = Readonly<Record<string, string>>;

export interface Ran {
  readonly code: number | null;
  readonly output: string;
}

export interface Begun {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly ended: Promise<Ran>;
}

const PASSPHRASE = "five random words of some length";

export function newJournal(): Journal {
  const folder = mkdtempSync(join(tmpdir(), "timos-fault-"));
  const data = join(folder, "data");
  const begin = (script: string, args: readonly string[] = [], env: Env = {}): Begun => {
    // One process: what is killed here is the command itself.
    const command = ["--import", "tsx", join(ROOT, `scripts/${script}.ts`)];
    const child = spawn(process.execPath, [...command, ...args], {
      cwd: ROOT,
      env: { ...cleanEnvironment(), TIMOS_DATA_DIR: data, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
    }
    const ended = once(child, "close").then(() => ({ code: child.exitCode, output }));
    return { child, output: () => output, ended };
  };
  const backups = join(folder, "backups");
  const kit = join(folder, "kit.age");
  const secret = join(folder, "passphrase");
  writeFileSync(secret, PASSPHRASE);
  const run = (script: string, args?: readonly string[], env?: Env) =>
    begin(script, args, env).ended;
  return {
    folder,
    data,
    backups,
    start: (where = data) => start(where),
    begin,
    run,
    backUp: async (args = []) => {
      const made = await run("backup", ["--to", backups, ...args]);
      if (made.code !== 0) throw new Error(made.output);
      const kept = await run("backup-kit", ["--to", kit], { BACKUP_KIT_PASSPHRASE_FILE: secret });
      if (kept.code !== 0 && !existsSync(kit)) throw new Error(kept.output);
    },
    beginRestore: (into, args = []) =>
      begin("restore", ["--from", backups, "--kit", kit, ...args], {
        TIMOS_DATA_DIR: into,
        BACKUP_KIT_PASSPHRASE_FILE: secret,
      }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

async function start(data: string): Promise<Running> {
  const isNew = !existsSync(join(data, "mariadb"));
  const services = await startServices({ dir: data });
  const lock = await lockFolder(data, () => undefined);
  if (isNew) ensureSecrets(data, API_SECRETS, { mayHoldJournal: false });
  const { urls } = services;
  await migrateBoth(
    {
      platform: urls.PLATFORM_MIGRATE_URL,
      vault: urls.VAULT_MIGRATE_URL,
      platformApp: urls.PLATFORM_DATABASE_URL,
    },
    () => undefined,
  );
  const outboxDir = join(data, "outbox");
  const config = readConfig({
    ...withSecretsOf(data, {}),
    ...urls,
    NODE_ENV: "test",
    API_PORT: "0",
    APP_URL: "http://127.0.0.1:3000",
    PASSWORD_PEPPER_FILE: join(data, "secrets/password_pepper"),
    JWT_KEYS_FILE: join(data, "secrets/jwt_keys.json"),
    OUTBOX_DIR: outboxDir,
  });
  const lines: string[] = [];
  const sink = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      lines.push(chunk.toString());
      done();
    },
  });
  const clock = { now: new Date() };
  const deps = await openDeps(config, {
    logger: createLogger("api", "warn", sink),
    clock: () => new Date(),
  });
  const server = createServer(createApp(deps));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  writeRunFile(data, {
    apiUrl: url,
    webUrl: url,
    mariadb: { socket: services.socket, port: services.mariadbPort },
    redis: { port: services.redisPort },
    outboxDir,
    keyringFile: join(data, "keyring"),
    logFile: join(data, "timos.log"),
    pids: { launcher: process.pid, api: null, worker: null, web: null, ...services.pids },
  });
  const mails = outboxReader(outboxDir);
  const app = {
    url,
    deps,
    folder: data,
    keyringFile: join(data, "keyring"),
    clock,
    logged: () => lines.join(""),
    mails,
    sql: () => Promise.reject(new Error("not here")),
    close: () => Promise.resolve(),
  };
  let people = 0;
  return {
    url,
    deps,
    signUp: () => signUp(app, { email: `person${process.pid}.${people++}@example.org` }),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
      await deps.close();
      removeRunFile(data);
      await services.stop();
      lock.release();
    },
  };
}
