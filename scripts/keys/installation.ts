import { readKeysConfig, type KeysConfig } from "../../api/src/config.ts";
import { openDatabase, type Database } from "../../api/src/lib/database.ts";
import { openPlatform, type Platform } from "../../api/src/platform/client.ts";
import { keyService, type KeyService } from "../../api/src/vault/key-service.ts";
import { masterKeys, type MasterKeys } from "../../api/src/vault/mek/providers.ts";
import { databaseUrl } from "../launcher/mariadb.ts";
import { readRunFile } from "../launcher/run-file.ts";
import { readSettings, variable, type Environment } from "../launcher/settings.ts";

/** The databases and master keys that a command works on. */
export interface Installation {
  readonly config: KeysConfig;
  readonly platform: Platform;
  readonly platformDatabase: Database;
  readonly vaultDatabase: Database;
  readonly meks: MasterKeys;
  readonly keys: KeyService;
  readonly clock: () => Date;
  close(): Promise<void>;
}

/**
 * Opens the installation that the environment names, else the TimOS that runs on the data folder.
 *
 * @throws ConfigError, KeyringError, MekSetupError, or Error when TimOS does not run.
 */
export async function openInstallation(env: Environment): Promise<Installation> {
  const config = readKeysConfig(installationEnvironment(env));
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
    clock,
    close: async () => {
      await Promise.all([platform.$disconnect(), platformDatabase.close(), vaultDatabase.close()]);
    },
  };
}

function installationEnvironment(env: Environment): Environment {
  const { given, dataFolder } = readSettings(env, { isDev: false });
  if (given.databases !== undefined) return env;
  const run = readRunFile(dataFolder);
  const urlOf = (role: "platform" | "vault") =>
    databaseUrl(dataFolder, role, "app", run.mariadb.port);
  return {
    ...env,
    PLATFORM_DATABASE_URL: urlOf("platform"),
    VAULT_DATABASE_URL: urlOf("vault"),
    KEYRING_FILE: variable(env, "KEYRING_FILE") ?? run.keyringFile,
    KEYRING_FILE_FILE: undefined,
  };
}
