import { AppError } from "../../contract/errors.ts";
import { isDuplicate } from "../../lib/database-errors.ts";
import { recordEvents } from "../../platform/audit.ts";
import { inTransaction, type PlatformQueries } from "../../platform/client.ts";
import { asSystem } from "../../platform/tenancy.ts";
import { lockUsers } from "../../platform/users.ts";
import type { AuthDeps } from "../auth/deps.ts";
import { eventFrom, type From } from "../auth/from.ts";
import { forgetDevices } from "../auth/known-devices.ts";
import { findLink, takeUndoLink, voidLinks } from "../auth/one-time-token.ts";
import { endTrust, mailReset } from "../auth/reset.ts";
import { revokeInvitationsBy } from "../tenants/ended-invitations.ts";
import { revokeTokens } from "../tokens/tokens.ts";

/** Whoever takes an account over may settle in it first, and ask for another address later. */
const SUSPECT_MS = 7 * 86_400_000;

/**
 * Keeps an address, by the token of a link that was mailed there. A change that waits is stopped. One that was confirmed is
 * taken back, which is what somebody does whose account was taken over: everybody is signed out, tokens are revoked, the
 * password is taken no more until it is set anew by the link that is mailed, invitations that were sent and not accepted are
 * taken back, and what was set up to sign in with since the change was asked for, or in the week before, is removed: passkeys,
 * identities, an authenticator app, recovery codes. An app from before that stays: a mailbox alone does not take it away.
 *
 * @throws AppError `gone`; `conflict` when the address is another account's, and nothing was changed.
 */
export async function keepEmail(
  deps: AuthDeps,
  token: string,
  from: From,
): Promise<"cancelled" | "undone"> {
  const { platform } = deps;
  const now = deps.clock();
  return asSystem(async () => {
    const link = await findLink(platform, "undo_email_change", token, now);
    const { userId, email } = link;
    if (email === null) throw new AppError("gone");
    const restored = await inTransaction(platform, async (tx) => {
      await lockUsers(tx, [userId]);
      const asked = await whenAsked(tx, userId, email);
      await takeUndoLink(tx, link);
      const user = await tx.user.findUniqueOrThrow({ where: { id: userId } });
      if (user.email === email) {
        const count = await voidLinks(tx, userId, ["change_email"]);
        const cancelled = eventFrom(from, user, "email_change.cancelled");
        if (count > 0) await recordEvents(tx, [cancelled], now);
        return null;
      }
      await tx.user.update({ where: { id: userId }, data: { email, emailVerifiedAt: now } });
      await tx.user.updateMany({
        where: { id: userId, passwordHash: { not: null } },
        data: { passwordBlockedAt: now },
      });
      await endTrust(tx, userId, { reason: "email_changed" }, now);
      await revokeTokens(tx, userId, now);
      await forgetDevices(tx, userId);
      await revokeInvitationsBy(tx, userId, now);
      const since = new Date(asked.getTime() - SUSPECT_MS);
      const added = { where: { userId, createdAt: { gte: since } } };
      await tx.passkey.deleteMany(added);
      await tx.oauthAccount.deleteMany(added);
      await tx.totpCredential.deleteMany({ where: { userId, confirmedAt: { gte: since } } });
      await tx.recoveryCode.deleteMany(added);
      await recordEvents(tx, [eventFrom(from, user, "email_change.undone")], now);
      return { ...user, email };
    });
    if (restored === null) return "cancelled";
    await deps.sessions.evict({ userId });
    await mailReset(deps, restored, (letters, to) => letters.emailChangeUndone(to)).catch(
      // They can ask for another.
      (error: unknown) => deps.logger.error({ err: error }, "a mail could not be sent"),
    );
    return "undone";
  }).catch((error: unknown) => {
    if (!isDuplicate(error)) throw error;
    const detail = "Another account has this address now.";
    throw new AppError("conflict", { cause: error, detail });
  });
}

/** When the change was asked for that led away from an address. */
async function whenAsked(tx: PlatformQueries, userId: string, email: string): Promise<Date> {
  const first = await tx.oneTimeToken.findFirst({
    where: { userId, purpose: "undo_email_change", email },
    orderBy: { createdAt: "asc" },
  });
  if (first === null) throw new AppError("gone");
  return first.createdAt;
}
