import { deriveKey, hmac } from "../../crypto/digest.ts";
import type { Limiter, LimiterFactory } from "../../lib/rate-limit.ts";

/** What is counted by account rather than by client. */
export interface AuthLimits {
  /** Failed sign-ins of one account from one client. */
  readonly failures: Limiter;
  /** Failed sign-ins from one client, whatever the account. */
  readonly clientFailures: Limiter;
  /** Second factors that were tried, by factor and account. */
  readonly secondFactors: Limiter;
  /** Attempts of somebody who is signed in to prove anew who they are, by account. */
  readonly reauths: Limiter;
  /** Mails to one address. */
  readonly mailsTo: Limiter;
  /** Mails to one address that one client asked for: fewer, so that a stranger cannot use up the owner's. */
  readonly clientMailsTo: Limiter;
  /** What an address is counted under: keyed, so that Redis holds no addresses. */
  keyOf(email: string, client?: string): string;
}

export function authLimits(limiter: LimiterFactory, rootKey: Uint8Array): AuthLimits {
  const key = deriveKey(rootKey, "timos/limit-key/v1");
  return {
    failures: limiter({ name: "login-failures", points: 10, seconds: 15 * 60 }),
    clientFailures: limiter({ name: "login-client-failures", points: 50, seconds: 15 * 60 }),
    secondFactors: limiter({ name: "second-factors", points: 10, seconds: 15 * 60 }),
    reauths: limiter({ name: "reauths", points: 10, seconds: 600 }),
    mailsTo: limiter({ name: "mails-to", points: 20, seconds: 3600 }),
    clientMailsTo: limiter({ name: "client-mails-to", points: 5, seconds: 3600 }),
    keyOf: (email, client = "") => hmac(key, `${email}\0${client}`).toString("base64url"),
  };
}
