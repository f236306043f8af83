import { AppError } from "../../contract/errors.ts";
import { recordEvents } from "../../platform/audit.ts";
import { statementsIn } from "../../platform/client.ts";
import { asSystem } from "../../platform/tenancy.ts";
import {
  completeSignInWithin,
  mustProveTwo,
  secondFactor,
  type SignedIn,
} from "../auth/complete.ts";
import type { AuthDeps } from "../auth/deps.ts";
import { eventFrom, type From } from "../auth/from.ts";
import type { Proof } from "../auth/sessions.ts";
import { withSecondFactor, type SecondFactorAnswer } from "./second-factor.ts";
import { trustDevice, type TrustCookie } from "./trusted-devices.ts";

/**
 * Ends a sign-in that waits for its second factor. The code, the waiting step and the session are one transaction: of
 * two answers that come at once, one signs in.
 *
 * @returns the outcome, and the cookie of a device that is trusted from now on, if that was asked for and no rule is
 * against it.
 * @throws AppError `mfa_token_expired`, `account_suspended`, and what `verifySecondFactor` throws.
 */
export async function signInBySecondFactor(
  deps: AuthDeps,
  asked: SecondFactorAnswer & { readonly mfaToken: string; readonly trustDevice: boolean },
  from: From,
): Promise<{ outcome: SignedIn; trust: TrustCookie | null }> {
  const now = deps.clock();
  const step = { token: asked.mfaToken, now };
  const { userId, payload } = await secondFactor.attempt(deps.platform, step);
  const user = await asSystem(() => deps.platform.user.findUnique({ where: { id: userId ?? "" } }));
  if (user === null) throw new AppError("mfa_token_expired");
  return withSecondFactor(deps, user, asked, from, async (tx, amr) => {
    await secondFactor.take(tx, step);
    const { remember, provenAt } = payload;
    const proof: Proof = {
      amr: [...payload.amr, amr],
      assurance: 2,
      ...(provenAt && { provenAt }),
    };
    const signIn = { userId: user.id, proof, remember, from };
    const outcome = await completeSignInWithin(statementsIn(tx), deps, signIn);
    if (!asked.trustDevice || (await mustProveTwo(tx, user))) return { outcome, trust: null };
    const { id, cookie } = await trustDevice(tx, user, from, now);
    const added = eventFrom(from, user, "trusted_device.added", { target: id });
    await recordEvents(tx, [added], now);
    return { outcome, trust: cookie };
  });
}
