import { availableParallelism } from "node:os";
import { hash, verify } from "@node-rs/argon2";
import pLimit from "p-limit";
import { AppError } from "../../contract/errors.ts";
import { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH } from "./contract.ts";

/** argon2id at the OWASP minimum (ASVS 5.0, appendix C): 19 MiB, two passes, one lane. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const MAX_WAITING = 64;

export interface Passwords {
  /** @throws AppError `overloaded` when too many wait already. */
  readonly hash: (password: string) => Promise<string>;
  /**
   * Whether `password` is the one `stored` was made of. Takes as long when there is no hash to compare with.
   *
   * @throws AppError `overloaded`.
   */
  readonly isRight: (stored: string | null, password: string) => Promise<boolean>;
}

/**
 * Hashes passwords, few at a time: each holds a core and 19 MiB, and a flood of sign-ins must not starve the rest.
 *
 * Passwords are taken in Unicode form NFKC (NIST SP 800-63B §3.1.1.2), so that the same keys on another keyboard give
 * the same password; nothing else of them is altered.
 *
 * @param pepper - A secret outside of the database, without which the hashes are of no use.
 */
export async function passwordHasher(pepper: Uint8Array): Promise<Passwords> {
  const gate = pLimit(Math.max(1, availableParallelism() - 1));
  const options = { ...COST, secret: Buffer.from(pepper) };
  const gated = <T>(work: () => Promise<T>): Promise<T> => {
    if (gate.pendingCount >= MAX_WAITING)
      throw new AppError("overloaded", { retryAfterSeconds: 2 });
    return gate(work);
  };
  const decoy = await hash("a password that nobody has", options);
  return {
    hash: async (password) => gated(() => hash(password.normalize("NFKC"), options)),
    isRight: async (stored, password) => {
      const normal = password.normalize("NFKC");
      const isSame = await gated(() => verify(stored ?? decoy, normal, options));
      return isSame && stored !== null;
    },
  };
}

/** @throws AppError `weak_password`, saying what is wrong with a new password. */
export function assertStrong(password: string, email: string): void {
  const length = Array.from(password).length;
  const message =
    length < MIN_PASSWORD_LENGTH
      ? `must be at least ${MIN_PASSWORD_LENGTH} characters long`
      : length > MAX_PASSWORD_LENGTH
        ? `must be at most ${MAX_PASSWORD_LENGTH} characters long`
        : password.toLowerCase().includes(email)
          ? "must not contain your e-mail address"
          : null;
  if (message !== null) {
    throw new AppError("weak_password", { errors: [{ path: "body.password", message }] });
  }
}
