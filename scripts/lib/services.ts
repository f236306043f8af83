/** A private MariaDB and Redis: no rights of root, nothing outside one data folder and a temporary one. */
import { existsSync, rmSync } from "node:fs";
import { resolve } from "node:path";
import { type Engine, systemEngine } from "../launcher/engine.ts";
import { makePrivateFolder } from "../launcher/files.ts";
import {
  databaseUrl,
  ensureMariadbFolder,
  mariadbFolder,
  mariadbProgram,
  socketIn,
} from "../launcher/mariadb.ts";
import { freePort } from "../launcher/ports.ts";
import { launch, type Program, type RunningProgram, waitUntilReady } from "../launcher/program.ts";
import { redisProgram, redisUrl } from "../launcher/redis.ts";
import { makeRunFolder, removeRunFolder } from "../launcher/run-folder.ts";
import { ensureSecrets, SERVICE_SECRETS } from "../launcher/secrets.ts";

export interface ServiceUrls {
  readonly PLATFORM_DATABASE_URL: string;
  readonly VAULT_DATABASE_URL: string;
  readonly PLATFORM_MIGRATE_URL: string;
  readonly VAULT_MIGRATE_URL: string;
  readonly REDIS_URL: string;
}

interface Options {
  /** The data folder; kept between runs unless `ephemeral`. */
  readonly dir: string;
  /** Throw-away: not durable, and the folder is deleted when they stop. */
  readonly ephemeral?: boolean;
  readonly mysqlPort?: number;
  readonly redisPort?: number;
  readonly log?: (line: string) => void;
}

export interface Services {
  readonly urls: ServiceUrls;
  /** MariaDB's unix socket, by which the user who started it is root. */
  readonly socket: string;
  readonly mariadbPort: number;
  readonly redisPort: number;
  readonly pids: { readonly mariadb: number; readonly redis: number };
  stop(): Promise<void>;
}

/** Starts both and waits until they answer. They end with this process, however it ends (on Linux). */
export async function startServices(options: Options): Promise<Services> {
  const { ephemeral = false, log } = options;
  const dataFolder = resolve(options.dir);
  const engine = systemEngine();
  if (engine === undefined) {
    throw new Error("MariaDB (mariadbd, mariadb-install-db) or Redis is not installed.");
  }
  makePrivateFolder(dataFolder);
  const runFolder = makeRunFolder();
  const started: RunningProgram[] = [];
  let stopping: Promise<void> | undefined;
  const stop = () =>
    (stopping ??= (async () => {
      await Promise.all(started.map((program) => program.stop({ hurry: ephemeral })));
      removeRunFolder(runFolder);
      if (ephemeral) rmSync(dataFolder, { recursive: true, force: true });
    })());

  try {
    const plan = await planServices({
      ...options,
      dataFolder,
      runFolder,
      engine,
      ephemeral,
    });
    for (const program of plan.programs) started.push(launch(program));
    await Promise.all(
      plan.programs.map(async (program, n) => {
        const running = started[n];
        if (running !== undefined) await waitUntilReady(program, running);
        log?.(`${program.name} is ready`);
      }),
    );
    const [mariadb, redis] = started;
    return {
      urls: plan.urls,
      socket: socketIn(runFolder),
      mariadbPort: plan.mariadbPort,
      redisPort: plan.redisPort,
      pids: { mariadb: mariadb?.pid ?? -1, redis: redis?.pid ?? -1 },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

export interface ServicesPlan {
  readonly programs: readonly [mariadb: Program, redis: Program];
  readonly urls: ServiceUrls;
  readonly mariadbPort: number;
  readonly redisPort: number;
  /** Was the databases' folder made just now? */
  readonly isNew: boolean;
}

/** Everything that must be there before the two servers can be started: secrets, MariaDB's files, ports. */
export async function planServices(settings: {
  dataFolder: string;
  runFolder: string;
  engine: Engine;
  ephemeral: boolean;
  mysqlPort?: number;
  redisPort?: number;
  signal?: AbortSignal;
}): Promise<ServicesPlan> {
  const { dataFolder } = settings;
  const mayHoldJournal = existsSync(mariadbFolder(dataFolder));
  ensureSecrets(dataFolder, SERVICE_SECRETS, { mayHoldJournal });
  const isNew = await ensureMariadbFolder(settings, settings.signal);
  const mariadbPort = settings.mysqlPort ?? (await freePort());
  const redisPort = settings.redisPort ?? (await freePort());
  return {
    programs: [
      mariadbProgram({ ...settings, port: mariadbPort }),
      redisProgram({ ...settings, port: redisPort }),
    ],
    urls: {
      PLATFORM_DATABASE_URL: databaseUrl(dataFolder, "platform", "app", mariadbPort),
      VAULT_DATABASE_URL: databaseUrl(dataFolder, "vault", "app", mariadbPort),
      PLATFORM_MIGRATE_URL: databaseUrl(dataFolder, "platform", "migrate", mariadbPort),
      VAULT_MIGRATE_URL: databaseUrl(dataFolder, "vault", "migrate", mariadbPort),
      REDIS_URL: redisUrl(dataFolder, redisPort),
    },
    mariadbPort,
    redisPort,
    isNew,
  };
}
