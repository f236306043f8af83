import { errors, importJWK, jwtVerify, SignJWT } from "jose";
import type { SigningKeys } from "../../config.ts";
import { AppError } from "../../contract/errors.ts";
import { randomUUID } from "../../crypto/random.ts";

export const ACCESS_TOKEN_SECONDS = 15 * 60;

const ALGORITHM = "ES256";
const TYPE = "at+jwt";
const AUDIENCE = "timos-api";
const CLOCK_TOLERANCE_SECONDS = 5;

/** Whom an access token speaks for. What they may do is looked up at each request, so that it can be taken back. */
export interface AccessClaims {
  readonly userId: string;
  readonly sessionId: string;
}

export interface AccessTokens {
  issue(claims: AccessClaims, now: Date): Promise<string>;
  /** @throws AppError `token_expired`, or `unauthenticated` for anything else that is wrong. */
  verify(token: string, now: Date): Promise<AccessClaims>;
}

/** Access tokens: JWT (RFC 9068) signed with ES256. One key signs; retired ones still verify what they signed. */
export async function accessTokens(issuer: string, keys: SigningKeys): Promise<AccessTokens> {
  const active = keys.find((key) => key.status === "active");
  if (active === undefined) throw new Error("there is no active signing key");
  const signingKey = await importJWK(active, ALGORITHM);
  const verifying = new Map(
    await Promise.all(
      keys.map(async ({ d: _private, status: _status, ...key }) => {
        return [key.kid, await importJWK(key, ALGORITHM)] as const;
      }),
    ),
  );
  return {
    issue: ({ userId, sessionId }, now) => {
      const issuedAt = Math.floor(now.getTime() / 1000);
      return new SignJWT({ sid: sessionId })
        .setProtectedHeader({ alg: ALGORITHM, typ: TYPE, kid: active.kid })
        .setIssuer(issuer)
        .setAudience(AUDIENCE)
        .setSubject(userId)
        .setJti(randomUUID())
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + ACCESS_TOKEN_SECONDS)
        .sign(signingKey);
    },
    verify: async (token, now) => {
      try {
        const { payload } = await jwtVerify(
          token,
          ({ kid }) => {
            const key = verifying.get(kid ?? "");
            if (key === undefined) throw new errors.JWKSNoMatchingKey();
            return key;
          },
          {
            algorithms: [ALGORITHM],
            typ: TYPE,
            issuer,
            audience: AUDIENCE,
            requiredClaims: ["exp", "iat", "sub", "sid", "jti"],
            clockTolerance: CLOCK_TOLERANCE_SECONDS,
            currentDate: now,
          },
        );
        const { sub, sid } = payload;
        if (sub === undefined || typeof sid !== "string") throw new AppError("unauthenticated");
        return { userId: sub, sessionId: sid };
      } catch (error) {
        if (error instanceof errors.JWTExpired) throw new AppError("token_expired");
        if (error instanceof errors.JOSEError) throw new AppError("unauthenticated");
        throw error;
      }
    },
  };
}
