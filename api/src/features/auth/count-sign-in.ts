import { AppError, type ErrorCode } from "../../contract/errors.ts";
import type { SignInOutcome, Way } from "../../lib/metrics.ts";
import type { SignedIn } from "./complete.ts";
import type { AuthDeps } from "./deps.ts";

/** What a refusal is counted as. All others are of people who proved enough and may not come in all the same. */
const REFUSALS: Partial<Record<ErrorCode, SignInOutcome>> = {
  invalid_credentials: "failure",
  mfa_invalid_code: "failure",
  mfa_code_already_used: "failure",
  passkey_refused: "failure",
  too_many_attempts: "locked",
  overloaded: "error",
  platform_unavailable: "error",
  vault_unavailable: "error",
};

/** Counts what a sign-in comes to: by the way in, and of nobody. */
export async function countSignIn(
  { metrics }: Pick<AuthDeps, "metrics">,
  way: Way,
  signingIn: Promise<SignedIn>,
): Promise<SignedIn> {
  try {
    const signedIn = await signingIn;
    metrics.signIns(way, endOf(signedIn));
    return signedIn;
  } catch (error) {
    metrics.signIns(way, outcomeOf(error));
    throw error;
  }
}

export const endOf = ({ is }: SignedIn): SignInOutcome =>
  is === "challenge" ? "challenged" : "success";

/** What a sign-in that failed is counted as. */
export function outcomeOf(error: unknown): SignInOutcome {
  return error instanceof AppError ? (REFUSALS[error.code] ?? "refused") : "error";
}
