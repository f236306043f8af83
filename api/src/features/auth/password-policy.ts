import { AppError } from "../../contract/errors.ts";
import type { BreachedPasswords } from "../../lib/breached-passwords.ts";
import { MAX_PASSWORD_LENGTH } from "./contract.ts";
import { tooEasy, type PasswordContext } from "./guessable.ts";

export interface PasswordPolicy {
  /**
   * Refuses a new password that is too short, or that somebody who guesses would come to. Rules of composition there
   * are none, and nothing is changed (NIST SP 800-63B-4 §3.1.1.2, ASVS 5.0 6.2). Repeats nothing of it.
   *
   * @param path - Where it stood in the request.
   * @throws AppError `weak_password`, saying what to do.
   */
  readonly assertStrong: (
    password: string,
    context: PasswordContext,
    path?: string,
  ) => Promise<void>;
}

/** @param breached - Passwords known from breaches, where the operator has such a list. */
export function passwordPolicy({
  minLength,
  breached,
}: {
  readonly minLength: number;
  readonly breached?: BreachedPasswords | undefined;
}): PasswordPolicy {
  const faultOf = async (password: string, context: PasswordContext): Promise<string | null> => {
    const normal = password.normalize("NFKC");
    const length = Math.min(Array.from(password).length, Array.from(normal).length);
    if (length < minLength) return `must be at least ${minLength} characters long`;
    if (Array.from(password).length > MAX_PASSWORD_LENGTH)
      return `must be at most ${MAX_PASSWORD_LENGTH} characters long`;
    const fault = await tooEasy(normal, context);
    if (fault !== null) return fault;
    if ((await breached?.has(normal)) === true)
      return "is known from a data breach; choose one that you have used nowhere else";
    return null;
  };
  return {
    assertStrong: async (password, context, path = "body.password") => {
      const message = await faultOf(password, context);
      if (message !== null) throw new AppError("weak_password", { errors: [{ path, message }] });
    },
  };
}
