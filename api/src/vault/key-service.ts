import { LRUCache } from "lru-cache";
import { dataKey, DEK_BYTES, dekIdOf, type DataKey } from "../crypto/data-key.ts";
import { DecryptionError } from "../crypto/decryption-error.ts";
import { randomBytes } from "../crypto/random.ts";
import type { Platform } from "../platform/client.ts";
import { findDeks, sampleWraps, type WrappedDek } from "../platform/deks.ts";
import { asSystem } from "../platform/tenancy.ts";
import type { MekProvider } from "./mek.ts";

/** An owner's data keys, unwrapped, and as they are stored. */
export interface OwnerKeys {
  readonly ownerId: Uint8Array<ArrayBuffer>;
  /** New boxes are sealed under it. */
  readonly active: DataKey;
  /** @throws DecryptionError for a version the owner does not have. */
  ofVersion(version: number): DataKey;
  readonly wrapped: readonly WrappedDek[];
}

export interface KeyService {
  /** Makes a data key for a new owner. Nothing is stored: the caller does that in the transaction of the sign-up. */
  createDek(): Promise<{ ownerId: Uint8Array<ArrayBuffer>; dek: WrappedDek }>;
  /** The keys of a user, from memory when they were used within the last minute. */
  openKeys(userId: string): Promise<OwnerKeys>;
  /**
   * Unwraps one data key of each master key in use.
   *
   * @throws MekUnknown or DecryptionError: the server must not start, since what it would write could not be read.
   */
  prove(): Promise<void>;
  /** @throws when the master keys cannot be used now. */
  health(): Promise<void>;
}

const CACHED_OWNERS = 1000;
const CACHE_MS = 60_000;

/** The one place where data keys are made and unwrapped. They live here as key objects, never as text. */
export function keyService(platform: Platform, mek: MekProvider): KeyService {
  const unwrap = async (ownerId: Uint8Array, dek: WrappedDek): Promise<DataKey> => {
    const bytes = await mek.unwrap(dek, { ownerId, ...dek });
    try {
      return dataKey(dek.version, bytes);
    } finally {
      bytes.fill(0);
    }
  };

  // One unwrap serves all who ask meanwhile; a failed one is not remembered.
  const cache = new LRUCache<string, OwnerKeys>({
    max: CACHED_OWNERS,
    ttl: CACHE_MS,
    fetchMethod: async (userId) => {
      const owned = await asSystem(() => findDeks(platform, userId));
      if (owned === null) throw new DecryptionError();
      const keys = new Map<number, DataKey>();
      for (const dek of owned.deks) keys.set(dek.version, await unwrap(owned.ownerId, dek));
      const ofVersion = (version: number): DataKey => {
        const key = keys.get(version);
        if (key === undefined) throw new DecryptionError();
        return key;
      };
      return {
        ownerId: owned.ownerId,
        active: ofVersion(owned.activeVersion),
        ofVersion,
        wrapped: owned.deks,
      };
    },
  });

  return {
    createDek: async () => {
      const ownerId = new Uint8Array(randomBytes(16));
      const dek = randomBytes(DEK_BYTES);
      try {
        const identity = { version: 1, dekId: new Uint8Array(dekIdOf(dek)) };
        const wrap = await mek.wrap(dek, { ownerId, ...identity, mekRef: await mek.current() });
        return { ownerId, dek: { ...identity, method: "mek", ...wrap } };
      } finally {
        dek.fill(0);
      }
    },
    openKeys: async (userId) => cache.forceFetch(userId),
    prove: async () => {
      for (const { ownerId, dek } of await asSystem(() => sampleWraps(platform))) {
        await unwrap(ownerId, dek);
      }
    },
    health: () => mek.health(),
  };
}
