import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openPlatform, type Platform } from "../../api/src/platform/client.ts";
import { migrateBoth } from "../launcher/migrations.ts";
import { startServices, type Services } from "../lib/services.ts";

export interface Databases {
  readonly services: Services;
  readonly platform: Platform;
  readonly close: () => Promise<void>;
}

/** A MariaDB and a Redis for one part of the benchmark, with both databases migrated. Gone when it closes. */
export async function openDatabases(): Promise<Databases> {
  const dir = mkdtempSync(join(tmpdir(), "timos-bench-"));
  const services = await startServices({ dir, ephemeral: true });
  try {
    const { PLATFORM_MIGRATE_URL, VAULT_MIGRATE_URL, PLATFORM_DATABASE_URL } = services.urls;
    await migrateBoth(
      { platform: PLATFORM_MIGRATE_URL, vault: VAULT_MIGRATE_URL },
      () => undefined,
    );
    const { hostname, port, username, password, pathname } = new URL(PLATFORM_DATABASE_URL);
    const platform = openPlatform({
      host: hostname,
      port: Number(port),
      user: username,
      password: decodeURIComponent(password),
      database: pathname.slice(1),
    });
    return {
      services,
      platform,
      close: async () => {
        await platform.$disconnect();
        await services.stop();
      },
    };
  } catch (error) {
    await services.stop();
    throw error;
  }
}
