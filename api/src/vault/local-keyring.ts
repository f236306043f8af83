import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { dekIdOf } from "../crypto/data-key.ts";
import { decodeKeyring, KeyringError } from "../crypto/keyring.ts";
import { randomBytes } from "../crypto/random.ts";
import { SUITE_LOCAL_AES_256_GCM, unwrapDek, wrapDek } from "../crypto/wrap.ts";
import { MekUnknown, type MekProvider } from "./mek.ts";

/**
 * Master keys in a file of this machine.
 *
 * @throws {@link KeyringError} when the file is missing, may be read by others, or is damaged.
 */
export function localKeyring(file: string): MekProvider {
  const keys = new Map(readKeyring(file).map((key) => [`local:${key.id}`, key]));
  const active = [...keys].find(([, key]) => key.status === "active");
  if (active === undefined) throw new KeyringError("it must have exactly one active key");
  const [mekRef, { key: activeKey }] = active;

  const provider: MekProvider = {
    current: () => Promise.resolve(mekRef),
    wrap: (dek, context) =>
      Promise.resolve({
        mekRef,
        suite: SUITE_LOCAL_AES_256_GCM,
        blob: new Uint8Array(wrapDek(activeKey, dek, context)),
      }),
    unwrap: async (wrap, context) => {
      const key = keys.get(wrap.mekRef);
      if (key === undefined || wrap.suite !== SUITE_LOCAL_AES_256_GCM)
        throw new MekUnknown(wrap.mekRef);
      return Promise.resolve(unwrapDek(key.key, wrap.blob, context));
    },
    health: async () => {
      const dek = randomBytes(32);
      const context = { ownerId: randomBytes(16), version: 1, dekId: dekIdOf(dek), mekRef };
      await provider.unwrap(await provider.wrap(dek, context), context);
    },
  };
  return provider;
}

function readKeyring(file: string) {
  const fail = (why: string) => new KeyringError(`The keyring ${file} cannot be used: ${why}.`);
  let descriptor: number;
  try {
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT") {
      throw fail(
        "it is missing. Restore it from its backup; without it no journal opens. " +
          "Only where there is no journal yet: npm run keys:init -- --file <path>",
      );
    }
    throw fail(
      code === "ELOOP" ? "it is a symbolic link" : `it cannot be opened (${code ?? "unknown"})`,
    );
  }
  try {
    if ((fstatSync(descriptor).mode & 0o077) !== 0) {
      throw fail(`others may read it. Let only its owner: chmod 600 ${file}`);
    }
    const bytes = readFileSync(descriptor);
    try {
      return decodeKeyring(bytes);
    } catch (error) {
      throw error instanceof KeyringError ? fail(error.message) : error;
    } finally {
      bytes.fill(0);
    }
  } finally {
    closeSync(descriptor);
  }
}
