import { AppError } from "../../contract/errors.ts";
import type { PlatformQueries } from "../../platform/client.ts";

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
