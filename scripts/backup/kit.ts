import { createHmac } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { Decrypter, Encrypter } from "age-encryption";
import * as z from "zod";
import { API_SECRET_VARIABLES } from "../launcher/make-secrets.ts";
import { makePrivateFolder, writeAtomically } from "../launcher/files.ts";
import { isGiven, variable, type Environment } from "../launcher/settings.ts";
import {
  BACKUP_IDENTITY_FILE,
  BACKUP_KEY_FILE,
  findBackupKey,
  findIdentities,
  identitiesIn,
  recipientsOf,
} from "./keys.ts";
import { DamagedBackup } from "./damaged.ts";

const KIT_FORMAT = "timos-kit/1";

/** What a recovery kit holds, by the names the files have in a data folder. */
export const KIT_SECRETS = [
  "keyring",
  "secrets/token_key",
  "secrets/password_pepper",
  "secrets/jwt_keys.json",
  BACKUP_KEY_FILE,
  BACKUP_IDENTITY_FILE,
] as const;
export type KitSecret = (typeof KIT_SECRETS)[number];

const Kit = z.strictObject({
  format: z.literal(KIT_FORMAT),
  madeAt: z.iso.datetime(),
  secrets: z.partialRecord(z.enum(KIT_SECRETS), z.string()),
});

/** The secrets without which backups are of no use, as they lie in their files. */
export interface Kit {
  readonly madeAt: Date;
  readonly secrets: Readonly<Partial<Record<KitSecret, string>>>;
}

/**
 * What of an installation belongs in its recovery kit: of the data folder, or of wherever the variables say it is. Master
 * keys that a provider keeps are in none.
 */
export function collectKit(env: Environment, dataFolder: string): Kit["secrets"] {
  const key = findBackupKey(env, dataFolder);
  const identities = findIdentities(env, dataFolder);
  const found: Partial<Record<KitSecret, string>> = {};
  for (const [name, variableName] of Object.entries(API_SECRET_VARIABLES)) {
    const text = secretOf(env, variableName, join(dataFolder, name));
    if (text !== undefined) found[name as keyof typeof API_SECRET_VARIABLES] = text;
  }
  if (key !== null) found[BACKUP_KEY_FILE] = `${key.toString("base64url")}\n`;
  if (identities.length > 0) found[BACKUP_IDENTITY_FILE] = `${identities.join("\n")}\n`;
  return found;
}

/**
 * A kit may be without an identity, for whoever keeps that elsewhere; one with the wrong identity looks whole and is not.
 *
 * @throws Error when it has some, and none opens what is encrypted to these recipients.
 */
export async function refuseUselessKit(
  secrets: Kit["secrets"],
  recipients: readonly string[],
): Promise<void> {
  const held = await recipientsOf(identitiesIn(secrets[BACKUP_IDENTITY_FILE] ?? ""));
  if (held.length === 0 || held.some((recipient) => recipients.includes(recipient))) return;
  throw new Error(
    `Backups are encrypted to ${recipients.join(", ")}, and the identity that would be in the kit opens ${held.join(", ")}. ` +
      "Name the file with theirs in BACKUP_IDENTITY_FILE, or name that one in BACKUP_RECIPIENTS too. Nothing was written.",
  );
}

