import { closeSync, constants, fstatSync, lstatSync, openSync, readFileSync } from "node:fs";
import { dekIdOf } from "../../crypto/data-key.ts";
import { decodeKeyring, KeyringError } from "../../crypto/keyring.ts";
import { randomBytes } from "../../crypto/random.ts";
import {
  SUITE_LOCAL_AES_256_GCM,
  unwrapDek,
  wrapDek,
  type WrapContext,
} from "../../crypto/wrap.ts";
import { MekUnavailable, MekUnknown, type MekProvider, type Wrap } from "./provider.ts";

/**
 * Master keys in a file of this machine. A changed file is read again when the current key is asked for, or a key that
 * is not known. A file that is missing or refused then changes nothing, except that `health` fails and says why.
 *
 * A keyring that shares no key with the one before may be a wrong file, or one whose rotation and retirement nobody was
 * there to see. It wraps nothing, and nor do the keys that are no longer in it, until one of its keys opens a data key:
 * then it takes the place of the former.
 *
 * @throws {@link KeyringError} when the file is missing, may be read by others, or is damaged.
 */
export function localKeyring(file: string): MekProvider {
  let held = readKeyring(file);
  let strangers: typeof held | null = null;
  let fault: KeyringError | null = null;

  const refresh = (): void => {
    if (fault === null && stampOf(file) === held.stamp) return;
    strangers = null;
    try {
      const found = readKeyring(file);
      if (![...found.keys.keys()].some((mekRef) => held.keys.has(mekRef))) {
        strangers = found;
        throw fail(
          file,
          "another",
          "it has none of the keys it had before; new accounts have to wait until it opens a data key, or a restart",
        );
      }
      held = found;
      fault = null;
    } catch (error) {
      if (!(error instanceof KeyringError)) throw error;
      fault = error;
    }
  };
  const find = (mekRef: string) => {
    if (!held.keys.has(mekRef)) refresh();
    return held.keys.get(mekRef)?.key;
  };
  const openAsStranger = (wrap: Wrap, context: WrapContext): Buffer => {
    const found = strangers;
    const key = found?.keys.get(wrap.mekRef)?.key;
    if (found === null || key === undefined) throw new MekUnknown(wrap.mekRef);
    const dek = unwrapDek(key, wrap.blob, context);
    held = found;
    strangers = null;
    fault = null;
    return dek;
  };

  const provider: MekProvider = {
    current: () => {
      refresh();
      return Promise.resolve(held.active);
    },
    wrap: async (dek, context) => {
      const { mekRef } = context;
      const key = find(mekRef);
      if (key === undefined) throw new MekUnknown(mekRef);
      if (strangers !== null) throw new MekUnavailable(mekRef, "gone");
      const blob = new Uint8Array(wrapDek(key, dek, context));
      return Promise.resolve({ mekRef, suite: SUITE_LOCAL_AES_256_GCM, blob });
    },
    unwrap: async (wrap, context) => {
      if (wrap.suite !== SUITE_LOCAL_AES_256_GCM) throw new MekUnknown(wrap.mekRef);
      const key = find(wrap.mekRef);
      return Promise.resolve(
        key === undefined ? openAsStranger(wrap, context) : unwrapDek(key, wrap.blob, context),
      );
    },
    health: async () => {
      const dek = randomBytes(32);
      const mekRef = await provider.current();
      if (fault !== null) throw fault;
      const context = { ownerId: randomBytes(16), version: 1, dekId: dekIdOf(dek), mekRef };
      await provider.unwrap(await provider.wrap(dek, context), context);
    },
  };
  return provider;
}

type Fault = "missing" | "link" | "unreadable" | "open_to_others" | "damaged" | "another";

const fail = (file: string, fault: Fault, why: string) =>
  new KeyringError(`The keyring ${file} cannot be used: ${why}.`, `keyring:${fault} ${file}`);

/** Differs whenever the file, its content or its mode is another; null when it is out of reach. */
function stampOf(file: string): string | null {
  try {
    return stampOfStat(lstatSync(file, { bigint: true }));
  } catch {
    return null;
  }
}

const stampOfStat = (stat: { dev: bigint; ino: bigint; size: bigint; ctimeNs: bigint }) =>
  [stat.dev, stat.ino, stat.size, stat.ctimeNs].join();

function readKeyring(file: string) {
  let descriptor: number | null = null;
  try {
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW);
    // Taken before the content: what is written meanwhile makes another stamp, and is read the next time.
    const stat = fstatSync(descriptor, { bigint: true });
    if ((stat.mode & 0o077n) !== 0n) {
      throw fail(
        file,
        "open_to_others",
        `others may read it. Let only its owner: chmod 600 ${file}`,
      );
    }
    const keys = new Map(decode(file, descriptor).map((key) => [`local:${key.id}`, key]));
    // Exactly one: what has none, or several, is no keyring.
    const [active = ""] = [...keys].flatMap(([ref, key]) => (key.status === "active" ? ref : []));
    return { keys, active, stamp: stampOfStat(stat) };
  } catch (error) {
    throw error instanceof KeyringError ? error : unread(file, error);
  } finally {
    if (descriptor !== null) closeSync(descriptor);
  }
}

function decode(file: string, descriptor: number) {
  const bytes = readFileSync(descriptor);
  try {
    return decodeKeyring(bytes);
  } catch (error) {
    throw error instanceof KeyringError ? fail(file, "damaged", error.message) : error;
  } finally {
    bytes.fill(0);
  }
}

/** What the system says of a file that could not be read. */
function unread(file: string, error: unknown): KeyringError {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "ELOOP") return fail(file, "link", "it is a symbolic link");
  if (code !== "ENOENT") return fail(file, "unreadable", `it cannot be read (${String(code)})`);
  return fail(
    file,
    "missing",
    "it is missing. Restore it from its backup; without it no journal opens. " +
      "Only where there is no journal yet: npm run keys:init -- --file <path>",
  );
}
