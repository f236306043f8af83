import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { ROOT } from "./paths.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** Databases and Redis that somebody else runs. What is not given is started privately. */
export interface GivenServices {
  readonly databases:
    | { readonly platform: string; readonly vault: string; readonly migrate: MigrateUrls }
    | undefined;
  readonly redis: string | undefined;
}

interface MigrateUrls {
  readonly platform: string;
  readonly vault: string;
}

export interface Settings {
  /** Run the sources and reload on change, instead of what was built. */
  readonly isDev: boolean;
  readonly dataFolder: string;
  readonly env: Environment;
  readonly apiPort: string | undefined;
  readonly webPort: string | undefined;
  readonly wantsDemo: boolean;
  readonly given: GivenServices;
}

/** Reads what the launcher itself needs of the environment; everything else is the API's to check. */
export function readSettings(env: Environment, options: { isDev: boolean }): Settings {
  return {
    isDev: options.isDev,
    env,
    dataFolder: resolve(ROOT, variable(env, "TIMOS_DATA_DIR") ?? ".data"),
    apiPort: variable(env, "API_PORT"),
    webPort: variable(env, "WEB_PORT"),
    wantsDemo: variable(env, "TIMOS_DEMO") !== "0",
    given: givenServices(env),
  };
}

/** A variable of the environment, given as itself or as `NAME_FILE`, the path of a file that holds it. */
export function variable(env: Environment, name: string): string | undefined {
  const file = env[`${name}_FILE`];
  if (file !== undefined && file !== "") {
    try {
      return readFileSync(file, "utf8").trim();
    } catch (error) {
      throw new Error(`${name}_FILE names a file that cannot be read: ${file}`, { cause: error });
    }
  }
  const value = env[name];
  return value === "" ? undefined : value;
}

/** Is a variable set, as itself or as `NAME_FILE`? */
export const isGiven = (env: Environment, name: string): boolean =>
  Boolean(env[name]) || Boolean(env[`${name}_FILE`]);

function givenServices(env: Environment): GivenServices {
  const platform = variable(env, "PLATFORM_DATABASE_URL");
  const vault = variable(env, "VAULT_DATABASE_URL");
  const redis = variable(env, "REDIS_URL");
  if (platform === undefined && vault === undefined) return { databases: undefined, redis };
  if (platform === undefined || vault === undefined) {
    const lacking = platform === undefined ? "PLATFORM_DATABASE_URL" : "VAULT_DATABASE_URL";
    throw new Error(
      `${lacking} is not set, but the other database is. Set both, or neither to have both started for you.`,
    );
  }
  const migrate = {
    platform: variable(env, "PLATFORM_MIGRATE_URL") ?? platform,
    vault: variable(env, "VAULT_MIGRATE_URL") ?? vault,
  };
  return { databases: { platform, vault, migrate }, redis };
}
