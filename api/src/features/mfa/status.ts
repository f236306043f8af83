import type { PlatformQueries } from "../../platform/client.ts";
import { countRecoveryCodes } from "./recovery-codes.ts";

/** With so few codes left it is time for new ones. */
const FEW_CODES = 3;

/** What a user has set up beside their password. */
export async function mfaStatus(db: PlatformQueries, userId: string) {
  const [credentials, recoveryCodesLeft, passkeys] = await Promise.all([
    db.totpCredential.count({ where: { userId, confirmedAt: { not: null } } }),
    countRecoveryCodes(db, userId),
    db.passkey.count({ where: { userId } }),
  ]);
  const totp = credentials > 0;
  const isLowOnRecoveryCodes = totp && recoveryCodesLeft <= FEW_CODES;
  return { totp, recoveryCodesLeft, isLowOnRecoveryCodes, passkeys };
}
