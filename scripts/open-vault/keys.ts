import { readFileSync, statSync } from "node:fs";
import { dataKey, type DataKey } from "../../api/src/crypto/data-key.ts";
import { DecryptionError } from "../../api/src/crypto/decryption-error.ts";
import { decodeKeyring, KeyringError, type MasterKey } from "../../api/src/crypto/keyring.ts";
import { SUITE_LOCAL_AES_256_GCM, unwrapDek } from "../../api/src/crypto/wrap.ts";
import type { Row } from "./sql-dump.ts";

/** Why something does not open, in words for the one who tries. */
export class Unopened extends Error {
  override readonly name = "Unopened";
}

/** Master keys by their reference, `local:<id>`. */
export type Keyring = ReadonlyMap<string, MasterKey>;

/**
 * Reads a keyring file. Unlike the server it takes one that others may read, after a warning: whoever needs this
 * program has other worries.
 *
 * @throws when it cannot be read, or is damaged.
 */
export function readKeyring(path: string, warn: (line: string) => void): Keyring {
  if ((statSync(path).mode & 0o077) !== 0) {
    warn(`others on this machine may read the keyring ${path}; chmod 600 would keep it to you`);
  }
  const bytes = readFileSync(path);
  try {
    return new Map(decodeKeyring(bytes).map((key) => [`local:${key.id}`, key]));
  } catch (error) {
    if (!(error instanceof KeyringError)) throw error;
    throw new Error(`The keyring ${path} cannot be used: ${error.message}.`, { cause: error });
  } finally {
    bytes.fill(0);
  }
}

/** The tables that hold wrapped data keys: the vault's own, and the platform's. */
export const KEY_TABLES: readonly string[] = ["vault_keys", "dek_wraps"];

interface Wrap {
  readonly mekRef: string;
  readonly suite: number;
  readonly blob: Buffer;
  /** The platform's table does not say. The header of each box does, so it is not needed. */
  readonly dekId: Buffer | null;
}

/** Data keys as they are stored, by `<owner in hex>/<version>`. */
export interface KeysSet {
  readonly wraps: Map<string, Wrap[]>;
  /** How many there are under each master key, by reference. */
  readonly references: Map<string, number>;
}

export const emptyKeysSet = (): KeysSet => ({ wraps: new Map(), references: new Map() });

/** Adds a row of one of {@link KEY_TABLES}. */
export function addWrap({ wraps, references }: KeysSet, { value }: Row): void {
  const [owner, version, blob] = [value("owner_id"), value("version"), value("blob")];
  if (owner === null || version === null || blob === null) return;
  const dekId = value("dek_id");
  const mekRef = String(value("mek_ref") ?? "");
  const name = `${owner.toString("hex")}/${version.toString("latin1")}`;
  const wrap: Wrap = {
    mekRef,
    suite: Number(value("suite")),
    // Copied: the values of a row do not outlast it.
    blob: Buffer.from(blob),
    dekId: dekId && Buffer.from(dekId),
  };
  wraps.set(name, [...(wraps.get(name) ?? []), wrap]);
  references.set(mekRef, (references.get(mekRef) ?? 0) + 1);
}

/** Unwraps data keys as boxes ask for them. Rows of one owner lie together, so few are kept. */
export interface DataKeys {
  /**
   * @param dekId - As the box names it.
   * @throws {@link Unopened} that says what is missing.
   */
  readonly find: (ownerId: Buffer, version: number, dekId: Buffer) => DataKey;
}

const KEPT_KEYS = 256;

export function dataKeys(set: KeysSet, keyring: Keyring): DataKeys {
  const kept = new Map<string, DataKey>();
  return {
    find: (ownerId, version, dekId) => {
      const name = `${ownerId.toString("hex")}/${version}`;
      const cached = `${name}/${dekId.toString("hex")}`;
      const known = kept.get(cached);
      if (known !== undefined) return known;
      const wraps = set.wraps.get(name) ?? [];
      if (wraps.length === 0) {
        throw new Unopened(`there is no data key of version ${version} for it in the keys set`);
      }
      let why = "";
      for (const wrap of wraps) {
        try {
          const key = unwrap(wrap, { ownerId, version, dekId }, keyring);
          if (kept.size === KEPT_KEYS) kept.clear();
          kept.set(cached, key);
          return key;
        } catch (error) {
          if (!(error instanceof Unopened)) throw error;
          why = error.message;
        }
      }
      throw new Unopened(why);
    },
  };
}

function unwrap(
  { mekRef, suite, blob, dekId: stored }: Wrap,
  context: { readonly ownerId: Buffer; readonly version: number; readonly dekId: Buffer },
  keyring: Keyring,
): DataKey {
  if (stored !== null && !stored.equals(context.dekId)) {
    throw new Unopened("the box names another data key than the keys set has for its version");
  }
  const master = keyring.get(mekRef);
  if (master === undefined) throw new Unopened(`its data key is ${missingMasterKey(mekRef)}`);
  if (suite !== SUITE_LOCAL_AES_256_GCM) {
    throw new Unopened(
      `its data key is wrapped by suite ${suite}, which this program does not know`,
    );
  }
  try {
    const dek = unwrapDek(master.key, blob, { ...context, mekRef });
    try {
      return dataKey(context.version, dek);
    } finally {
      dek.fill(0);
    }
  } catch (error) {
    if (!(error instanceof DecryptionError)) throw error;
    throw new Unopened("the wrap of its data key does not open: it was altered, or is another's", {
      cause: error,
    });
  }
}

/** Of data keys under a master key that is not in the keyring: where they stand. */
export function missingMasterKey(mekRef: string): string {
  return mekRef.startsWith("local:")
    ? `wrapped under ${mekRef}, which is not in this keyring`
    : `wrapped under ${mekRef}: only that key service can unwrap it`;
}
