import type { Guarded } from "../../contract/endpoint.ts";
import { AppError } from "../../contract/errors.ts";
import { ruleOf, type Permission } from "../../contract/permissions.ts";
import type { Caller } from "./authenticate.ts";

/** How long a proof of who somebody is counts for what cannot be undone (ASVS 5.0, 7.5.1 to 7.5.3). */
const FRESH_MS = 5 * 60_000;

/**
 * The one place that decides whether a caller may call an endpoint.
 *
 * @throws AppError `mfa_required_by_policy`, `forbidden`, `reauth_required`.
 */
export function authorize(caller: Caller, endpoint: Guarded, now: Date): void {
  const { permission, fresh } = endpoint;
  const isToken = caller.scopes !== undefined;
  // Nobody is there who could prove anything, or set anything up.
  if (isToken && (fresh === true || !isInScope(caller, permission))) {
    throw new AppError("forbidden");
  }
  assertMay(caller, permission);
  if (fresh === true && !isFresh(caller, now)) throw new AppError("reauth_required");
}

/** Whether the caller has proved who they are within the last five minutes. */
export const isFresh = ({ authTime }: Pick<Caller, "authTime">, now: Date): boolean =>
  now.getTime() - authTime.getTime() <= FRESH_MS;

/**
 * For what an endpoint does only for some of those who may call it.
 *
 * @throws AppError `mfa_required_by_policy`, `forbidden`.
 */
export function assertMay({ user, assurance, scopes }: Caller, permission: Permission): void {
  const { roles, isOpenBeforeMfa } = ruleOf(permission);
  const isOpen = isOpenBeforeMfa === true && scopes === undefined;
  if (user.mfaRequired && assurance < 2 && !isOpen) throw new AppError("mfa_required_by_policy");
  const isAllowed =
    roles.includes(user.role) ||
    // Whoever runs the platform has to have proven two factors.
    (user.platformRole !== null && roles.includes(user.platformRole) && assurance >= 2);
  if (!isAllowed) throw new AppError("forbidden");
}

/** The table is asked too: what is no scope any more is none for tokens that were made when it was. */
const isInScope = ({ scopes }: Caller, permission: Permission) =>
  scopes?.includes(permission) === true && ruleOf(permission).isScope === true;
