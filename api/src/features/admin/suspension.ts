import { AppError } from "../../contract/errors.ts";
import { compose, lettersIn } from "../../mails/compose.ts";
import { recordEvents } from "../../platform/audit.ts";
import { inTransaction, type PlatformQueries } from "../../platform/client.ts";
import { asSystem } from "../../platform/tenancy.ts";
import { lockUsers } from "../../platform/users.ts";
import type { Caller } from "../auth/authenticate.ts";
import type { AuthDeps } from "../auth/deps.ts";
import { eventFrom, type From } from "../auth/from.ts";
import { revokeSessions } from "../auth/sessions.ts";
import { getUser } from "./accounts.ts";
import type { Account } from "./contract.ts";

type Deps = Pick<AuthDeps, "platform" | "sessions" | "send" | "logger" | "clock"> & {
  readonly forgetKeys: (userId: string) => Promise<void>;
};

/**
 * Suspends an account: its sessions end, its tokens are refused, and its keys leave the memory of the server. Nothing of
 * it is deleted. It is done when the transaction has committed; what comes after does not fail the request.
 *
 * Whoever does it stays as they are, and is held while they do it: so there is always a superadmin left, whatever several
 * do to each other at once.
 *
 * @throws AppError `forbidden` for one's own account, or who is no superadmin any more; `not_found`.
 */
export async function suspendUser(
  deps: Deps,
  caller: Caller,
  userId: string,
  from: From,
): Promise<Account> {
  if (userId === caller.user.id) {
    throw new AppError("forbidden", { detail: "Nobody suspends themselves." });
  }
  const now = deps.clock();
  const suspended = await change(deps, caller, userId, async (tx, user) => {
    if (user.status === "suspended") return null;
    await tx.user.updateMany({ where: { id: userId }, data: { status: "suspended" } });
    await revokeSessions(tx, { userId }, "suspended", now);
    await recordEvents(tx, [eventBy(from, caller, user, "account.suspended")], now);
    return user;
  });
  await Promise.all([deps.sessions.evict({ userId }), deps.forgetKeys(userId)]);
  if (suspended !== null) {
    const { email, locale } = suspended;
    deps
      .send(compose(email, lettersIn(locale).accountSuspended()))
      .catch((error: unknown) => deps.logger.error({ err: error }, "a mail could not be sent"));
  }
  return getUser(deps.platform, userId);
}

/**
 * Lets an account sign in again. Its sessions stay ended; its tokens work again.
 *
 * @throws AppError `forbidden` for who is no superadmin any more; `not_found`.
 */
export async function restoreUser(
  deps: Deps,
  caller: Caller,
  userId: string,
  from: From,
): Promise<Account> {
  await change(deps, caller, userId, async (tx, user) => {
    if (user.status === "active") return;
    await tx.user.updateMany({ where: { id: userId }, data: { status: "active" } });
    const restored = eventBy(from, caller, user, "account.restored");
    await recordEvents(tx, [restored], deps.clock());
  });
  await deps.sessions.evict({ userId });
  return getUser(deps.platform, userId);
}

type User = NonNullable<Awaited<ReturnType<PlatformQueries["user"]["findUnique"]>>>;

/** Runs `work` on an account while both it and the caller, who must still be a superadmin, are held. */
function change<T>(
  { platform }: Deps,
  { user: { id: callerId } }: Caller,
  userId: string,
  work: (tx: PlatformQueries, user: User) => Promise<T>,
): Promise<T> {
  return asSystem(() =>
    inTransaction(platform, async (tx) => {
      await lockUsers(tx, [callerId, userId]);
      const actor = await tx.user.findUnique({ where: { id: callerId } });
      if (actor?.status !== "active" || actor.platformRole !== "superadmin") {
        throw new AppError("forbidden");
      }
      const user = await tx.user.findUnique({ where: { id: userId } });
      if (user === null) throw new AppError("not_found");
      return work(tx, user);
    }),
  );
}

const eventBy = (
  from: From,
  { user: { id: actorId } }: Caller,
  user: { readonly id: string; readonly tenantId: string },
  action: string,
) => ({ ...eventFrom(from, user, action, { actor: "admin" }), actorId });
