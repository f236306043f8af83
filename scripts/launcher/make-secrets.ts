import { existsSync } from "node:fs";
import { join } from "node:path";
import { localKeyring } from "../../api/src/vault/mek/local.ts";
import { countDataKeys } from "./data-keys.ts";
import { beginDemo } from "../demo/demo.ts";
import { holdsDatabases } from "./mariadb-folder.ts";
import { API_SECRETS, ensureSecrets, MARIADB_SECRETS, REDIS_SECRETS } from "./secrets.ts";
import { isGiven, type Settings } from "./settings.ts";

/** The variable by which each secret of the API may be given instead. */
export const API_SECRET_VARIABLES = {
  keyring: "KEYRING_FILE",
  "secrets/token_key": "TOKEN_KEY",
  "secrets/password_pepper": "PASSWORD_PEPPER",
  "secrets/jwt_keys.json": "JWT_KEYS",
} as const satisfies Record<keyof typeof API_SECRETS, string>;

/** Makes every secret of an installation before its first database exists, and none after. */
export async function makeSecrets({ dataFolder, env, given, wantsDemo }: Settings): Promise<void> {
  const forApi = Object.entries(API_SECRETS).filter(
    ([file]) => !isGiven(env, API_SECRET_VARIABLES[file as keyof typeof API_SECRETS]),
  );
  const recipes = {
    ...Object.fromEntries(forApi),
    ...(given.databases === undefined ? MARIADB_SECRETS : {}),
    ...(given.redis === undefined ? REDIS_SECRETS : {}),
  };
  const keysElsewhere =
    given.databases === undefined
      ? new Map()
      : await countDataKeys("platform", given.databases.platform);
  const mayHoldJournal = holdsDatabases(dataFolder) || keysElsewhere.size > 0;
  const keyring = env["KEYRING_FILE"] ?? join(dataFolder, "keyring");
  // Read here as the API will read it, so that one it refuses stops us before anything is started.
  if (existsSync(keyring)) localKeyring(keyring);
  const isFirstStart = ensureSecrets(dataFolder, recipes, { mayHoldJournal });
  // Without an outbox nobody here could open the link that the sign-up is confirmed by.
  if (isFirstStart && wantsDemo && !isGiven(env, "SMTP_URL")) beginDemo(dataFolder);
}
