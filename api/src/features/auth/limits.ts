import { AppError } from "../../contract/errors.ts";
import { deriveKey, hmac } from "../../crypto/digest.ts";
import type { Lockout, LockoutFactory } from "../../lib/lockout.ts";
import type { Limiter, LimiterFactory } from "../../lib/rate-limit.ts";

/** What is counted by account rather than by client. */
export interface AuthLimits {
  /** Failed sign-ins from one client, whatever the account. */
  readonly clientFailures: Lockout;
  /** Failed sign-ins to one account from one client. */
  readonly failures: Lockout;
  /** Failed sign-ins to one account from all browsers that its owner has not signed in from. */
  readonly strangersFailures: Lockout;
  /** Failed sign-ins to one account from one browser of its owner. */
  readonly deviceFailures: Lockout;
  /** Failed sign-ins to one account, from anywhere, since the last that succeeded. */
  readonly failuresInARow: Lockout;
  /** Wrong codes of second factors, by factor and account. */
  readonly factorFailures: Lockout;
  /** The same, since a second factor was last proven. */
  readonly factorFailuresInARow: Lockout;
  /** Wrong codes of second factors by account, of which its owner is told when they are used up. */
  readonly factorAlarms: Limiter;
  /** First codes of apps that were tried to turn a second factor on, by account. */
  readonly enrolments: Limiter;
  /** Second factors that were tried with one link to choose a new password. */
  readonly resetCodes: Limiter;
  /** Wrong passwords that were sent with one link of a sign-up. */
  readonly linkPasswords: Limiter;
  /** Attempts of somebody who is signed in to prove anew who they are, by account. */
  readonly reauths: Limiter;
  /** Links to prove an address that are mailed to it. */
  readonly mailsTo: Limiter;
  /** Mails that tell an owner that somebody signs up with their address: they hold up no link. */
  readonly signUpNoticesTo: Limiter;
  /** Mails to an address that somebody wants to use for their account: they hold up no link of its owner's. */
  readonly emailChangesTo: Limiter;
  /** Invitations by mail to one address, whoever sends them. */
  readonly invitationsTo: Limiter;
  /** Notices of one kind to one address: who makes a lot of them hides no other by it. */
  readonly noticesTo: Limiter;
  /** What one account changes of its tenant, its members and its tokens: each change is in the audit for good. */
  readonly changes: Limiter;
  /** Links to choose a new password that strangers have sent to one address. */
  readonly resetsTo: Limiter;
  /** The same, asked for in one browser of the owner's: nothing that a stranger does uses these up. */
  readonly deviceResetsTo: Limiter;
  /** Mails to one address that one client asked for: fewer, so that a stranger cannot use up the owner's. */
  readonly clientMailsTo: Limiter;
  /** Links to choose a new password that one client has sent: to one address, and in all. */
  readonly clientResetsTo: Limiter;
  readonly clientResets: Limiter;
  /** Events that tell of attempts which had to wait, by account: a flood of them fills no table. */
  readonly blockedEvents: Limiter;
  /** What an address is counted under: keyed, so that Redis holds no addresses. */
  keyOf(email: string, client?: string): string;
}

const MINUTES = 60;
const HOURS = 3600;
const DAYS = 86_400;

/** How long a link to choose a new password works that somebody asked for. */
export const RESET_LINK_SECONDS = 30 * MINUTES;

