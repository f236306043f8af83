import { hash, parseOptions, verify } from "@node-rs/argon2";
import pLimit from "p-limit";
import { AppError } from "../../contract/errors.ts";
import type { Logger } from "../../lib/logger.ts";

const MAX_WAITING = 64;

/** What an argon2id hash costs (RFC 9106). */
export interface HashCost {
  readonly memoryKiB: number;
  readonly passes: number;
  readonly lanes: number;
  /** How many are computed at once. */
  readonly atOnce: number;
}

export interface Passwords {
  /** @throws AppError `overloaded` when too many wait already. */
  readonly hash: (password: string) => Promise<string>;
  /**
   * Whether `password` is the one `stored` was made of. Takes as long when there is no hash to compare with, or none
   * that can be read.
   *
   * @throws AppError `overloaded`.
   */
  readonly isRight: (stored: string | null, password: string) => Promise<boolean>;
  /** Whether a hash was made at a lower cost than one made now. */
  readonly isCheap: (stored: string) => boolean;
  /** What is at work just now, how many wait, and how many were refused since the process began. */
  readonly gate: {
    readonly running: number;
    readonly waiting: number;
    readonly limit: number;
    readonly refused: number;
  };
}

/**
 * Hashes passwords, few at a time: each holds a core and 19 MiB, and a flood of sign-ins must not starve the rest.
 *
 * Passwords are taken in Unicode form NFKC (NIST SP 800-63B §3.1.1.2), so that the same keys on another keyboard give
 * the same password; nothing else of them is altered.
 *
 * @param pepper - A secret outside of the database, without which the hashes are of no use.
 * @param onHashed - Is told how long a hash took, with the wait for its turn.
 */
export async function passwordHasher(
  pepper: Uint8Array,
  { memoryKiB, passes, lanes, atOnce }: HashCost,
  logger: Logger,
  onHashed: (milliseconds: number) => void = () => undefined,
): Promise<Passwords> {
  const gate = pLimit(atOnce);
  const cost = { memoryCost: memoryKiB, timeCost: passes, parallelism: lanes };
  const options = { ...cost, secret: Buffer.from(pepper) };
  let refused = 0;
  const gated = async <T>(work: () => Promise<T>): Promise<T> => {
    if (gate.pendingCount >= MAX_WAITING) {
      refused++;
      throw new AppError("overloaded", { retryAfterSeconds: 2 });
    }
    const began = performance.now();
    try {
      return await gate(work);
    } finally {
      onHashed(performance.now() - began);
    }
  };
  const decoy = await hash("a password that nobody has", options);
  const check = async (stored: string | null, password: string): Promise<boolean> => {
    if (stored !== null) {
      try {
        return await verify(stored, password, options);
      } catch {
        // Neither the hash nor what the library says of it is logged: it may repeat a part.
        logger.error("a stored password hash cannot be read, and no password is right for it");
      }
    }
    await verify(decoy, password, options);
    return false;
  };
  return {
    hash: async (password) => gated(() => hash(password.normalize("NFKC"), options)),
    isRight: async (stored, password) => gated(() => check(stored, password.normalize("NFKC"))),
    isCheap: (stored) => {
      try {
        const { memoryCost, timeCost } = parseOptions(stored);
        return memoryCost < cost.memoryCost || timeCost < cost.timeCost;
      } catch {
        return false;
      }
    },
    gate: {
      get running() {
        return gate.activeCount;
      },
      get waiting() {
        return gate.pendingCount;
      },
      limit: atOnce,
      get refused() {
        return refused;
      },
    },
  };
}
