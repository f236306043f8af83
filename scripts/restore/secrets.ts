import { readFileSync } from "node:fs";
import { identityToRecipient } from "age-encryption";
import {
  BACKUP_IDENTITY_FILE,
  BACKUP_KEY_FILE,
  findBackupKey,
  findIdentities,
  identitiesIn,
} from "../backup/keys.ts";
import { keyringIn, type Kit } from "../backup/kit.ts";
import type { Manifest } from "../backup/manifest.ts";
import { variable, type Environment } from "../launcher/settings.ts";
import { readKeyring } from "./refusals.ts";

/** What opens backups, and says that they are of this installation. */
export interface Openers {
  readonly key: Buffer | null;
  readonly identities: readonly string[];
  /** Null where master keys are elsewhere, or lost. */
  readonly keyring: Buffer | null;
}

/**
 * Those of the recovery kit if one was given, else those of the data folder or of the environment.
 *
 * @param options.isNew - Whether the kit's secrets become those of the installation. Otherwise its servers go on with the
 *   keyring they have.
 */
export function findOpeners(
  env: Environment,
  dataFolder: string,
  kit: Kit | null,
  { isNew }: { readonly isNew: boolean } = { isNew: false },
): Openers {
  const keyringFile = variable(env, "KEYRING_FILE") ?? `${dataFolder}/keyring`;
  if (kit === null) {
    return {
      key: findBackupKey(env, dataFolder),
      identities: findIdentities(env, dataFolder),
      keyring: readKeyring(keyringFile),
    };
  }
  const key = kit.secrets[BACKUP_KEY_FILE];
  // A file of one's own goes before: the kit of an installation that encrypts to somebody else's key has none.
  const given = env["BACKUP_IDENTITY_FILE"] ?? "";
  const text = given === "" ? kit.secrets[BACKUP_IDENTITY_FILE] : readFileSync(given, "utf8");
  return {
    key: key === undefined ? null : Buffer.from(key.trim(), "base64url"),
    identities: identitiesIn(text ?? ""),
    keyring: (isNew ? keyringIn(kit) : null) ?? readKeyring(keyringFile),
  };
}

/** @throws Error when nothing at hand opens what was encrypted to these recipients. */
export async function refuseWrongIdentity(
  manifests: readonly Manifest[],
  identities: readonly string[],
): Promise<void> {
  const ours = await Promise.all(identities.map((identity) => identityToRecipient(identity)));
  for (const { id, set, recipients } of manifests) {
    if (recipients.some((recipient) => ours.includes(recipient))) continue;
    const held = ours.length === 0 ? "there is none here" : `what is here opens ${ours.join(", ")}`;
    throw new Error(
      `The backup ${id} of the ${set} was encrypted to ${recipients.join(", ")}, and ${held}. Nothing was changed. ` +
        "Give the recovery kit (--kit FILE), or name the file with the identity in BACKUP_IDENTITY_FILE.",
    );
  }
}