export function authLimits(
  limiter: LimiterFactory,
  lockout: LockoutFactory,
  rootKey: Uint8Array,
): AuthLimits {
  const key = deriveKey(rootKey, "timos/limit-key/v1");
  return {
    clientFailures: lockout({
      name: "client",
      first: 30,
      next: 30,
      withinSeconds: 15 * MINUTES,
      waitSeconds: 15 * MINUTES,
      maxWaitSeconds: 15 * MINUTES,
      forgetSeconds: HOURS,
    }),
    failures: lockout({
      name: "account-client",
      first: 5,
      next: 1,
      withinSeconds: DAYS,
      waitSeconds: 30,
      maxWaitSeconds: 15 * MINUTES,
      forgetSeconds: DAYS,
    }),
    strangersFailures: lockout({
      name: "account",
      first: 20,
      next: 20,
      withinSeconds: HOURS,
      waitSeconds: 15 * MINUTES,
      maxWaitSeconds: 4 * HOURS,
      forgetSeconds: DAYS,
    }),
    deviceFailures: lockout({
      name: "device",
      first: 10,
      next: 10,
      withinSeconds: 15 * MINUTES,
      waitSeconds: 15 * MINUTES,
      maxWaitSeconds: 15 * MINUTES,
      forgetSeconds: HOURS,
    }),
    // No wait: what follows it is up to who asks.
    failuresInARow: lockout({
      name: "in-a-row",
      first: MAX_FAILURES_IN_A_ROW,
      next: 1,
      withinSeconds: 365 * DAYS,
      waitSeconds: 0,
      maxWaitSeconds: 0,
      forgetSeconds: 365 * DAYS,
    }),
    factorFailures: lockout({
      name: "factor",
      first: 10,
      next: 5,
      withinSeconds: HOURS,
      waitSeconds: 15 * MINUTES,
      maxWaitSeconds: 4 * HOURS,
      forgetSeconds: DAYS,
    }),
    factorFailuresInARow: lockout({
      name: "factor-in-a-row",
      first: MAX_FAILURES_IN_A_ROW,
      next: 1,
      withinSeconds: 365 * DAYS,
      waitSeconds: 365 * DAYS,
      maxWaitSeconds: 365 * DAYS,
      forgetSeconds: 365 * DAYS,
    }),
    factorAlarms: limiter({ name: "factor-alarms", points: 5, seconds: DAYS }),
    enrolments: limiter({ name: "enrolments", points: 10, seconds: 15 * MINUTES }),
    resetCodes: limiter({ name: "reset-codes", points: 5, seconds: 30 * MINUTES }),
    // As long as such a link works, so that it takes no more.
    linkPasswords: limiter({ name: "link-passwords", points: 5, seconds: DAYS }),
    reauths: limiter({ name: "reauths", points: 10, seconds: 10 * MINUTES }),
    mailsTo: limiter({ name: "mails-to", points: 20, seconds: HOURS }),
    signUpNoticesTo: limiter({ name: "sign-up-notices-to", points: 2, seconds: DAYS }),
    emailChangesTo: limiter({ name: "email-changes-to", points: 20, seconds: HOURS }),
    // For as long as the last of the links is good: when no more are sent, one that works is in the mailbox.
    resetsTo: limiter({ name: "resets-to", points: 10, seconds: RESET_LINK_SECONDS }),
    deviceResetsTo: limiter({ name: "device-resets-to", points: 3, seconds: RESET_LINK_SECONDS }),
    clientMailsTo: limiter({ name: "client-mails-to", points: 5, seconds: HOURS }),
    invitationsTo: limiter({ name: "invitations-to", points: 10, seconds: HOURS }),
    noticesTo: limiter({ name: "notices-to", points: 10, seconds: HOURS }),
    changes: limiter({ name: "changes", points: 60, seconds: HOURS }),
    clientResetsTo: limiter({ name: "client-resets-to", points: 3, seconds: HOURS }),
    clientResets: limiter({ name: "client-resets", points: 30, seconds: HOURS }),
    blockedEvents: limiter({ name: "blocked-events", points: 1, seconds: HOURS }),
    keyOf: (email, client = "") => hmac(key, `${email}\0${client}`).toString("base64url"),
  };
}

/** Counts one use. @throws AppError `rate_limited` when there were too many. */
export async function countUse(limiter: Limiter, key: string): Promise<void> {
  const { isExceeded, resetSeconds } = await limiter.use(key);
  if (isExceeded) throw new AppError("rate_limited", { retryAfterSeconds: resetSeconds });
}

/** NIST SP 800-63B-4 §3.2.2: no more failures in a row than a hundred. */
const MAX_FAILURES_IN_A_ROW = 100;
