/** The recovery kit of an installation: see USAGE, and docs/operations.md. */
import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parseArgs } from "node:util";
import { ensureBackupKeys } from "./backup/keys.ts";
import {
  collectKit,
  KIT_SECRETS,
  noteKit,
  openKit,
  refuseUselessKit,
  sealKit,
} from "./backup/kit.ts";
import { kitPassphrase } from "./backup/passphrase.ts";
import { asError, makePrivateFolder, writeAtomically } from "./launcher/files.ts";
import { readSettings } from "./launcher/settings.ts";
import { isWrongUsage, UsageError } from "./lib/usage.ts";

const USAGE = `Usage:
  npm run backup:kit -- --to FILE
      write the secrets without which no backup can be used into one file of age, sealed with a passphrase
  npm run backup:kit -- --check FILE
      open it, and say what is in it

The passphrase is asked for, or is the first line of the file BACKUP_KIT_PASSPHRASE_FILE. Keep the file and the
passphrase on other machines than this one, and not in one place.`;

async function make(to: string): Promise<void> {
  const env = process.env;
  const { dataFolder } = readSettings(env, { isDev: false });
  const file = resolve(to);
  if (existsSync(file)) throw new Error(`${file} is there already, and is never overwritten.`);
  if (collectKit(env, dataFolder)["secrets/token_key"] === undefined) {
    throw new Error(
      `There is no TimOS in ${dataFolder}, and no variable names its secrets. Set TIMOS_DATA_DIR, or give this command ` +
        "the environment of the servers.",
    );
  }
  const { key, recipients } = await ensureBackupKeys(env, dataFolder);
  const secrets = collectKit(env, dataFolder);
  await refuseUselessKit(secrets, recipients);
  const names = KIT_SECRETS.filter((name) => secrets[name] !== undefined);
  const madeAt = new Date();
  const sealed = await sealKit(secrets, await kitPassphrase(env, true), madeAt);
  makePrivateFolder(dirname(file));
  writeAtomically(file, sealed);
  noteKit(dataFolder, { madeAt, secrets }, file, key);
  console.log(`Made ${file}, which holds:\n${names.map((name) => `  ${name}`).join("\n")}`);
  if (!names.includes("keyring")) {
    console.log(
      "The master keys are a provider's, and in no kit: without it, or a copy by its means, no journal opens.",
    );
  }
  if (!names.includes("secrets/backup_identity")) {
    console.log(
      "Backups are encrypted to BACKUP_RECIPIENTS, whose identity is not on this machine: keep that too.",
    );
  }
  console.log(
    "Whoever has it, its passphrase and a backup can read every journal. Keep it where this machine's loss does not reach.",
  );
}

async function check(file: string): Promise<void> {
  const { madeAt, secrets } = await openKit(resolve(file), await kitPassphrase(process.env, false));
  const names = KIT_SECRETS.filter((name) => secrets[name] !== undefined);
  console.log(
    `A recovery kit of ${madeAt.toISOString()}:\n${names.map((name) => `  ${name}`).join("\n")}`,
  );
}

try {
  const { values } = parseArgs({ options: { to: { type: "string" }, check: { type: "string" } } });
  if ((values.to === undefined) === (values.check === undefined)) throw new UsageError();
  if (values.to !== undefined) await make(values.to);
  if (values.check !== undefined) await check(values.check);
} catch (error) {
  const isMisuse = isWrongUsage(error);
  console.error(
    [asError(error).message, ...(isMisuse ? [USAGE] : [])].filter(Boolean).join("\n\n"),
  );
  process.exitCode = isMisuse ? 2 : 1;
}
