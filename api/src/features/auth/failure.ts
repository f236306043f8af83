import { compose, lettersIn } from "../../mails/compose.ts";
import type { Letters } from "../../mails/letters.ts";
import { recordEvents } from "../../platform/audit.ts";
import { inTransaction } from "../../platform/client.ts";
import { asSystem } from "../../platform/tenancy.ts";
import type { PasswordAttempt } from "./attempts.ts";
import type { AuthDeps } from "./deps.ts";
import { eventFrom, type From } from "./from.ts";
import { createLink } from "./one-time-token.ts";
import { mailReset } from "./reset.ts";

const PASS_SECONDS = 10 * 60;
/** Its owner may be asleep while strangers have their password blocked, and keep them from asking for another link. */
const BLOCKED_LINK_SECONDS = 24 * 3600;

/** Whose password somebody did not know. */
export interface Account {
  readonly id: string;
  readonly tenantId: string;
  readonly email: string;
  readonly locale: string;
  readonly emailVerifiedAt: Date | null;
  readonly passwordHash: string | null;
}

/** Does what nobody waits for. */
export function aside({ logger }: AuthDeps, work: () => Promise<unknown>): void {
  asSystem(work).catch((error: unknown) => {
    logger.error({ err: error }, "what follows a sign-in by password was not done");
  });
}

/** Keeps in the audit that somebody had to wait: once an hour, however many try. To be called as the system. */
export async function afterWait(
  { platform, limits, clock }: AuthDeps,
  user: Account,
  from: From,
): Promise<void> {
  const { isExceeded } = await limits.blockedEvents.use(limits.keyOf(user.email));
  if (isExceeded) return;
  const about = { outcome: "denied", actor: "anonymous" } as const;
  await recordEvents(platform, [eventFrom(from, user, "login.blocked", about)], clock());
}

/**
 * What follows a wrong password: it is kept in the audit; when it was one too many, the password is blocked or strangers
 * are kept waiting, and the owner is mailed a link for the way around. To be called as the system.
 */
export async function afterFailure(
  deps: AuthDeps,
  user: Account,
  { guards, blocks }: PasswordAttempt,
  from: From,
  action = "login.failed",
): Promise<void> {
  const { platform } = deps;
  const now = deps.clock();
  const event = (action: string, outcome: "failure" | "denied") =>
    eventFrom(from, user, action, { outcome, actor: "anonymous" });
  const isUsed = user.emailVerifiedAt !== null && user.passwordHash !== null;
  await recordEvents(platform, [event(action, "failure")], now);
  if (isUsed && blocks) {
    const isNew = await inTransaction(platform, async (tx) => {
      const { count } = await tx.user.updateMany({
        where: { id: user.id, passwordHash: user.passwordHash, passwordBlockedAt: null },
        data: { passwordBlockedAt: now },
      });
      if (count === 1) await recordEvents(tx, [event("password.blocked", "denied")], now);
      return count === 1;
    });
    if (!isNew) return;
    const letterWith = (letters: Letters, link: string) => letters.passwordBlocked(link);
    await mailReset(deps, user, letterWith, BLOCKED_LINK_SECONDS);
  } else if (isUsed && guards) {
    const token = await inTransaction(platform, async (tx) => {
      await recordEvents(tx, [event("login.guarded", "denied")], now);
      return createLink(tx, user, { purpose: "sign_in_pass", seconds: PASS_SECONDS }, now);
    });
    const letter = lettersIn(user.locale).signInGuarded(`${deps.appUrl}/sign-in#pass=${token}`);
    await deps.send(compose(user.email, letter));
  }
}
