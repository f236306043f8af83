import { setTimeout as sleep } from "node:timers/promises";
import { ConfigError, readConfig } from "./config.ts";
import { AppError } from "./contract/errors.ts";
import { DecryptionError } from "./crypto/decryption-error.ts";
import { KeyringError } from "./crypto/keyring.ts";
import { openDeps, type Deps } from "./deps.ts";
import { createLogger } from "./lib/logger.ts";
import { MekUnknown } from "./vault/mek.ts";

/** About a minute of a database that answers at once that it is not there; longer for one that does not answer. */
const ATTEMPTS = 60;

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
    await proveKeys(deps);
    return deps;
  } catch (error) {
    const why = refusal(error);
    if (why === null) throw error;
    process.stderr.write(`TimOS does not start. ${why}\n`);
    return null;
  }
}

/** Waits for a database that is still starting: there is nothing to prove against before. */
async function proveKeys({ keys, logger }: Deps): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await keys.prove();
      return;
    } catch (error) {
      const isWaiting = error instanceof AppError && error.code === "platform_unavailable";
      if (!isWaiting || attempt === ATTEMPTS) throw error;
      logger.warn({ err: error }, "waiting for the platform database");
      await sleep(1000);
    }
  }
}

function refusal(error: unknown): string | null {
  if (error instanceof ConfigError || error instanceof KeyringError) return error.message;
  if (error instanceof MekUnknown) {
    return `Data keys are wrapped under the master key ${error.mekRef}, which the keyring does not hold. Restore the keyring that has it from its backup.`;
  }
  if (error instanceof DecryptionError) {
    return "A data key does not unwrap: the keyring and the platform database do not belong together, or one was altered.";
  }
  if (error instanceof AppError && error.code === "platform_unavailable") {
    return "The platform database cannot be reached.";
  }
  return null;
}