function secretOf(env: Environment, name: string, file: string): string | undefined {
  if (name === "KEYRING_FILE") {
    const keyring = isGiven(env, name) ? (variable(env, name) ?? "") : file;
    return existsSync(keyring) ? readFileSync(keyring, encodingOf("keyring")) : undefined;
  }
  if (isGiven(env, name)) return variable(env, name);
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

/** One file of age that opens with a passphrase, by any program that knows the format. */
export async function sealKit(
  secrets: Kit["secrets"],
  passphrase: string,
  madeAt: Date,
): Promise<Uint8Array> {
  const encrypter = new Encrypter();
  encrypter.setPassphrase(passphrase);
  const content: z.input<typeof Kit> = {
    format: KIT_FORMAT,
    madeAt: madeAt.toISOString(),
    secrets,
  };
  return encrypter.encrypt(JSON.stringify(content));
}

/** @throws DamagedBackup when the file is none, was altered, or the passphrase is wrong: age does not tell these apart. */
export async function openKit(file: string, passphrase: string): Promise<Kit> {
  const decrypter = new Decrypter();
  decrypter.addPassphrase(passphrase);
  let text: string;
  try {
    text = await decrypter.decrypt(readFileSync(file), "text");
  } catch (error) {
    if (!existsSync(file)) throw new Error(`There is no recovery kit ${file}.`, { cause: error });
    throw new DamagedBackup(
      `${file} does not open: the passphrase is wrong, or it is no whole recovery kit.`,
      { cause: error },
    );
  }
  const { madeAt, secrets } = Kit.parse(JSON.parse(text));
  return { madeAt: new Date(madeAt), secrets };
}

/**
 * Puts what a kit holds into a data folder. What is there already stays, and has to be the same.
 *
 * @returns the names of what was written.
 * @throws Error, having written nothing, when a file holds something else.
 */
export function unpackKit(kit: Kit, dataFolder: string): KitSecret[] {
  const held = KIT_SECRETS.flatMap((name) => {
    const text = kit.secrets[name];
    if (text === undefined) return [];
    const encoding = encodingOf(name);
    return [{ name, text, encoding, file: join(dataFolder, name) }];
  });
  const other = held.find(
    ({ file, text, encoding }) =>
      existsSync(file) && readFileSync(file, encoding).trim() !== text.trim(),
  );
  if (other !== undefined) {
    throw new Error(
      `${other.file} is there and is not the kit's. Nothing was written. Move it away if it is of no use any more; ` +
        "of two keyrings, npm run keys:merge makes one.",
    );
  }
  const missing = held.filter(({ file }) => !existsSync(file));
  for (const { file, text, encoding } of missing) {
    makePrivateFolder(dirname(file));
    writeAtomically(file, Buffer.from(text, encoding));
  }
  return missing.map(({ name }) => name);
}

/** A keyring is bytes, and no text. */
const encodingOf = (name: KitSecret): BufferEncoding => (name === "keyring" ? "base64" : "utf8");

/** The keyring that a kit holds, as it lies in its file. */
export function keyringIn(kit: Kit): Buffer | null {
  const text = kit.secrets.keyring;
  return text === undefined ? null : Buffer.from(text, encodingOf("keyring"));
}

const Noted = z.object({ madeAt: z.iso.datetime(), file: z.string(), print: z.string() });

const noteIn = (dataFolder: string) => join(dataFolder, "backup/kit.json");

/** Notes that a kit was made, so that backing up stops asking for one until one of its secrets changes. */
export function noteKit(dataFolder: string, kit: Kit, file: string, key: Buffer): void {
  makePrivateFolder(join(dataFolder, "backup"));
  const note = {
    madeAt: kit.madeAt.toISOString(),
    file: basename(file),
    print: printOf(kit.secrets, key),
  };
  writeAtomically(noteIn(dataFolder), `${JSON.stringify(note)}\n`);
}

/** What there is to say about the recovery kit of an installation; undefined when a kit holds what it should. */
export function kitWarning(env: Environment, dataFolder: string, key: Buffer): string | undefined {
  const file = noteIn(dataFolder);
  const how = "npm run backup:kit -- --to FILE, and keep FILE and its passphrase elsewhere.";
  if (!existsSync(file)) {
    return `No recovery kit was made yet. If this machine is lost, its backups are too: ${how}`;
  }
  const { madeAt, print } = Noted.parse(JSON.parse(readFileSync(file, "utf8")));
  if (print === printOf(collectKit(env, dataFolder), key)) return undefined;
  return `The keys have changed since the recovery kit of ${madeAt.slice(0, 10)}. Make another: ${how}`;
}

/** Tells whether the secrets are those of the kit, and nothing about them. Keys of access tokens may change without it. */
function printOf(secrets: Kit["secrets"], key: Buffer): string {
  const mac = createHmac("sha256", key);
  for (const name of KIT_SECRETS) {
    if (name === "secrets/jwt_keys.json") continue;
    mac.update(JSON.stringify([name, secrets[name]?.trim() ?? null]));
  }
  return mac.digest("hex");
}
