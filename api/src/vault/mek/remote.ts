import { setTimeout as sleep } from "node:timers/promises";
import pLimit from "p-limit";
import { DEK_BYTES, dekIdOf } from "../../crypto/data-key.ts";
import { DecryptionError } from "../../crypto/decryption-error.ts";
import { randomBytes } from "../../crypto/random.ts";
import { checkDek, type WrapContext } from "../../crypto/wrap.ts";
import { within } from "../../lib/within.ts";
import { MekUnavailable, MekUnknown, type MekProvider } from "./provider.ts";

/** Keys in a module or a service of their own, which are asked to encrypt and decrypt, and never leave it. */
export interface KeyStore {
  /** References of its keys by their names there; the first makes new wraps. */
  readonly keys: ReadonlyMap<string, string>;
  readonly suite: number;
  /** How many calls it is given at once. */
  readonly concurrency: number;
  /** @throws {@link MekUnavailable}. Ends when `signal` says so, where that can be done. */
  readonly encrypt: (call: Call, dek: Uint8Array) => Promise<Uint8Array>;
  /** @throws {@link MekUnavailable}, or DecryptionError when the store says that the wrap does not open. */
  readonly decrypt: (call: Call, blob: Uint8Array) => Promise<Uint8Array>;
}

/** One attempt: with which key, for what, and until when. */
export interface Call {
  readonly key: string;
  readonly context: WrapContext;
  readonly signal: AbortSignal;
}

export interface Patience {
  /** How long a caller waits, all attempts and the wait for one's turn together. */
  readonly totalMs: number;
  readonly attemptMs: number;
  /** Between two attempts, about. */
  readonly pauseMs: number;
  /** How long trouble is remembered. */
  readonly restMs: number;
  /** How long a success is health enough: whoever asks for our health must not be able to run up a bill. */
  readonly freshMs: number;
}

const PATIENCE: Patience = {
  totalMs: 5000,
  attemptMs: 2000,
  pauseMs: 200,
  restMs: 1000,
  freshMs: 10_000,
};
const ATTEMPTS = 2;
/** What the column holds. */
const LONGEST_BLOB = 1024;

/**
 * Makes a provider of a key store that may be slow, refuse or be away. Callers wait a bounded time; after trouble that
 * outlasts a second attempt, the key is left alone for a moment and callers are refused at once.
 */
export function remoteProvider(store: KeyStore, patience: Patience = PATIENCE): MekProvider {
  const references = [...store.keys.keys()];
  const limit = pLimit(store.concurrency);
  const rests = new Map<string, { until: number; error: MekUnavailable }>();
  const successes = new Map<string, number>();
  const proofs = new Map<string, Promise<void>>();

  const throwIfResting = (mekRef: string) => {
    const rest = rests.get(mekRef);
    if (rest === undefined) return;
    if (performance.now() < rest.until) throw rest.error;
    rests.delete(mekRef);
  };
  const rest = (error: MekUnavailable) => {
    successes.delete(error.mekRef);
    rests.set(error.mekRef, { until: performance.now() + patience.restMs, error });
  };

  const call = async <T extends Uint8Array>(
    context: WrapContext,
    work: (call: Call) => Promise<T>,
  ): Promise<T> => {
    const { mekRef } = context;
    const key = store.keys.get(mekRef);
    if (key === undefined) throw new MekUnknown(mekRef);
    throwIfResting(mekRef);
    const gaveUp = new AbortController();
    const attempts = async (): Promise<T> => {
      for (let attempt = 1; ; attempt++) {
        gaveUp.signal.throwIfAborted();
        throwIfResting(mekRef);
        const signal = AbortSignal.any([gaveUp.signal, AbortSignal.timeout(patience.attemptMs)]);
        try {
          const result = await work({ key, context, signal });
          successes.set(mekRef, performance.now());
          // Nobody waits for it any more.
          if (gaveUp.signal.aborted) result.fill(0);
          return result;
        } catch (error) {
          if (!(error instanceof MekUnavailable)) throw error;
          if (!error.passes || attempt === ATTEMPTS) {
            rest(error);
            throw error;
          }
        }
        await sleep(patience.pauseMs * (0.5 + Math.random()), undefined, { signal: gaveUp.signal });
      }
    };
    try {
      return await within(patience.totalMs, limit(attempts));
    } catch (error) {
      if (!isTimeout(error)) throw error;
      const tooSlow = new MekUnavailable(mekRef, "slow");
      rest(tooSlow);
      throw tooSlow;
    } finally {
      gaveUp.abort();
    }
  };

  const encrypt = (dek: Uint8Array, context: WrapContext) =>
    call(context, async (attempt) => {
      const blob = new Uint8Array(await store.encrypt(attempt, dek));
      if (blob.length > LONGEST_BLOB) throw new MekUnavailable(context.mekRef, "garbled");
      return blob;
    });
  const decrypt = (blob: Uint8Array, context: WrapContext) =>
    call(context, async (attempt) => {
      const dek = await store.decrypt(attempt, blob);
      checkDek(dek, context);
      return dek;
    });

  /** Wraps and unwraps a key of nobody's, and sees that it does not open for another owner. */
  const canary = async (mekRef: string): Promise<void> => {
    const dek = randomBytes(DEK_BYTES);
    const context = { ownerId: randomBytes(16), version: 1, dekId: dekIdOf(dek), mekRef };
    const blob = await encrypt(dek, context);
    (await decrypt(blob, context)).fill(0);
    const opened = await decrypt(blob, { ...context, ownerId: randomBytes(16) }).catch(
      (error: unknown) => {
        if (error instanceof DecryptionError) return null;
        throw error;
      },
    );
    if (opened === null) return;
    opened.fill(0);
    throw new MekUnavailable(mekRef, "unbound");
  };
  /** Once for each key, before anything is wrapped under it: a service that ignores the context looks well otherwise. */
  const prove = (mekRef: string): Promise<void> => {
    const proof = proofs.get(mekRef) ?? canary(mekRef);
    proofs.set(mekRef, proof);
    proof.catch(() => proofs.delete(mekRef));
    return proof;
  };

  let checkup: Promise<void> | null = null;
  const checkUp = async (): Promise<void> => {
    try {
      await Promise.all(
        references.map(async (mekRef) => {
          await prove(mekRef);
          const succeededAt = successes.get(mekRef) ?? -Infinity;
          if (performance.now() - succeededAt > patience.freshMs) await canary(mekRef);
        }),
      );
    } finally {
      checkup = null;
    }
  };

  return {
    current: () => {
      const [mekRef] = references;
      return mekRef === undefined
        ? Promise.reject(new Error("a provider needs a key"))
        : Promise.resolve(mekRef);
    },
    wrap: async (dek, context) => {
      const { mekRef } = context;
      if (store.keys.has(mekRef)) await prove(mekRef);
      return { mekRef, suite: store.suite, blob: await encrypt(dek, context) };
    },
    unwrap: async (wrap, context) => {
      if (wrap.suite !== store.suite) throw new MekUnknown(wrap.mekRef);
      if (wrap.mekRef !== context.mekRef || wrap.blob.length === 0) throw new DecryptionError();
      return decrypt(wrap.blob, context);
    },
    health: () => (checkup ??= checkUp()),
  };
}

const isTimeout = (error: unknown) =>
  error instanceof Error && "code" in error && error.code === "ETIMEDOUT";

/** The references of a provider's keys, each with the key's name. */
export function referencesOf(provider: string, keys: readonly string[]): Map<string, string> {
  return new Map(keys.map((key) => [`${provider}:${key}`, key]));
}
