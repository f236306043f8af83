import { LRUCache } from "lru-cache";
import { AppError } from "../contract/errors.ts";
import { dataKey, DEK_BYTES, dekIdOf, type DataKey } from "../crypto/data-key.ts";
import { DecryptionError } from "../crypto/decryption-error.ts";
import { randomBytes } from "../crypto/random.ts";
import type { CacheState } from "../lib/cache.ts";
import { recordEvents, type Actor } from "../platform/audit.ts";
import type { Platform } from "../platform/client.ts";
import { findDeks, sampleWraps, type OwnedDeks, type WrappedDek } from "../platform/deks.ts";
import { asSystem } from "../platform/tenancy.ts";
import { MekUnavailable, type MekProvider } from "./mek/provider.ts";

/** An owner's data keys, unwrapped, and as they are stored. */
export interface OwnerKeys {
  readonly ownerId: Uint8Array<ArrayBuffer>;
  /** New boxes are sealed under it. */
  readonly active: DataKey;
  /** The keys that rows may be under, the active one first: a blind value has to be looked for under each. */
  readonly searched: readonly DataKey[];
  /** @throws DecryptionError for a version the owner does not have. */
  ofVersion(version: number): DataKey;
  readonly wrapped: readonly WrappedDek[];
}

/** Who has a key unwrapped, and why. Kept in the owner's audit. */
export interface KeyUse {
  readonly actor: Actor;
  readonly purpose: string;
  readonly requestId: string | null;
}

export interface KeyService {
  /** Makes a data key for a new owner. Nothing is stored: the caller does that in the transaction of the sign-up. */
  createDek(): Promise<{ ownerId: Uint8Array<ArrayBuffer>; dek: WrappedDek }>;
  /** Makes another data key for an owner. Nothing is stored. */
  createVersion(ownerId: Uint8Array<ArrayBuffer>, version: number): Promise<WrappedDek>;
  /**
   * The keys of a user, from memory when they were unwrapped a moment ago. Unwrapping is written into the user's audit
   * before the keys are given out.
   *
   * @throws AppError `vault_unavailable` when the master key cannot be used now; DecryptionError when the user has no
   * keys, or they do not unwrap.
   */
  openKeys(userId: string, use: KeyUse): Promise<OwnerKeys>;
  /** Forgets the keys of a user: they were erased, rotated, or signed out everywhere. */
  forget(userId: string): void;
  /** Forgets the keys of everybody: a database was put back, and what was read from it may not be there any more. */
  forgetAll(): void;
  /**
   * Unwraps one data key of each master key in use, of which its owner is told as of any other.
   *
   * @throws MekUnknown, DecryptionError or AppError `vault_unavailable`: the server must not start, since what it would write could not be read.
   */
  prove(): Promise<void>;
  /** @throws when the master keys cannot be used now. */
  health(): Promise<void>;
  readonly cache: KeyCacheState;
}

/** What the memory of unwrapped keys has done: how many owners' were let go for room, for their age, or on purpose. */
export interface KeyCacheState extends CacheState {
  readonly dropped: { readonly full: number; readonly expired: number; readonly forgotten: number };
}

const CACHED_OWNERS = 1000;

/** The one place where data keys are made and unwrapped. They live here as key objects, never as text. */
export function keyService(
  platform: Platform,
  mek: MekProvider,
  { cacheSeconds, clock }: { cacheSeconds: number; clock: () => Date },
): KeyService {
  const unwrap = async (ownerId: Uint8Array, dek: WrappedDek): Promise<DataKey> => {
    const bytes = await available(mek.unwrap(dek, { ownerId, ...dek }));
    try {
      return dataKey(dek.version, bytes);
    } finally {
      bytes.fill(0);
    }
  };

  let [asked, fetched] = [0, 0];
  const dropped = { full: 0, expired: 0, forgotten: 0 };
  // One unwrap serves all who ask meanwhile; a failed one is not remembered.
  const cache = new LRUCache<string, OwnerKeys, KeyUse>({
    max: CACHED_OWNERS,
    ttl: cacheSeconds * 1000,
    // Let go when their time is up, not when somebody asks for them next.
    ttlAutopurge: true,
    // Who waits for a key that is forgotten meanwhile still gets it; it is just not kept.
    ignoreFetchAbort: true,
    dispose: (_keys, _userId, reason) => {
      if (reason === "evict") dropped.full++;
      else if (reason === "expire") dropped.expired++;
      else if (reason === "delete") dropped.forgotten++;
    },
    fetchMethod: async (userId, _stale, { context: use }) => {
      fetched++;
      const owned = await asSystem(() => findDeks(platform, userId));
      if (owned === null) throw new DecryptionError();
      const event = { ...use, subject: subjectOf(owned), action: "key.unwrapped" };
      await asSystem(() => recordEvents(platform, [event], clock()));
      const unwrapped = owned.deks.map((dek) => unwrap(owned.ownerId, dek));
      const keys = new Map((await Promise.all(unwrapped)).map((key) => [key.version, key]));
      const ofVersion = (version: number): DataKey => {
        const key = keys.get(version);
        if (key === undefined) throw new DecryptionError();
        return key;
      };
      return {
        ownerId: owned.ownerId,
        active: ofVersion(owned.activeVersion),
        searched: owned.searchedVersions.map(ofVersion),
        ofVersion,
        wrapped: owned.deks,
      };
    },
  });

  const createVersion = async (ownerId: Uint8Array, version: number): Promise<WrappedDek> => {
    const dek = randomBytes(DEK_BYTES);
    try {
      const identity = { version, dekId: new Uint8Array(dekIdOf(dek)) };
      const mekRef = await mek.current();
      const wrap = await available(mek.wrap(dek, { ownerId, ...identity, mekRef }));
      return { ...identity, method: "mek", ...wrap };
    } finally {
      dek.fill(0);
    }
  };

  return {
    createDek: async () => {
      const ownerId = new Uint8Array(randomBytes(16));
      return { ownerId, dek: await createVersion(ownerId, 1) };
    },
    createVersion,
    openKeys: (userId, use) => {
      asked++;
      return cache.forceFetch(userId, { context: use });
    },
    forget: (userId) => {
      cache.delete(userId);
    },
    forgetAll: () => cache.clear(),
    prove: async () => {
      for (const { subject, ownerId, dek } of await asSystem(() => sampleWraps(platform))) {
        const event = { ...PROOF, subject, action: "key.unwrapped" };
        await asSystem(() => recordEvents(platform, [event], clock()));
        await unwrap(ownerId, dek);
      }
    },
    health: () => mek.health(),
    cache: {
      get hits() {
        return asked - fetched;
      },
      get misses() {
        return fetched;
      },
      get size() {
        return cache.size;
      },
      limit: CACHED_OWNERS,
      dropped,
    },
  };
}

const PROOF = { actor: "job", purpose: "start", requestId: null } as const;

const subjectOf = ({ userId, tenantId }: OwnedDeks) => ({ userId, tenantId });

const RETRY_SECONDS = 2;

async function available<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof MekUnavailable)) throw error;
    throw new AppError("vault_unavailable", { cause: error, retryAfterSeconds: RETRY_SECONDS });
  }
}
