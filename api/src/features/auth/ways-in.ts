import { AppError } from "../../contract/errors.ts";
import type { PlatformQueries } from "../../platform/client.ts";
import { mustProveTwo } from "./complete.ts";

/**
 * Refuses to take away somebody's last way in. To be called in the transaction that takes it away, before anything else
 * is read there: it locks the user's row, so that of two that come at once the second sees what the first left.
 *
 * @param providers - The providers one can sign in with here: an identity at another is no way in.
 * @throws AppError `last_sign_in_method`.
 */
export async function assertAnotherWayIn(
  tx: PlatformQueries,
  userId: string,
  without: { readonly passkey: string } | { readonly identity: string },
  { providers, now }: { readonly providers: readonly string[]; readonly now: Date },
): Promise<void> {
  await tx.user.updateMany({ where: { id: userId }, data: { updatedAt: now } });
  const passkey = "passkey" in without ? { id: { not: without.passkey } } : {};
  const identity = "identity" in without ? { id: { not: without.identity } } : {};
  const ways = [
    await tx.user.count({
      where: { id: userId, passwordHash: { not: null }, passwordBlockedAt: null },
    }),
    await tx.passkey.count({ where: { userId, ...passkey } }),
    await tx.oauthAccount.count({
      where: { userId, provider: { in: [...providers] }, ...identity },
    }),
  ];
  if (ways.every((count) => count === 0)) throw new AppError("last_sign_in_method");
}

/**
 * Refuses to take away the last second factor of somebody of whom two are asked. To be called once it is taken away, in a
 * transaction that began by locking the user's row, so that an app and a passkey do not go at once.
 *
 * @throws AppError `mfa_required_by_policy`.
 */
export async function assertFactorLeft(
  tx: PlatformQueries,
  user: { readonly id: string; readonly tenantId: string; readonly platformRole: string | null },
): Promise<void> {
  const { id: userId } = user;
  const factors = [
    await tx.totpCredential.count({ where: { userId, confirmedAt: { not: null } } }),
    await tx.passkey.count({ where: { userId } }),
  ];
  if (factors.some((count) => count > 0) || !(await mustProveTwo(tx, user))) return;
  throw new AppError("mfa_required_by_policy", {
    detail: "Two factors are asked of you. Set up another before you take this one away.",
  });
}
