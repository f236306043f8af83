/** A private MariaDB and Redis: no rights of root, nothing outside one data folder and a temporary one. */
import { rmSync } from "node:fs";
import { resolve } from "node:path";
import { systemEngine } from "../launcher/engine.ts";
import { makePrivateFolder } from "../launcher/files.ts";
import { ensureMariadbFolder, holdsDatabases, type Place } from "../launcher/mariadb-folder.ts";
import { databaseUrl, mariadbProgram, socketIn } from "../launcher/mariadb.ts";
import { freePort } from "../launcher/ports.ts";
import { launch, type Program, type RunningProgram, waitUntilReady } from "../launcher/program.ts";
import { redisProgram, redisUrl } from "../launcher/redis.ts";
import { makeRunFolder, removeRunFolder } from "../launcher/run-folder.ts";
import { ensureSecrets, MARIADB_SECRETS, REDIS_SECRETS } from "../launcher/secrets.ts";

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
  const engine = systemEngine(["mariadb", "redis"]);
  if (engine === undefined) {
    throw new Error("MariaDB (mariadbd, mariadb-install-db) or Redis is not installed.");
  }
  const dataFolder = resolve(options.dir);
  makePrivateFolder(dataFolder);
  const place: Place = { dataFolder, runFolder: makeRunFolder(), engine, ephemeral };
  const started: RunningProgram[] = [];
  let stopping: Promise<void> | undefined;
  const stop = () =>
    (stopping ??= (async () => {
      await Promise.all(started.map((program) => program.stop({ hurry: ephemeral })));
      removeRunFolder(place.runFolder);
      if (ephemeral) rmSync(dataFolder, { recursive: true, force: true });
    })());
  const start = async (program: Program): Promise<number> => {
    const running = launch(program);
    started.push(running);
    await waitUntilReady(program, running);
    log?.(`${program.name} is ready`);
    return running.pid;
  };

  try {
    const redis = await planRedis(place, options.redisPort);
    const mariadb = await planMariadb(place, options.mysqlPort);
    const starts = [start(mariadb.program), start(redis.program)] as const;
    const [mariadbPid, redisPid] = await Promise.all(starts);
    return {
      urls: { ...mariadb.urls, ...redis.urls },
      socket: socketIn(place.runFolder),
      mariadbPort: mariadb.port,
      redisPort: redis.port,
      pids: { mariadb: mariadbPid, redis: redisPid },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Prepares MariaDB so that it can be started: passwords, its data folder, a port. */
export async function planMariadb(place: Place, port?: number, signal?: AbortSignal) {
  const { dataFolder } = place;
  ensureSecrets(dataFolder, MARIADB_SECRETS, { mayHoldJournal: holdsDatabases(dataFolder) });
  const isNew = await ensureMariadbFolder(place, signal);
  const chosen = port ?? (await freePort());
  return {
    program: mariadbProgram({ ...place, port: chosen }),
    port: chosen,
    /** Was the databases' folder made just now? */
    isNew,
    urls: {
      PLATFORM_DATABASE_URL: databaseUrl(dataFolder, "platform", "app", chosen),
      VAULT_DATABASE_URL: databaseUrl(dataFolder, "vault", "app", chosen),
      PLATFORM_MIGRATE_URL: databaseUrl(dataFolder, "platform", "migrate", chosen),
      VAULT_MIGRATE_URL: databaseUrl(dataFolder, "vault", "migrate", chosen),
    },
  };
}

/** Prepares Redis so that it can be started: its password, a port. To be done before MariaDB's folder is made. */
export async function planRedis(place: Place, port?: number) {
  const { dataFolder } = place;
  ensureSecrets(dataFolder, REDIS_SECRETS, { mayHoldJournal: holdsDatabases(dataFolder) });
  const chosen = port ?? (await freePort());
  return {
    program: redisProgram({ ...place, port: chosen }),
    port: chosen,
    urls: { REDIS_URL: redisUrl(dataFolder, chosen) },
  };
}
