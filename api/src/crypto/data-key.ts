import { createHmac, createSecretKey, hkdfSync, type KeyObject } from "node:crypto";

export const DEK_BYTES = 32;
const ID_BYTES = 16;
const BLIND_BYTES = 16;

/** A user's data key (DEK) of one version. It is never used itself: each table and column has its own subkey. */
export interface DataKey {
  readonly version: number;
  /** Derived from the key, so that it certifies which key it names. */
  readonly dekId: Buffer;
  /** Seals the boxes of one table. */
  boxKey(table: string): KeyObject;
  /** Counts rows into the owner's sum: see `multiset.ts`. */
  stateKey(): KeyObject;
  /** The blind index of `value` in a column: equal values of one owner give equal 16 bytes, and nothing else does. */
  blind(table: string, column: string, value: string): Buffer;
}

/**
 * Makes a {@link DataKey} of the 32 bytes of `dek`, which stay the caller's to wipe.
 * Subkeys are HKDF-SHA256 (RFC 5869) without salt, with a fixed `info` for each purpose.
 */
export function dataKey(version: number, dek: Uint8Array): DataKey {
  const root = createSecretKey(dek);
  const subkeys = (prefix: string) => {
    const known = new Map<string, KeyObject>();
    return (name: string): KeyObject => {
      let key = known.get(name);
      if (key === undefined) {
        const bytes = Buffer.from(hkdfSync("sha256", root, "", prefix + name, 32));
        key = createSecretKey(bytes);
        bytes.fill(0);
        known.set(name, key);
      }
      return key;
    };
  };
  const blindKey = subkeys("timos/blind/v1/");
  const stateKey = subkeys("timos/state/v1");
  return {
    version,
    dekId: dekIdOf(dek),
    boxKey: subkeys("timos/box/v1/"),
    stateKey: () => stateKey(""),
    blind: (table, column, value) =>
      createHmac("sha256", blindKey(`${table}/${column}`))
        .update(value)
        .digest()
        .subarray(0, BLIND_BYTES),
  };
}

/** The 16 bytes by which a data key is known: HKDF-SHA256 of it. */
export function dekIdOf(dek: Uint8Array): Buffer {
  return Buffer.from(hkdfSync("sha256", dek, "", "timos/dek-id/v1", ID_BYTES));
}
