import { AppError } from "../../contract/errors.ts";
import { clientKey } from "../../lib/client-ip.ts";
import { asSystem } from "../../platform/tenancy.ts";
import { completeSignIn, type SignedIn } from "./complete.ts";
import type { AuthDeps } from "./deps.ts";
import type { From } from "./from.ts";

export interface Credentials {
  readonly email: string;
  readonly password: string;
  readonly remember: boolean;
}

/**
 * Signs in by password. An attempt is counted before the password is looked at, and a blocked answer does not depend
 * on it; an unknown address takes as long and answers the same as a wrong password.
 *
 * @throws AppError `invalid_credentials`, `too_many_attempts`, `email_not_verified` and `account_suspended` (only
 * when the password is right).
 */
export async function signIn(
  deps: AuthDeps,
  { email, password, remember }: Credentials,
  from: From,
): Promise<SignedIn> {
  const client = clientKey(from.address);
  const account = deps.limits.keyOf(email, client);
  const counts = await Promise.all([
    deps.limits.failures.use(account),
    deps.limits.clientFailures.use(client),
  ]);
  const exceeded = counts.filter((count) => count.isExceeded).map((count) => count.resetSeconds);
  if (exceeded.length > 0) {
    throw new AppError("too_many_attempts", { retryAfterSeconds: Math.max(...exceeded) });
  }
  const user = await asSystem(() => deps.platform.user.findUnique({ where: { email } }));
  const isRight = await deps.passwords.isRight(user?.passwordHash ?? null, password);
  if (!isRight || user === null) throw new AppError("invalid_credentials");
  await Promise.all([
    deps.limits.failures.reset(account),
    deps.limits.clientFailures.giveBack(client),
  ]);
  const proof = { amr: ["pwd"], assurance: 1 } as const;
  return completeSignIn(deps, { userId: user.id, proof, remember, from });
}
