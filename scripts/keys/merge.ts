import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { isGiven, readSettings, variable, type Environment } from "../launcher/settings.ts";
import { merge } from "./keyring-file.ts";

/**
 * Adds the keys of another keyring file to the installation's. Needs no database: it may be what keeps a server from
 * starting that a key is missing.
 */
export async function mergeKeyring(env: Environment, otherFile: string): Promise<void> {
  const { dataFolder } = readSettings(env, { isDev: false });
  const file = isGiven(env, "KEYRING_FILE")
    ? (variable(env, "KEYRING_FILE") ?? "")
    : join(dataFolder, "keyring");
  const other = resolve(otherFile);
  for (const path of [file, other]) {
    if (!existsSync(path)) throw new Error(`There is no keyring ${path}.`);
  }
  const added = await merge(file, other);
  for (const id of added) console.log(`Added local:${id} to ${file}: it opens, and wraps nothing.`);
  if (added.length === 0) console.log(`${file} has every key of ${other} already.`);
}
