import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { makePrivateFolder, writeAtomically } from "../launcher/files.ts";
import { isGiven, variable, type Environment } from "../launcher/settings.ts";
import { checkRecipients } from "./age.ts";

/** Where a data folder keeps them. */
export const BACKUP_KEY_FILE = "secrets/backup_key";
export const BACKUP_IDENTITY_FILE = "secrets/backup_identity";

const KEY_BYTES = 32;

/**
 * The installation's `backup_key`, which manifests are signed with: `BACKUP_KEY`, else the one of the data folder.
 *
 * @returns null when there is none.
 */
export function findBackupKey(env: Environment, dataFolder: string): Buffer | null {
  const file = join(dataFolder, BACKUP_KEY_FILE);
  const isElsewhere = isGiven(env, "BACKUP_KEY");
  if (!isElsewhere && !existsSync(file)) return null;
  const text = isElsewhere ? (variable(env, "BACKUP_KEY") ?? "") : readFileSync(file, "utf8");
  const key = Buffer.from(text.trim(), "base64url");
  if (key.length < KEY_BYTES) {
    const where = isElsewhere ? "BACKUP_KEY" : file;
    throw new Error(
      `${where} is no key of ${KEY_BYTES} bytes in base64url. Restore it from the recovery kit.`,
    );
  }
  return key;
}

/**
 * The identities of age that open backups: those of the file `BACKUP_IDENTITY_FILE`, else that of the data folder. As in
 * the files of `age-keygen`, one a line, and lines with `#` say nothing.
 *
 * @returns none where there is no such file.
 */
export function findIdentities(env: Environment, dataFolder: string): readonly string[] {
  const given = env["BACKUP_IDENTITY_FILE"] ?? "";
  const file = given === "" ? join(dataFolder, BACKUP_IDENTITY_FILE) : given;
  if (!existsSync(file)) {
    if (given === "") return [];
    throw new Error(`BACKUP_IDENTITY_FILE names a file that is not there: ${file}`);
  }
  return identitiesIn(readFileSync(file, "utf8"));
}

/** The identities in the text of such a file. */
export const identitiesIn = (text: string): readonly string[] =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));

/** What a backup is made with. */
export interface BackupKeys {
  readonly key: Buffer;
  readonly recipients: readonly string[];
}

/**
 * The key and the recipients of backups. What is missing is made: the key, and, where `BACKUP_RECIPIENTS` names nobody,
 * nor `BACKUP_IDENTITY_FILE` an identity, one of those. Both are of no use to anything that exists, so making them cannot
 * hide that one was lost; the backups that were made with a lost one still say so.
 *
 * @throws Error when a recipient is none, or the file with the identities has none.
 */
export async function ensureBackupKeys(env: Environment, dataFolder: string): Promise<BackupKeys> {
  const listed = (variable(env, "BACKUP_RECIPIENTS") ?? "").split(/[\s,]+/).filter(Boolean);
  checkRecipients(listed);
  let key = findBackupKey(env, dataFolder);
  if (key === null) {
    key = randomBytes(KEY_BYTES);
    writeSecret(join(dataFolder, BACKUP_KEY_FILE), `${key.toString("base64url")}\n`);
  }
  if (listed.length > 0) return { key, recipients: listed };
  // The same that the kit packs and a restore opens backups with.
  const given = env["BACKUP_IDENTITY_FILE"] ?? "";
  const file = given === "" ? join(dataFolder, BACKUP_IDENTITY_FILE) : given;
  if (given === "" && !existsSync(file)) writeSecret(file, `${await generateX25519Identity()}\n`);
  const identities = findIdentities(env, dataFolder);
  if (identities.length === 0) throw new Error(`There is no identity of age in ${file}.`);
  return { key, recipients: await recipientsOf(identities) };
}

/** To whom is encrypted what these identities open. */
export const recipientsOf = (identities: readonly string[]): Promise<string[]> =>
  Promise.all(identities.map((text) => identityToRecipient(text)));

function writeSecret(file: string, text: string): void {
  makePrivateFolder(dirname(file));
  writeAtomically(file, text);
}
