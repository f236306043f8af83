import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { createKeyring } from "../../api/src/crypto/keyring.ts";
import { countDataKeys } from "../launcher/data-keys.ts";
import { makePrivateFolder, writeAtomically } from "../launcher/files.ts";
import { variable } from "../launcher/settings.ts";

/** Makes a keyring file. Refuses where keys are in use: a new keyring does not open what the old one sealed. */
export async function init(file: string): Promise<void> {
  const path = resolve(file);
  if (existsSync(path)) throw new Error(`${path} is there already, and is never overwritten.`);
  const url = variable(process.env, "PLATFORM_DATABASE_URL");
  if (url !== undefined) {
    const counts = await countDataKeys("platform", url);
    const inUse = [...counts.values()].reduce((total, count) => total + count, 0);
    if (inUse > 0) {
      throw new Error(
        `The platform database holds ${inUse} data keys, which only the keyring they were made with opens. ` +
          "No new one was made; restore that keyring from its backup.",
      );
    }
  }
  makePrivateFolder(dirname(path));
  writeAtomically(path, createKeyring(new Date()));
  console.log(
    `Made ${path}. Whoever has it and a copy of the databases can read every journal; ` +
      "without it nobody can. Keep a copy of it, apart from the backups of the databases.",
  );
}
