import { SignJWT } from "jose";
import type { KeyObject } from "../../crypto/digest.ts";

/** Apple takes no more than half a year. */
const LIFETIME_SECONDS = 3600;
const RENEWED_BEFORE_MS = 300_000;

/** Who we are at Apple. */
export interface AppleClient {
  readonly clientId: string;
  readonly teamId: string;
  readonly keyId: string;
  readonly privateKey: KeyObject;
  readonly issuer: string;
}

/**
 * Apple's client secret: a token of one hour that we sign (ES256), so that none lies about that works for months.
 *
 * @returns what gives it, made anew shortly before it ends.
 */
export function appleSecret(
  { clientId, teamId, keyId, privateKey, issuer }: AppleClient,
  clock: () => Date,
): () => Promise<string> {
  let made: { readonly secret: string; readonly until: number } | undefined;
  return async () => {
    const now = clock().getTime();
    if (made !== undefined && now < made.until - RENEWED_BEFORE_MS) return made.secret;
    const issuedAt = Math.floor(now / 1000);
    const secret = await new SignJWT()
      .setProtectedHeader({ alg: "ES256", kid: keyId })
      .setIssuer(teamId)
      .setSubject(clientId)
      .setAudience(issuer)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + LIFETIME_SECONDS)
      .sign(privateKey);
    made = { secret, until: (issuedAt + LIFETIME_SECONDS) * 1000 };
    return secret;
  };
}
