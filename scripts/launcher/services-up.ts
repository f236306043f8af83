import { planMariadb, planRedis } from "../lib/services.ts";
import type { ServerUrls } from "./applications.ts";
import type { Engine } from "./engine.ts";
import { serversToStart } from "./find-engine.ts";
import { allOf, type Household } from "./household.ts";
import { socketIn } from "./mariadb.ts";
import { migrateBoth } from "./migrations.ts";
import type { RunFacts } from "./run-file.ts";

interface ServicesUp {
  readonly urls: ServerUrls;
  readonly mariadb: RunFacts["mariadb"];
  readonly redis: RunFacts["redis"];
}

/** Starts the servers nobody gave us, and brings both databases up to date. */
export async function startServers(
  household: Household,
  engine: Engine | undefined,
): Promise<ServicesUp> {
  const { settings, progress, signal } = household;
  const { databases, redis } = settings.given;
  const own = engine === undefined ? undefined : await startOwn(household, engine);
  signal.throwIfAborted();

  const platformApp = databases?.platform ?? own?.mariadb?.urls.PLATFORM_DATABASE_URL ?? "";
  const migrateUrls = databases?.migrate ?? {
    platform: own?.mariadb?.urls.PLATFORM_MIGRATE_URL ?? "",
    vault: own?.mariadb?.urls.VAULT_MIGRATE_URL ?? "",
  };
  await progress.step("Databases are up to date", () =>
    migrateBoth({ ...migrateUrls, platformApp }, (line) => {
      progress.note(line);
    }),
  );

  const redisUrl = redis ?? own?.redis?.urls.REDIS_URL ?? "";
  const hasSocket = own?.mariadb !== undefined && engine?.hasSocket === true;
  return {
    urls: {
      PLATFORM_DATABASE_URL: platformApp,
      VAULT_DATABASE_URL: databases?.vault ?? own?.mariadb?.urls.VAULT_DATABASE_URL ?? "",
      REDIS_URL: redisUrl,
    },
    mariadb: {
      socket: hasSocket ? socketIn(household.runFolder) : null,
      port: own?.mariadb?.port ?? portOf(databases?.platform ?? "", 3306),
    },
    redis: { port: portOf(redisUrl, 6379) },
  };
}

async function startOwn(household: Household, engine: Engine) {
  const { settings, folder, runFolder, progress, signal, supervisor } = household;
  const place = { dataFolder: folder.path, runFolder, engine, ephemeral: false };
  const kinds = serversToStart(settings);
  return progress.step("MariaDB and Redis are running", async () => {
    const redis = kinds.includes("redis") ? await planRedis(place) : undefined;
    const mariadb = kinds.includes("mariadb")
      ? await planMariadb(place, undefined, signal)
      : undefined;
    const programs = [mariadb, redis].flatMap((plan) => plan?.program ?? []);
    await allOf(programs.map((program) => supervisor.start(program)));
    return { mariadb, redis };
  });
}

const portOf = (url: string, usual: number): number =>
  URL.canParse(url) ? Number(new URL(url).port || usual) : usual;
