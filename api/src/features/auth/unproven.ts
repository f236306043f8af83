import type { PlatformQueries } from "../../platform/client.ts";
import { nameFrom } from "../../platform/users.ts";

/**
 * Hands an account whose address nobody has proven to whoever has proven it now. Whatever was set up in it before may be
 * a stranger's who hoped for that (USENIX Security 2022, "Pre-hijacked accounts"): password, sessions, identities,
 * factors, tokens and pending changes are deleted, names and settings are as in a new account.
 *
 * @returns false when the address has been proven meanwhile; nothing was changed then.
 */
export async function takeUnproven(
  tx: PlatformQueries,
  user: { readonly id: string; readonly tenantId: string; readonly email: string },
  displayName: string | undefined,
  now: Date,
): Promise<boolean> {
  const name = displayName ?? nameFrom(user.email);
  const taken = await tx.user.updateMany({
    where: { id: user.id, email: user.email, emailVerifiedAt: null },
    data: {
      emailVerifiedAt: now,
      passwordHash: null,
      passwordBlockedAt: null,
      passkeyHandle: null,
      displayName: name,
      timeZone: "UTC",
      locale: "en",
    },
  });
  if (taken.count !== 1) return false;
  await tx.tenant.updateMany({ where: { id: user.tenantId }, data: { name } });
  const where = { userId: user.id };
  await tx.authSession.deleteMany({ where });
  await tx.oneTimeToken.deleteMany({ where });
  await tx.authChallenge.deleteMany({ where });
  await tx.knownDevice.deleteMany({ where });
  await tx.trustedDevice.deleteMany({ where });
  await tx.totpCredential.deleteMany({ where });
  await tx.recoveryCode.deleteMany({ where });
  await tx.oauthAccount.deleteMany({ where });
  await tx.passkey.deleteMany({ where });
  await tx.apiToken.deleteMany({ where });
  return true;
}
