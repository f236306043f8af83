import { existsSync } from "node:fs";
import { join } from "node:path";
import { readKeysConfig, type KeysConfig } from "../../api/src/config.ts";
import { RECORD_TABLES } from "../../api/src/features/vault-tables.ts";
import { openDatabase, type Database } from "../../api/src/lib/database.ts";
import { openPlatform, type Platform } from "../../api/src/platform/client.ts";
import { keyService, type KeyService } from "../../api/src/vault/key-service.ts";
import { masterKeys, type MasterKeys } from "../../api/src/vault/mek/providers.ts";
import { startDatabases } from "../launcher/databases-up.ts";
import { FolderInUse } from "../launcher/lock.ts";
import { holdsDatabases } from "../launcher/mariadb-folder.ts";
import { databaseUrl } from "../launcher/mariadb.ts";
import { findRunFile } from "../launcher/run-file.ts";
import { isGiven, readSettings, variable, type Environment } from "../launcher/settings.ts";

/** The databases and master keys that a command works on. */
export interface Installation {
  readonly config: KeysConfig;
  readonly platform: Platform;
  readonly platformDatabase: Database;
  readonly vaultDatabase: Database;
  readonly meks: MasterKeys;
  readonly keys: KeyService;
  readonly tables: typeof RECORD_TABLES;
  readonly clock: () => Date;
  close(): Promise<void>;
}

/**
 * Opens the installation that the environment names, else the one in the data folder, whose databases are started until
 * it is closed where TimOS does not run.
 *
 * @throws ConfigError, KeyringError, MekSetupError, or Error when there is no TimOS.
 */
export async function openInstallation(env: Environment): Promise<Installation> {
  const { environment, stop } = await findInstallation(env);
  try {
    return await open(environment, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function open(env: Environment, stop: () => Promise<void>): Promise<Installation> {
  const config = readKeysConfig(env);
  const meks = await masterKeys(config.vault.masterKeys);
  const platform = openPlatform(config.platform.database);
  const platformDatabase = openDatabase(config.platform.database, "platform_unavailable");
  const vaultDatabase = openDatabase(config.vault.database, "vault_unavailable");
  const clock = () => new Date();
  const { keyCacheSeconds: cacheSeconds } = config.vault;
  return {
    config,
    platform,
    platformDatabase,
    vaultDatabase,
    meks,
    keys: keyService(platform, meks, { cacheSeconds, clock }),
    tables: RECORD_TABLES,
    clock,
    close: async () => {
      await Promise.all([platform.$disconnect(), platformDatabase.close(), vaultDatabase.close()]);
      await stop();
    },
  };
}

async function findInstallation(
  env: Environment,
): Promise<{ environment: Environment; stop: () => Promise<void> }> {
  const { given, dataFolder } = readSettings(env, { isDev: false });
  if (given.databases !== undefined) return { environment: env, stop: () => Promise.resolve() };
  if (!holdsDatabases(dataFolder)) {
    throw new Error(`There is no TimOS in ${dataFolder}. Make one with npm start.`);
  }
  const { port, keyringFile, stop } = await reach(dataFolder);
  const urlOf = (role: "platform" | "vault") => databaseUrl(dataFolder, role, "app", port);
  const environment = {
    ...withSecretsOf(dataFolder, env, keyringFile),
    PLATFORM_DATABASE_URL: urlOf("platform"),
    VAULT_DATABASE_URL: urlOf("vault"),
  };
  return { environment, stop };
}

/** An environment in which the keys of a data folder are found, where it does not name others. */
export function withSecretsOf(
  dataFolder: string,
  env: Environment,
  keyringFile = join(dataFolder, "keyring"),
): Environment {
  const tokenKeyFile = join(dataFolder, "secrets/token_key");
  const needsTokenKey = !isGiven(env, "TOKEN_KEY") && existsSync(tokenKeyFile);
  return {
    ...env,
    KEYRING_FILE: variable(env, "KEYRING_FILE") ?? keyringFile,
    KEYRING_FILE_FILE: undefined,
    ...(needsTokenKey ? { TOKEN_KEY_FILE: tokenKeyFile } : {}),
  };
}

/** The databases of the TimOS that runs on the folder, else those that are started for the command. */
async function reach(
  dataFolder: string,
): Promise<{ port: number; keyringFile: string; stop: () => Promise<void> }> {
  try {
    const { port, stop } = await startDatabases(dataFolder, (line) => console.log(line));
    return { port, keyringFile: join(dataFolder, "keyring"), stop };
  } catch (error) {
    if (!(error instanceof FolderInUse)) throw error;
    const run = findRunFile(dataFolder);
    // It is about to start, or another command is at work.
    if (run === undefined) throw error;
    return { port: run.mariadb.port, keyringFile: run.keyringFile, stop: () => Promise.resolve() };
  }
}
