import { AppError } from "../../contract/errors.ts";
import { recordEvents } from "../../platform/audit.ts";
import { inTransaction } from "../../platform/client.ts";
import { asSystem } from "../../platform/tenancy.ts";
import { tell } from "./tell.ts";
import { reauthMethods } from "../sessions/reauth.ts";
import type { Caller } from "./authenticate.ts";
import { isFresh } from "./authorize.ts";
import type { AuthResult } from "./contract.ts";
import { assertCurrentPassword } from "./current-password.ts";
import type { AuthDeps } from "./deps.ts";
import { deviceOf, eventFrom, type From } from "./from.ts";
import { forgetDevices } from "./known-devices.ts";
import type { RefreshToken } from "./refresh-token.ts";
import { endTrust } from "./reset.ts";
import { proveAgain, rotateSession } from "./sessions.ts";
import { authResult, handSession, type Handed } from "./signed-in.ts";

/**
 * Changes the password of somebody who is signed in and knows it: knowing it is the proof. All other sessions end, this
 * one goes on with another refresh token, and links that were mailed before work no more. Attempts are counted
 * apart from strangers' failures to sign in, and with them towards the hundred in a row that block a password.
 *
 * Somebody without a password sets their first, when they have proved within five minutes, by other means, who they are.
 *
 * @param held - The refresh token in the browser's cookie.
 * @throws AppError `invalid_credentials`, `invalid_request` without a current password, `reauth_required` where there
 * is none, `weak_password`, `too_many_attempts`, `overloaded`, `session_revoked`.
 */
export async function changePassword(
  deps: AuthDeps,
  caller: Caller,
  { currentPassword, newPassword }: { currentPassword?: string | undefined; newPassword: string },
  { from, held }: { readonly from: From; readonly held: RefreshToken | null },
): Promise<Handed<AuthResult>> {
  const { platform, passwords } = deps;
  const { user, sessionId } = caller;
  const row = await platform.user.findUniqueOrThrow({
    where: { id: user.id },
    include: { tenant: { select: { name: true } } },
  });
  if (row.passwordHash === null) await assertFresh(deps, caller);
  else if (currentPassword === undefined) throw noCurrentPassword();
  const context = { ...row, tenantName: row.tenant.name };
  await deps.passwordPolicy.assertStrong(newPassword, context, "body.newPassword");
  if (row.passwordHash !== null) {
    await assertCurrentPassword(deps, row, currentPassword ?? "", from, "password.change_failed");
  }

  const passwordHash = await passwords.hash(newPassword);
  const now = deps.clock();
  await asSystem(() =>
    inTransaction(platform, async (tx) => {
      const { count } = await tx.user.updateMany({
        // Still the one that was checked: of two changes at once one is made.
        where: { id: user.id, passwordHash: row.passwordHash, passwordBlockedAt: null },
        data: { passwordHash },
      });
      if (count !== 1) throw new AppError("invalid_credentials");
      await endTrust(tx, user.id, { reason: "password_changed", except: sessionId }, now);
      await forgetDevices(tx, user.id, deviceOf(from));
      await proveAgain(tx, { id: sessionId, userId: user.id }, { amr: ["pwd"], assurance: 1 }, now);
      await recordEvents(tx, [eventFrom(from, user, "password.changed")], now);
    }),
  );
  await deps.sessions.evict({ userId: user.id });
  tell(deps, row, from, (letters, whence) => letters.passwordChanged(whence));
  if (held?.sessionId === sessionId) {
    return handSession(deps, await rotateSession(deps, held, from));
  }
  return { body: await authResult(deps, { id: sessionId, userId: user.id }), cookies: [] };
}

/** @throws AppError `reauth_required`, with the `methods` there are. */
async function assertFresh({ platform, clock }: AuthDeps, caller: Caller): Promise<void> {
  if (isFresh(caller, clock())) return;
  const methods = await reauthMethods(platform, caller);
  throw new AppError("reauth_required", { members: { methods } });
}

const noCurrentPassword = () =>
  new AppError("invalid_request", {
    errors: [{ path: "body.currentPassword", message: "must be your password until now" }],
  });
