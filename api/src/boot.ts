import { setTimeout as sleep } from "node:timers/promises";
import { ConfigError, readConfig } from "./config.ts";
import { AppError } from "./contract/errors.ts";
import { DecryptionError } from "./crypto/decryption-error.ts";
import { KeyringError } from "./crypto/keyring.ts";
import { openDeps, type Deps } from "./deps.ts";
import { withErasuresReplayed } from "./features/account/replay.ts";
import { BreachedPasswordsError } from "./lib/breached-passwords.ts";
import { createLogger } from "./lib/logger.ts";
import { MekSetupError, MekUnavailable, MekUnknown } from "./vault/mek/provider.ts";

/** How long it waits for a database or a key service that may still be starting. */
const PATIENCE_MS = 60_000;

/**
 * What every process does first: reads the configuration, opens what it names, and proves that the data keys in use
 * can be unwrapped. A process that could not read what it wrote does not start.
 *
 * @returns null when it must not start; why is said on standard error.
 */
export async function boot(service: string): Promise<Deps | null> {
  try {
    const config = readConfig();
    const logger = createLogger(service, config.logLevel);
    const deps = await openDeps(config, { logger, clock: () => new Date() });
    try {
      await proveKeys(deps);
      return await withErasuresReplayed(deps);
    } catch (error) {
      await deps.close();
      throw error;
    }
  } catch (error) {
    const why = refusal(error);
    if (why === null) throw error;
    process.stderr.write(`TimOS does not start. ${why}\n`);
    return null;
  }
}

/** Waits for what is still starting: there is nothing to prove against before. */
async function proveKeys({ keys, logger }: Deps): Promise<void> {
  const giveUpAt = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      await keys.prove();
      return;
    } catch (error) {
      if (!mayPass(error) || performance.now() > giveUpAt) throw error;
      logger.warn({ err: error }, "waiting for what proves the keys");
      await sleep(1000);
    }
  }
}

function mayPass(error: unknown): boolean {
  if (!(error instanceof AppError)) return false;
  const { code, cause } = error;
  return cause instanceof MekUnavailable ? cause.passes : code === "platform_unavailable";
}

/** What makes a provider have a key again. */
const REMEDIES: Readonly<Record<string, string>> = {
  local: "Restore the keyring that has it from its backup.",
  pkcs11: "Name it in PKCS11_KEY, and have the token that holds it in its slot.",
  awskms:
    "Name it in AWS_KMS_KEY_ID, and let this server's role use it (kms:Encrypt, kms:Decrypt).",
  gcpkms:
    "Name it in GCP_KMS_KEY, and let this server's account use it (roles/cloudkms.cryptoKeyEncrypterDecrypter).",
  vault:
    "Name it in VAULT_TRANSIT_KEY, and let this server's token use it (update on encrypt and decrypt).",
};

const remedyFor = (mekRef: string) =>
  REMEDIES[mekRef.split(":", 1)[0] ?? ""] ?? "No provider is called so.";

function refusal(error: unknown): string | null {
  if (
    error instanceof ConfigError ||
    error instanceof KeyringError ||
    error instanceof MekSetupError ||
    error instanceof BreachedPasswordsError
  ) {
    return error.message;
  }
  if (error instanceof MekUnknown) {
    return `Data keys are wrapped under the master key ${error.mekRef}, which is not configured here. ${remedyFor(error.mekRef)}`;
  }
  if (error instanceof DecryptionError) {
    return "A data key does not unwrap: the master keys and the platform database do not belong together, or one was altered.";
  }
  if (error instanceof AppError && error.cause instanceof MekUnavailable) {
    const { mekRef, message } = error.cause;
    return `Data keys are wrapped under a master key, and ${message}. ${remedyFor(mekRef)}`;
  }
  if (error instanceof AppError && error.code === "platform_unavailable") {
    return "The platform database cannot be reached.";
  }
  return null;
}
