import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createConnection } from "mysql2/promise";
import { createKeyring } from "../../api/src/crypto/keyring.ts";
import { openInstallation, type Installation } from "../keys/installation.ts";
import { migrateBoth } from "../launcher/migrations.ts";
import { startServices, type ServiceUrls } from "../lib/services.ts";

export interface Bench {
  readonly inst: Installation;
  readonly urls: ServiceUrls;
  /** By which another process opens the same installation. */
  readonly env: Readonly<Record<string, string>>;
  readonly close: () => Promise<void>;
}

interface Options {
  /** Whether MariaDB writes as an installation's does; otherwise it forgets what the machine loses. */
  readonly isDurable?: boolean;
  /** How long keys are kept in memory. */
  readonly keyCacheSeconds?: number;
}

/** A MariaDB, a Redis and a keyring for one part of the benchmark, with both databases migrated. Gone when it closes. */
export async function openBench({
  isDurable = false,
  keyCacheSeconds = 300,
}: Options = {}): Promise<Bench> {
  const dir = mkdtempSync(join(tmpdir(), "timos-bench-"));
  const services = await startServices({ dir, ephemeral: !isDurable });
  const stop = async () => {
    await services.stop();
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    const { urls } = services;
    const addresses = {
      platform: urls.PLATFORM_MIGRATE_URL,
      vault: urls.VAULT_MIGRATE_URL,
      platformApp: urls.PLATFORM_DATABASE_URL,
    };
    await migrateBoth(addresses, () => undefined);
    const keyring = join(dir, "keyring");
    writeFileSync(keyring, createKeyring(new Date()), { mode: 0o600 });
    const env = { ...urls, KEYRING_FILE: keyring, KEY_CACHE_SECONDS: String(keyCacheSeconds) };
    const inst = await openInstallation(env);
    return {
      inst,
      urls,
      env,
      close: async () => {
        await inst.close();
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A database of its own on the same server, for what TimOS is measured against. */
export async function databaseOfPeer(migrateUrl: string): Promise<string> {
  const connection = await createConnection(migrateUrl);
  const url = new URL(migrateUrl);
  // The other one that this account may make.
  url.pathname += "_shadow";
  await connection.query(`CREATE DATABASE ${url.pathname.slice(1)}`);
  await connection.end();
  return url.href;
}
