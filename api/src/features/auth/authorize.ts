import type { Guarded } from "../../contract/endpoint.ts";
import { AppError } from "../../contract/errors.ts";
import { ruleOf } from "../../contract/permissions.ts";
import type { Caller } from "./authenticate.ts";

/** How long a proof of who somebody is counts for what cannot be undone (ASVS 5.0, 7.5.1 to 7.5.3). */
const FRESH_MS = 5 * 60_000;

/**
 * The one place that decides whether a caller may call an endpoint.
 *
 * @throws AppError `mfa_required_by_policy`, `forbidden`, `reauth_required`.
 */
export function authorize(
  { user, authTime, assurance }: Caller,
  endpoint: Guarded,
  now: Date,
): void {
  const { roles, isOpenBeforeMfa } = ruleOf(endpoint.permission);
  if (user.mfaRequired && assurance < 2 && isOpenBeforeMfa !== true) {
    throw new AppError("mfa_required_by_policy");
  }
  const isAllowed =
    roles.includes(user.role) ||
    // Whoever runs the platform has to have proven two factors.
    (user.platformRole !== null && roles.includes(user.platformRole) && assurance >= 2);
  if (!isAllowed) throw new AppError("forbidden");
  if (endpoint.fresh === true && now.getTime() - authTime.getTime() > FRESH_MS) {
    throw new AppError("reauth_required");
  }
}
