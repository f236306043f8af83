import { errors, importJWK, jwtVerify } from "jose";
import { LRUCache } from "lru-cache";
import type { SigningKeys } from "../../config.ts";
import { AppError } from "../../contract/errors.ts";
import { sha256 } from "../../crypto/digest.ts";
import { randomUUID } from "../../crypto/random.ts";
import { es256PrivateKey, signEs256 } from "../../crypto/signing-key.ts";

export const ACCESS_TOKEN_SECONDS = 15 * 60;

const ALGORITHM = "ES256";
const TYPE = "at+jwt";
const AUDIENCE = "timos-api";
/** How far the clocks of two instances may be apart. */
export const CLOCK_TOLERANCE_SECONDS = 30;
const MAX_VERIFIED = 10_000;

/** Whom an access token speaks for. What they may do is looked up at each request, so that it can be taken back. */
export interface AccessClaims {
  readonly userId: string;
  readonly sessionId: string;
}

export interface AccessTokens {
  issue(claims: AccessClaims, now: Date): string;
  /** @throws AppError `token_expired`, or `unauthenticated` for anything else that is wrong. */
  verify(token: string, now: Date): Promise<AccessClaims>;
}

/** What is remembered of a token whose signature was right. */
interface Verified {
  readonly claims: AccessClaims;
  readonly expiresAt: number;
}

/**
 * Access tokens: JWT (RFC 9068) signed with ES256. One key signs; others still verify what they signed, or do already
 * what they are going to sign.
 *
 * A signature is paid for once: what a token says is remembered under its SHA-256 until it expires. That it was signed
 * is all that is remembered; whether its session lives is asked each time, elsewhere.
 */
export async function accessTokens(issuer: string, keys: SigningKeys): Promise<AccessTokens> {
  const active = keys.find((key) => key.status === "active");
  if (active === undefined) throw new Error("there is no active signing key");
  const signingKey = es256PrivateKey(active);
  const header = { typ: TYPE, kid: active.kid };
  const verifying = new Map(
    await Promise.all(
      keys.map(async ({ d: _private, status: _status, ...key }) => {
        return [key.kid, await importJWK(key, ALGORITHM)] as const;
      }),
    ),
  );
  const verify = async (token: string, now: Date): Promise<Verified> => {
    try {
      const { payload, protectedHeader } = await jwtVerify(
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
          maxTokenAge: ACCESS_TOKEN_SECONDS,
          clockTolerance: CLOCK_TOLERANCE_SECONDS,
          currentDate: now,
        },
      );
      const { sub, sid, exp = NaN, iat = NaN } = payload;
      // There is no extension that we know, and numbers may be Infinity in JSON (1e999).
      const isOurs =
        protectedHeader.crit === undefined &&
        typeof sub === "string" &&
        typeof sid === "string" &&
        Number.isSafeInteger(exp) &&
        Number.isSafeInteger(iat);
      if (!isOurs) throw new AppError("unauthenticated");
      const expiresAt = Math.min(exp, iat + ACCESS_TOKEN_SECONDS);
      return { claims: { userId: sub, sessionId: sid }, expiresAt };
    } catch (error) {
      if (error instanceof errors.JWTExpired) throw new AppError("token_expired");
      if (error instanceof errors.JOSEError) throw new AppError("unauthenticated");
      throw error;
    }
  };
  const verified = new LRUCache<string, Verified>({ max: MAX_VERIFIED });

  return {
    issue: ({ userId, sessionId }, now) => {
      const iat = Math.floor(now.getTime() / 1000);
      return signEs256(signingKey, header, {
        ...{ iss: issuer, aud: AUDIENCE, sub: userId, sid: sessionId, jti: randomUUID() },
        ...{ iat, exp: iat + ACCESS_TOKEN_SECONDS },
      });
    },
    verify: async (token, now) => {
      const digest = sha256(token).toString("base64");
      const known = verified.get(digest) ?? (await verify(token, now));
      if (known.expiresAt + CLOCK_TOLERANCE_SECONDS <= now.getTime() / 1000) {
        verified.delete(digest);
        throw new AppError("token_expired");
      }
      verified.set(digest, known);
      return known.claims;
    },
  };
}
