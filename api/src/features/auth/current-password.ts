import { AppError } from "../../contract/errors.ts";
import { clientKey } from "../../lib/client-ip.ts";
import { countAttempt } from "./attempts.ts";
import type { AuthDeps } from "./deps.ts";
import { afterFailure, aside, type Account } from "./failure.ts";
import type { From } from "./from.ts";

/**
 * Checks the password of somebody who is signed in. They are no stranger, and their failures have a count of their own;
 * towards the hundred in a row that block a password they count with all others, whoever holds the session.
 *
 * @param failed - What a failure is called in the audit.
 * @throws AppError `invalid_credentials`, `too_many_attempts`, `overloaded`.
 */
export async function assertCurrentPassword(
  deps: AuthDeps,
  user: Account & { readonly passwordBlockedAt: Date | null },
  password: string,
  from: From,
  failed: "password.change_failed" | "reauth.failed",
): Promise<void> {
  const { id, email, passwordHash, passwordBlockedAt } = user;
  const attempted = { email, client: clientKey(from.address), device: `user:${id}` };
  const attempt = await countAttempt(deps, attempted);
  const stored = passwordBlockedAt === null ? passwordHash : null;
  const isRight = await deps.passwords.isRight(stored, password).catch(async (error: unknown) => {
    await attempt.undone();
    throw error;
  });
  if (isRight) return attempt.succeeded();
  await attempt.failed();
  aside(deps, () => afterFailure(deps, user, attempt, from, failed));
  throw new AppError("invalid_credentials");
}
