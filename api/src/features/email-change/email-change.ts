import { AppError } from "../../contract/errors.ts";
import { clientKey } from "../../lib/client-ip.ts";
import { isDuplicate } from "../../lib/database-errors.ts";
import type { Mail } from "../../lib/mail.ts";
import { compose, lettersIn } from "../../mails/compose.ts";
import { recordEvents } from "../../platform/audit.ts";
import { inTransaction, type PlatformQueries } from "../../platform/client.ts";
import { asSystem } from "../../platform/tenancy.ts";
import { lockUsers } from "../../platform/users.ts";
import { eraseIfUnproven, type ErasureDeps } from "../account/erase.ts";
import type { Caller } from "../auth/authenticate.ts";
import type { AuthDeps } from "../auth/deps.ts";
import { eventFrom, type From } from "../auth/from.ts";
import { addressKept } from "../auth/new-account.ts";
import {
  createLink,
  findFormerOwner,
  findLink,
  isKeptForAnother,
  takeLink,
  voidLinks,
} from "../auth/one-time-token.ts";
import { endTrust } from "../auth/reset.ts";
import { assertSessionLives } from "../auth/sessions.ts";
import { sendMail } from "../auth/sign-up.ts";

const CONFIRM_SECONDS = 60 * 60;
const UNDO_SECONDS = 48 * 3600;

export type EmailChangeDeps = AuthDeps & Pick<ErasureDeps, "keysBackupDays">;

/**
 * Asks for another address for the caller's account: it is used once a link is opened that is mailed there. The address
 * so far is told, with a link that stops it. An earlier request ends.
 *
 * What is done and answered is the same when the address has an account: its owner is told, and the caller is not.
 *
 * @throws AppError `invalid_request` for the address that it is; `session_revoked` when it has changed meanwhile, or the
 * session has ended.
 */
export async function requestEmailChange(
  deps: EmailChangeDeps,
  { user, sessionId }: Caller,
  newEmail: string,
  from: From,
): Promise<void> {
  if (newEmail === user.email) {
    const message = "must be another address than that of your account";
    throw new AppError("invalid_request", { errors: [{ path: "body.newEmail", message }] });
  }
  const now = deps.clock();
  const letters = lettersIn(user.locale);
  const [toNew, toOld] = await asSystem(() =>
    inTransaction(deps.platform, async (tx) => {
      await lockUsers(tx, [user.id]);
      await assertSessionLives(tx, { id: sessionId, userId: user.id }, now);
      const isSame = { id: user.id, email: user.email, emailVerifiedAt: { not: null } };
      if ((await tx.user.count({ where: isSame })) !== 1) throw new AppError("session_revoked");
      await voidLinks(tx, user.id, ["change_email"]);
      const confirm = { purpose: "change_email", seconds: CONFIRM_SECONDS } as const;
      const token = await createLink(tx, user, { ...confirm, email: newEmail }, now);
      // Good for as long as the change can be confirmed, and then undone: whoever finds this mail first needs no other.
      const seconds = CONFIRM_SECONDS + UNDO_SECONDS;
      const keep = await createUndoLink(tx, deps, user, seconds);
      await recordEvents(tx, [eventFrom(from, user, "email_change.requested")], now);
      const link = `${deps.appUrl}/confirm-email#token=${token}`;
      return [
        (await mailToHolder(tx, newEmail, user.id, now)) ??
          compose(newEmail, letters.confirmEmail(link)),
        compose(user.email, letters.emailChanging(newEmail, keep)),
      ];
    }),
  );
  void sendMail(deps, toNew, clientKey(from.address), deps.limits.emailChangesTo);
  sendLater(deps, toOld);
}

/** What is mailed to an address that somebody else has, or may take back; null for one that is free. */
async function mailToHolder(
  tx: PlatformQueries,
  email: string,
  userId: string,
  now: Date,
): Promise<Mail | null> {
  // One that nobody has proven is no account's: whoever opens the link has proven it.
  const holder = await tx.user.findFirst({ where: { email, emailVerifiedAt: { not: null } } });
  const former = await findFormerOwner(tx, email, now);
  if (holder !== null) return compose(email, lettersIn(holder.locale).emailInUse());
  if (former === null || former.id === userId) return null;
  return compose(email, lettersIn(former.locale).emailReserved());
}

/**
 * Uses another address for an account, by the token of the link that was mailed there, which proves it. All sessions end
 * but the one of this browser, and links that were mailed to the address until now work no more. That one is told, with a
 * link that takes the change back for 48 hours; nobody else gets it meanwhile.
 *
 * @param held - The session of this browser, if it has one.
 * @throws AppError `gone`; `conflict` when the address has become another account's, and nothing was changed.
 */
export async function confirmEmailChange(
  deps: EmailChangeDeps,
  token: string,
  { from, held }: { readonly from: From; readonly held: string | undefined },
): Promise<void> {
  const { platform } = deps;
  const now = deps.clock();
  const { userId, toOld } = await asSystem(async () => {
    const link = await findLink(platform, "change_email", token, now);
    const { userId, email } = link;
    if (email === null) throw new AppError("gone");
    await makeRoom(deps, email, from);
    const change = async (tx: PlatformQueries) => {
      await lockUsers(tx, [userId]);
      await takeLink(tx, link);
      const user = await tx.user.findUniqueOrThrow({ where: { id: userId } });
      if (user.status !== "active") throw new AppError("gone");
      await tx.user.update({ where: { id: userId }, data: { email, emailVerifiedAt: now } });
      // Asked once the address is held: whoever gives it up at this moment has done so, or waits.
      if (await isKeptForAnother(tx, { userId, email }, now)) throw addressKept();
      const keep = held === undefined ? {} : { except: held };
      await endTrust(tx, userId, { reason: "email_changed", ...keep }, now);
      const undo = await createUndoLink(tx, deps, user, UNDO_SECONDS);
      await recordEvents(tx, [eventFrom(from, user, "email_change.confirmed")], now);
      return compose(user.email, lettersIn(user.locale).emailChanged(email, undo));
    };
    return { userId, toOld: await inTransaction(platform, change) };
  }).catch((error: unknown) => {
    if (!isDuplicate(error)) throw error;
    const detail = "Another account has this address now. Yours has the one it had.";
    throw new AppError("conflict", { cause: error, detail });
  });
  await deps.sessions.evict({ userId });
  sendLater(deps, toOld);
}

/** The link by which an account gets the address back that it has now. It is mailed there. */
async function createUndoLink(
  tx: PlatformQueries,
  { appUrl, clock }: Pick<EmailChangeDeps, "appUrl" | "clock">,
  user: { readonly id: string; readonly email: string },
  seconds: number,
): Promise<string> {
  const kind = { purpose: "undo_email_change", seconds, email: user.email } as const;
  const token = await createLink(tx, user, kind, clock());
  return `${appUrl}/keep-email#token=${token}`;
}

/** A sign-up that nobody has proven keeps nobody from an address: it goes when somebody has. */
async function makeRoom(deps: EmailChangeDeps, email: string, from: From): Promise<void> {
  const where = { email, emailVerifiedAt: null };
  const shell = await deps.platform.user.findFirst({ where, select: { id: true } });
  if (shell === null) return;
  const { route: purpose, requestId } = from;
  await eraseIfUnproven(deps, shell.id, { actor: "anonymous", purpose, requestId });
}

function sendLater({ send, logger }: EmailChangeDeps, mail: Mail): void {
  send(mail).catch((error: unknown) => logger.error({ err: error }, "a mail could not be sent"));
}
