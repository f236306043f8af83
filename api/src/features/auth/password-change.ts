import { AppError } from "../../contract/errors.ts";
import { recordEvents } from "../../platform/audit.ts";
import { inTransaction } from "../../platform/client.ts";
import { asSystem } from "../../platform/tenancy.ts";
import { lockUsers } from "../../platform/users.ts";
import { tell } from "./tell.ts";
import { isPasswordEnough, reauthRequired } from "../sessions/reauth.ts";
import type { Caller } from "./authenticate.ts";
import { isFresh } from "./authorize.ts";
import type { AuthResult } from "./contract.ts";
import { assertCurrentPassword } from "./current-password.ts";
import type { AuthDeps } from "./deps.ts";
import { deviceOf, eventFrom, type From } from "./from.ts";
import { forgetDevices } from "./known-devices.ts";
import type { RefreshToken } from "./refresh-token.ts";
import { endTrust } from "./reset.ts";
import { assertSessionLives, proveAgain, rotateSession } from "./sessions.ts";
import { authResult, handSession, type Handed } from "./signed-in.ts";

/**
 * Changes the password of somebody who is signed in and knows it. All other sessions end, this one goes on with another
 * refresh token, and links that were mailed before work no more. Attempts are counted apart from strangers' failures to
 * sign in, and with them towards the hundred in a row that block a password.
 *
 * Knowing it is the proof where a password alone is one. Where it is not, who they are has to have been proven by all that
 * is asked for within five minutes, and the password adds nothing to that: whoever stole it signs nobody out with it, and
 * opens nothing else. So does somebody without a password, who sets their first.
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
  const isProof = await isPasswordEnough(platform, caller);
  if (!isProof) await assertFresh(deps, caller);
  if (row.passwordHash !== null && currentPassword === undefined) throw noCurrentPassword();
  const context = { ...row, tenantName: row.tenant.name };
  await deps.passwordPolicy.assertStrong(newPassword, context, "body.newPassword");
  if (row.passwordHash !== null) {
    await assertCurrentPassword(deps, row, currentPassword ?? "", from, "password.change_failed");
  }

  const passwordHash = await passwords.hash(newPassword);
  const now = deps.clock();
  await asSystem(() =>
    inTransaction(platform, async (tx) => {
      await lockUsers(tx, [user.id]);
      const session = { id: sessionId, userId: user.id };
      await assertSessionLives(tx, session, now);
      // Meanwhile they may have set up a second factor.
      if (isProof && !(await isPasswordEnough(tx, caller))) {
        throw await reauthRequired(tx, caller, deps);
      }
      const { count } = await tx.user.updateMany({
        // Still the one that was checked: of two changes at once one is made.
        where: { id: user.id, passwordHash: row.passwordHash, passwordBlockedAt: null },
        data: { passwordHash },
      });
      if (count !== 1) throw new AppError("invalid_credentials");
      await endTrust(tx, user.id, { reason: "password_changed", except: sessionId }, now);
      await forgetDevices(tx, user.id, deviceOf(from));
      if (isProof) await proveAgain(tx, session, { amr: ["pwd"], assurance: 1 }, now);
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
async function assertFresh(deps: AuthDeps, caller: Caller): Promise<void> {
  if (!isFresh(caller, deps.clock())) throw await reauthRequired(deps.platform, caller, deps);
}

const noCurrentPassword = () =>
  new AppError("invalid_request", {
    errors: [{ path: "body.currentPassword", message: "must be your password until now" }],
  });
