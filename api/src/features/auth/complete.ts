import * as z from "zod";
import { AppError } from "../../contract/errors.ts";
import type { Execute } from "../../lib/database.ts";
import { insertEvents, type AuditEvent } from "../../platform/audit.ts";
import type { PlatformQueries } from "../../platform/client.ts";
import { replaceSession } from "../../platform/sign-in-statement.ts";
import { findFactors, holdUser, type HeldUser } from "../../platform/users.ts";
import { useTrustedDevice } from "../mfa/trusted-devices.ts";
import { challenges } from "./challenges.ts";
import type { Challenge } from "./contract.ts";
import type { AuthDeps } from "./deps.ts";
import { areTwoAsked } from "./factors.ts";
import { eventFrom, type From } from "./from.ts";
import { rememberDevice } from "./known-devices.ts";
import { NEVER, startSession, type HeldSession, type Proof } from "./sessions.ts";

/** What a sign-in comes to: a session, or the question for a second factor. */
export type SignedIn =
  | { readonly is: "session"; readonly session: HeldSession }
  | { readonly is: "challenge"; readonly challenge: Challenge };

/** Somebody who has proved by one factor or two who they are. */
export interface SignIn {
  readonly userId: string;
  readonly proof: Proof;
  /** The hash of the password that was right, where that was the proof. */
  readonly passwordHash?: string;
  readonly remember: boolean;
  readonly from: From;
}

/** A sign-in that waits for its second factor. */
export const secondFactor = challenges({
  name: "second_factor",
  payload: z.strictObject({
    amr: z.array(z.string()),
    remember: z.boolean(),
    /** When the first was proven, if not at the sign-in: the second makes it no fresher. */
    provenAt: z.iso
      .datetime()
      .transform((text) => new Date(text))
      .optional(),
  }),
  seconds: 300,
  maxAttempts: 5,
  expired: "mfa_token_expired",
});

type Deps = Pick<AuthDeps, "platform" | "refreshTokens" | "clock">;

/**
 * The end of every way in, whatever it began with. There is no other place where a session begins for somebody who has
 * an account, so that no way in forgets the second factor or lets a suspended account in (CVE-2026-9798).
 *
 * What was proven may come to an end at that moment. So the account is asked once more and held until the session is
 * there: one that began by the former password would outlive the reset that ends all (better-auth#11335).
 *
 * @throws AppError `invalid_credentials` when the password has been replaced since; `email_not_verified`,
 * `account_suspended`.
 */
export async function completeSignIn(
  deps: Deps & Pick<AuthDeps, "platformDatabase">,
  signIn: SignIn,
): Promise<SignedIn> {
  return deps.platformDatabase.transaction((execute) =>
    completeSignInWithin(execute, deps, signIn),
  );
}

/** {@link completeSignIn} in a transaction of the caller's. */
export async function completeSignInWithin(
  execute: Execute,
  deps: Deps,
  { userId, proof, passwordHash, remember, from }: SignIn,
): Promise<SignedIn> {
  const now = deps.clock();
  const user = await holdUser(execute, userId);
  if (user === null || (passwordHash !== undefined && user.passwordHash !== passwordHash))
    throw new AppError("invalid_credentials");
  if (user.emailVerifiedAt === null) throw new AppError("email_not_verified");
  const factors = await findFactors(execute, user);
  const { hasTotp, hasRecoveryCode, hasPasskey, isMfaRequired } = factors;
  const isTwoRequired = areTwoAsked({ ...user, mfaRequired: isMfaRequired });
  const isAsked = proof.assurance === 1 && hasTotp;
  // Not where somebody has to have proven two.
  const isSpared =
    isAsked && !isTwoRequired && (await useTrustedDevice(execute, userId, from, now));
  if (isAsked && !isSpared) {
    const { provenAt } = proof;
    const payload = { amr: [...proof.amr], remember, ...(provenAt && { provenAt }) };
    const mfaToken = await secondFactor.create(execute, { userId, payload, now });
    const methods: Challenge["methods"] = hasRecoveryCode ? ["totp", "recovery"] : ["totp"];
    return { is: "challenge", challenge: { mfaRequired: true, mfaToken, methods } };
  }
  // Only who proved all that is asked learns that the account is suspended.
  if (user.status !== "active") throw new AppError("account_suspended");
  // Until somebody of whom two factors are asked has proved two, where they could by a passkey, nothing that asks for a
  // fresh proof is open: whoever has but their password cannot add a factor of their own to it.
  const couldProveTwo = proof.assurance === 1 && hasPasskey && isTwoRequired;
  // A trusted device is no proof: what asks for a fresh one, or for two factors, goes on asking.
  const isHeldBack = isSpared || couldProveTwo;
  const amr = isSpared ? [...proof.amr, "tdv"] : proof.amr;
  const proven = isHeldBack ? { ...proof, amr, provenAt: NEVER } : proof;
  const replaced = await endHeld(execute, deps, user, from, now);
  const ended = replaced && eventFrom(from, user, "session.ended", { target: replaced });
  const begun = { user, proof: proven, remember, from, now };
  const session = await beginHeld(execute, deps, begun, ended ? [ended] : [], factors.auditSalt);
  return { is: "session", session: replaced === undefined ? session : { ...session, replaced } };
}

/**
 * Ends the session of theirs that the browser holds already: nobody could sign it out any more (ASVS 5.0, 7.2.4).
 *
 * @returns its id, if there was one.
 */
async function endHeld(
  execute: Execute,
  { refreshTokens }: Deps,
  { id: userId }: HeldUser,
  from: From,
  now: Date,
): Promise<string | undefined> {
  const id = refreshTokens.decode(from.cookie("rt") ?? "")?.sessionId;
  if (id === undefined) return undefined;
  return (await replaceSession(execute, { id, userId }, now)) ? id : undefined;
}

/** {@link areTwoAsked} of a user whose tenant is yet to be read. */
export async function mustProveTwo(
  tx: PlatformQueries,
  user: { readonly tenantId: string; readonly platformRole: string | null },
): Promise<boolean> {
  const where = { id: user.tenantId, mfaRequired: true };
  return areTwoAsked({ ...user, mfaRequired: (await tx.tenant.count({ where })) > 0 });
}

type Begun = Parameters<typeof startSession>[2];

/**
 * Begins a session, and remembers the browser as one of the user's: they are told of a new one.
 *
 * @throws AppError `session_revoked` when the account is gone.
 */
export async function beginSession(
  execute: Execute,
  deps: Pick<AuthDeps, "platform" | "refreshTokens">,
  session: Omit<Begun, "user"> & { readonly user: { readonly id: string } },
): Promise<HeldSession> {
  const user = await holdUser(execute, session.user.id);
  if (user === null) throw new AppError("session_revoked");
  return beginHeld(execute, deps, { ...session, user }, []);
}

/** {@link beginSession} for a user who is held, with what else there is to be kept in the audit. */
async function beginHeld(
  execute: Execute,
  { platform, refreshTokens }: Pick<AuthDeps, "platform" | "refreshTokens">,
  session: Begun,
  events: readonly AuditEvent[],
  auditSalt: Uint8Array | null = null,
): Promise<HeldSession> {
  const { user, from, now } = session;
  const held = await startSession(execute, refreshTokens, session);
  const { id: target, device } = held;
  const succeeded = eventFrom(from, user, "login.succeeded", { target });
  await insertEvents(execute, [...events, succeeded], now, platform, auditSalt);
  const isNew = device !== undefined && (await rememberDevice(execute, user, device, now));
  return isNew ? { ...held, newTo: from } : held;
}
