import { randomBytes } from "node:crypto";
import type { Connection } from "mysql2/promise";
import { connectTo, type SnapshotPlace } from "../backup/engine/place.ts";
import { withSecretsOf } from "../keys/installation.ts";
import { startDatabases } from "../launcher/databases-up.ts";
import { FolderInUse } from "../launcher/lock.ts";
import { redisUrl } from "../launcher/redis.ts";
import { findRunFile } from "../launcher/run-file.ts";
import { variable, type Environment, type Settings } from "../launcher/settings.ts";
import type { DatabaseRole } from "../lib/backup-sets.ts";

/** Databases that are there already, and what reaches them. */
export interface Target {
  readonly dataFolder: string;
  readonly place: SnapshotPlace;
  /** The address of any database beside those in use, for an account that may do everything with it. */
  readonly urlOf: (role: DatabaseRole, database: string) => string;
  /** What an installation is opened with, apart from its databases. */
  readonly environment: Environment;
  /** Where servers that run are told; undefined when none does, as far as anybody knows. */
  readonly redisUrl: string | undefined;
  /**
   * `new` has no tables yet; `stopped` must not be started before all is done; `running` and `given` go on being used.
   */
  readonly kind: "new" | "stopped" | "running" | "given";
  close(): Promise<void>;
}

/**
 * Reaches the databases that the environment names, else those of the TimOS in the data folder, which are started if
 * need be.
 *
 * @param prepareNew - For a data folder without databases: called once it is locked, before they are made.
 * @throws Error when they cannot be reached.
 */
export async function openTarget(
  { env, dataFolder, given }: Settings,
  prepareNew?: () => void,
): Promise<Target> {
  if (given.databases !== undefined) return openGiven(env, dataFolder, given.databases.migrate);
  const { port, socket, keyringFile, redis, stop } = await reach(dataFolder, prepareNew);
  try {
    if (socket === null) {
      throw new Error(
        "The databases of this data folder run in a container, where nobody but its root may make others. " +
          "Stop TimOS, restore into a new data folder (TIMOS_DATA_DIR), and start it there.",
      );
    }
    const place = { kind: "private", dataFolder, socket } as const;
    const account = await makeAccount(place);
    return {
      dataFolder,
      place,
      urlOf: (_role, database) =>
        `mysql://${account.user}:${account.password}@127.0.0.1:${port}/${database}`,
      environment: withSecretsOf(dataFolder, env, keyringFile),
      redisUrl: redis,
      kind: prepareNew !== undefined ? "new" : redis === undefined ? "stopped" : "running",
      close: async () => {
        await account.drop().finally(stop);
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function openGiven(
  env: Environment,
  dataFolder: string,
  migrate: Readonly<Record<DatabaseRole, string>>,
): Target {
  const urls = {
    platform: variable(env, "PLATFORM_RESTORE_URL") ?? migrate.platform,
    vault: variable(env, "VAULT_RESTORE_URL") ?? migrate.vault,
  };
  return {
    dataFolder,
    place: { kind: "servers", dataFolder, urls },
    urlOf: (role, database) => {
      const url = new URL(urls[role]);
      url.pathname = `/${database}`;
      return url.href;
    },
    environment: env,
    redisUrl: variable(env, "REDIS_URL"),
    kind: "given",
    close: () => Promise.resolve(),
  };
}

async function reach(dataFolder: string, prepareNew: (() => void) | undefined) {
  try {
    const { port, socket, stop } = await startDatabases(
      dataFolder,
      (line) => console.log(line),
      prepareNew ?? (() => undefined),
    );
    return { port, socket, keyringFile: undefined, redis: undefined, stop };
  } catch (error) {
    if (!(error instanceof FolderInUse)) throw error;
    const run = findRunFile(dataFolder);
    // It is about to start, or another command is at work.
    if (run === undefined || prepareNew !== undefined) throw error;
    return {
      ...run.mariadb,
      keyringFile: run.keyringFile,
      redis: redisUrl(dataFolder, run.redis.port),
      stop: () => Promise.resolve(),
    };
  }
}

const ACCOUNT = "timos_restore";

/**
 * An account for as long as the restore takes, on all databases of TimOS: those of the servers may use one database each,
 * and the administrator comes by the socket only. That of a run that was killed is replaced; that of one at work is locked.
 */
export async function makeAccount(place: SnapshotPlace) {
  const password = randomBytes(24).toString("base64url");
  const admin = await connectTo(place, "platform");
  try {
    await takeLock(admin, `${ACCOUNT}_account`);
  } catch (error) {
    admin.destroy();
    throw error;
  }
  const name = `'${ACCOUNT}'@'127.0.0.1'`;
  const drop = async () => {
    try {
      await admin.query(`DROP USER IF EXISTS ${name}`);
    } finally {
      await admin.end();
    }
  };
  try {
    await admin.query(`CREATE OR REPLACE USER ${name} IDENTIFIED BY '${password}'`);
    // In a GRANT an unescaped `_` stands for any character.
    await admin.query(`GRANT ALL PRIVILEGES ON \`timos\\_%\`.* TO ${name}`);
  } catch (error) {
    await drop();
    throw error;
  }
  return { user: ACCOUNT, password, drop };
}

const LOCK = "timos_restore";

/**
 * Runs `work` unless another restore is at work on the same databases.
 *
 * @param connection - Kept open meanwhile: the lock is its.
 */
export async function alone<T>(connection: Connection, work: () => Promise<T>): Promise<T> {
  await takeLock(connection, LOCK);
  try {
    return await work();
  } finally {
    await connection.query(`SELECT RELEASE_LOCK('${LOCK}')`);
  }
}

async function takeLock(connection: Connection, name: string): Promise<void> {
  const [rows] = await connection.query(`SELECT GET_LOCK('${name}', 0) AS got`);
  const got: unknown = Array.isArray(rows) ? rows[0] : undefined;
  if (typeof got !== "object" || got === null || !("got" in got) || Number(got.got) !== 1) {
    throw new Error("Another restore is at work on these databases. Wait until it is done.");
  }
}
