import * as z from "zod";
import { AppError } from "../../contract/errors.ts";
import type { PlatformQueries } from "../../platform/client.ts";
import { asSystem } from "../../platform/tenancy.ts";
import { challenges } from "./challenges.ts";
import type { Challenge } from "./contract.ts";
import type { AuthDeps } from "./deps.ts";
import type { From } from "./from.ts";
import { startSession, type HeldSession, type Proof } from "./sessions.ts";

/** What a sign-in comes to: a session, or the question for a second factor. */
export type SignedIn =
  | { readonly is: "session"; readonly session: HeldSession }
  | { readonly is: "challenge"; readonly challenge: Challenge };

/** Somebody who has proved by one factor or two who they are. */
export interface SignIn {
  readonly userId: string;
  readonly proof: Proof;
  readonly remember: boolean;
  readonly from: From;
}

/** A sign-in that waits for its second factor. */
export const secondFactor = challenges({
  name: "second_factor",
  payload: z.strictObject({ amr: z.array(z.string()), remember: z.boolean() }),
  seconds: 300,
  maxAttempts: 5,
  expired: "mfa_token_expired",
});

/**
 * The end of every way in, whatever it began with. There is no other place where a session begins for somebody who has
 * an account, so that no way in forgets the second factor or lets a suspended account in (CVE-2026-9798).
 *
 * @throws AppError `email_not_verified`, `account_suspended`.
 */
export async function completeSignIn(
  deps: Pick<AuthDeps, "platform" | "refreshTokens" | "clock">,
  { userId, proof, remember, from }: SignIn,
): Promise<SignedIn> {
  const now = deps.clock();
  return asSystem(async () => {
    const user = await deps.platform.user.findUnique({
      where: { id: userId },
      include: { totp: { select: { confirmedAt: true } } },
    });
    if (user === null) throw new AppError("invalid_credentials");
    if (user.emailVerifiedAt === null) throw new AppError("email_not_verified");
    if (proof.assurance === 1 && (user.totp?.confirmedAt ?? null) !== null) {
      const step = { userId, payload: { amr: [...proof.amr], remember }, now };
      const mfaToken = await secondFactor.create(deps.platform, step);
      const methods: Challenge["methods"] = ["totp", "recovery"];
      return { is: "challenge", challenge: { mfaRequired: true, mfaToken, methods } };
    }
    // Only who proved all that is asked learns that the account is suspended.
    if (user.status !== "active") throw new AppError("account_suspended");
    return {
      is: "session",
      session: await beginSession(deps.platform, deps, { user, proof, remember, from, now }),
    };
  });
}

/** Begins a session, and remembers the browser as one of the user's. */
export async function beginSession(
  db: PlatformQueries,
  { refreshTokens }: Pick<AuthDeps, "refreshTokens">,
  session: Parameters<typeof startSession>[2],
): Promise<HeldSession> {
  return startSession(db, refreshTokens, session);
}
