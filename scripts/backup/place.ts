import { openDatabase, type Execute } from "../../api/src/lib/database.ts";
import { startDatabases } from "../launcher/databases-up.ts";
import { FolderInUse } from "../launcher/lock.ts";
import { holdsDatabases } from "../launcher/mariadb-folder.ts";
import { databaseUrl } from "../launcher/mariadb.ts";
import { findRunFile } from "../launcher/run-file.ts";
import { readSettings, variable, type Environment } from "../launcher/settings.ts";
import type { SnapshotPlace } from "./engine/place.ts";

/** What is backed up, and where the running of it is noted. */
export interface BackupPlace {
  readonly place: SnapshotPlace;
  /** On the platform, as its servers. */
  readonly execute: Execute;
  close(): Promise<void>;
}

/** @throws Error when there is no TimOS that could be backed up. */
export function requireInstallation(env: Environment): void {
  const { given, dataFolder } = readSettings(env, { isDev: false });
  if (given.databases !== undefined || holdsDatabases(dataFolder)) return;
  throw new Error(
    `There is no TimOS in ${dataFolder}. Set TIMOS_DATA_DIR, or give this command the environment of the servers.`,
  );
}

/**
 * Reaches the databases that the environment names, else those of the TimOS in the data folder, which are started until
 * it is closed where TimOS does not run. Needs no master key: what cannot be opened can be backed up.
 *
 * @throws Error when there is no TimOS.
 */
export async function openPlace(
  env: Environment,
  log: (line: string) => void,
): Promise<BackupPlace> {
  requireInstallation(env);
  const { given, dataFolder } = readSettings(env, { isDev: false });
  if (given.databases !== undefined) {
    const { platform, migrate } = given.databases;
    const urls = {
      platform: variable(env, "PLATFORM_BACKUP_URL") ?? migrate.platform,
      vault: variable(env, "VAULT_BACKUP_URL") ?? migrate.vault,
    };
    return opened({ kind: "servers", dataFolder, urls }, platform, () => Promise.resolve());
  }
  const { port, socket, stop } = await reach(dataFolder, log);
  const urlOf = (role: "platform" | "vault") => databaseUrl(dataFolder, role, "migrate", port);
  // Where it runs in a container nobody but its root is an administrator, and its files are another user's.
  const place: SnapshotPlace =
    socket === null
      ? {
          kind: "servers",
          dataFolder,
          urls: { platform: urlOf("platform"), vault: urlOf("vault") },
        }
      : { kind: "private", dataFolder, socket };
  return opened(place, databaseUrl(dataFolder, "platform", "app", port), stop);
}

async function reach(dataFolder: string, log: (line: string) => void) {
  try {
    return await startDatabases(dataFolder, log);
  } catch (error) {
    if (!(error instanceof FolderInUse)) throw error;
    const run = findRunFile(dataFolder);
    // It is about to start, or another command is at work.
    if (run === undefined) throw error;
    return { ...run.mariadb, stop: () => Promise.resolve() };
  }
}

function opened(place: SnapshotPlace, platformUrl: string, stop: () => Promise<void>): BackupPlace {
  const url = new URL(platformUrl);
  const platform = openDatabase(
    {
      host: url.hostname,
      port: Number(url.port || 3306),
      user: decodeURIComponent(url.username),
      password: decodeURIComponent(url.password),
      database: decodeURIComponent(url.pathname.slice(1)),
    },
    "platform_unavailable",
  );
  return {
    place,
    execute: platform.execute,
    close: async () => {
      await platform.close();
      await stop();
    },
  };
}
