import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { createKeyring } from "../../api/src/crypto/keyring.ts";
import { createPkcs11Key } from "../../api/src/vault/mek/pkcs11.ts";
import { countDataKeys } from "../launcher/data-keys.ts";
import { makePrivateFolder, writeAtomically } from "../launcher/files.ts";
import { variable, type Environment } from "../launcher/settings.ts";

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

/** Makes the master key that `PKCS11_KEY` names in the token. @throws Error when it is there already. */
export async function initPkcs11(env: Environment): Promise<void> {
  const setting = (name: string) => {
    const value = variable(env, name);
    if (value === undefined) throw new Error(`${name} is not set.`);
    return value;
  };
  const label = setting("PKCS11_KEY").split(",")[0]?.trim() ?? "";
  const token = setting("PKCS11_TOKEN");
  const address = { module: setting("PKCS11_MODULE"), token, pin: setting("PKCS11_PIN") };
  await createPkcs11Key(address, label);
  console.log(
    `Made ${label} in the token ${token}, which never gives it out. Without that token nobody opens what is wrapped ` +
      "under it: see to a second one by the means of its maker before it is used.",
  );
}
