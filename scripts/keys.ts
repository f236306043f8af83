/** The master keys of an installation: see USAGE. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { createKeyring, decodeKeyring } from "../api/src/crypto/keyring.ts";
import { countDataKeys } from "./launcher/data-keys.ts";
import { asError, makePrivateFolder, writeAtomically } from "./launcher/files.ts";
import { databaseUrl } from "./launcher/mariadb.ts";
import { readRunFile } from "./launcher/run-file.ts";
import { readSettings, variable } from "./launcher/settings.ts";

const USAGE = `Usage:
  npm run keys:init -- --file PATH   make a new keyring for a new installation
  npm run keys:status                the master keys, and how many data keys each one wraps

keys:status looks at KEYRING_FILE, PLATFORM_DATABASE_URL and VAULT_DATABASE_URL where they are set,
else at the TimOS that runs on TIMOS_DATA_DIR (./.data).`;

/** Makes a keyring file. Refuses where keys are in use: a new keyring does not open what the old one sealed. */
async function init(file: string): Promise<void> {
  const path = resolve(file);
  if (existsSync(path)) throw new Error(`${path} is there already, and is never overwritten.`);
  const url = variable(process.env, "PLATFORM_DATABASE_URL");
  if (url !== undefined) {
    const inUse = sum(await countDataKeys("platform", url));
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

async function status(): Promise<void> {
  const { keyringFile, urls } = findInstallation();
  const keys = decodeKeyring(readFileSync(keyringFile));
  const platform = await countDataKeys("platform", urls.platform);
  const vault = await countDataKeys("vault", urls.vault);
  console.log(`Keyring: ${keyringFile}`);
  for (const { id, status: state, createdAt } of keys) {
    const words = state === "active" ? "active" : "opens only";
    console.log(`  local:${id}  ${words.padEnd(10)}  made ${createdAt.toISOString()}`);
  }
  console.log("Data keys wrapped under each master key:");
  const references = [...new Set([...platform.keys(), ...vault.keys()])].sort();
  for (const reference of references) {
    const counts = `platform ${platform.get(reference) ?? 0}, vault ${vault.get(reference) ?? 0}`;
    const isHere = keys.some(({ id }) => reference === `local:${id}`);
    console.log(`  ${reference}  ${counts}${isHere ? "" : "  NOT IN THE KEYRING"}`);
    if (!isHere) process.exitCode = 1;
  }
  if (references.length === 0) console.log("  none yet");
}

function findInstallation() {
  const { given, dataFolder } = readSettings(process.env, { isDev: false });
  const keyringFile = variable(process.env, "KEYRING_FILE");
  if (given.databases !== undefined && keyringFile !== undefined) {
    return { keyringFile, urls: given.databases };
  }
  const run = readRunFile(dataFolder);
  const urlOf = (role: "platform" | "vault") =>
    databaseUrl(dataFolder, role, "app", run.mariadb.port);
  return {
    keyringFile: keyringFile ?? run.keyringFile,
    urls: given.databases ?? { platform: urlOf("platform"), vault: urlOf("vault") },
  };
}

const sum = (counts: ReadonlyMap<string, number>) =>
  [...counts.values()].reduce((total, count) => total + count, 0);

const [command, flag, file, ...rest] = process.argv.slice(2);
try {
  const isInit = command === "init" && flag === "--file" && file !== undefined && rest.length === 0;
  if (isInit) await init(file);
  else if (command === "status" && flag === undefined) await status();
  else {
    console.error(USAGE);
    process.exitCode = 2;
  }
} catch (error) {
  console.error(asError(error).message);
  process.exitCode = 1;
}
