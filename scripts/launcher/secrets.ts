import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { createKeyring } from "../../api/src/crypto/keyring.ts";
import { newSigningKeys, writeSigningKeys } from "../jwt/signing-keys.ts";
import { makePrivateFolder, writeAtomically } from "./files.ts";

/** How each secret is made, by the name of its file within the data folder. */
export type Recipes = Readonly<Record<string, () => string | Uint8Array>>;

const random32 = () => randomBytes(32).toString("base64url");

/** The passwords of the private MariaDB's accounts. */
export const MARIADB_SECRETS = {
  "secrets/platform_app_password": random32,
  "secrets/platform_migrate_password": random32,
  "secrets/vault_app_password": random32,
  "secrets/vault_migrate_password": random32,
} satisfies Recipes;

export const REDIS_SECRETS = { "secrets/redis_password": random32 } satisfies Recipes;

/** What the API needs: the master keys, and the keys of tokens and passwords. */
export const API_SECRETS = {
  keyring: () => createKeyring(new Date()),
  "secrets/token_key": random32,
  "secrets/password_pepper": random32,
  "secrets/jwt_keys.json": () => writeSigningKeys(newSigningKeys(new Date())),
} satisfies Recipes;

/**
 * Makes the secrets that are missing, each written whole or not at all.
 *
 * Where a journal may exist already, nothing is made and a missing secret is an error: a new one would not open
 * what was sealed under the old, and would hide that the old one is gone.
 *
 * @returns whether any was made.
 */
export function ensureSecrets(
  dataFolder: string,
  recipes: Recipes,
  options: { mayHoldJournal: boolean },
): boolean {
  const missing = Object.keys(recipes).filter((name) => !existsSync(join(dataFolder, name)));
  if (missing.length === 0) return false;
  if (options.mayHoldJournal) throw new Error(missingSecrets(dataFolder, missing));
  for (const name of missing) {
    const file = join(dataFolder, name);
    makePrivateFolder(dirname(file));
    const make = recipes[name];
    if (make !== undefined) writeAtomically(file, make());
  }
  return true;
}

/** Reads one secret of the data folder. */
export const readSecret = (dataFolder: string, name: string): string =>
  readFileSync(join(dataFolder, name), "utf8").trim();

function missingSecrets(dataFolder: string, missing: readonly string[]): string {
  const files = missing.map((name) => `  ${join(dataFolder, name)}`).join("\n");
  const here = relative(process.cwd(), dataFolder);
  return (
    `${missing.length === 1 ? "A secret of this journal is" : "Secrets of this journal are"} missing:\n${files}\n` +
    `The data folder ${here.startsWith("..") || here === "" ? dataFolder : here} holds databases made with it. ` +
    "Without it the journal cannot be opened, and a new one would not help, so nothing was written.\n" +
    "Restore the file from your backup of the data folder and start again."
  );
}
