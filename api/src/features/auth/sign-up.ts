import { setTimeout as sleep } from "node:timers/promises";
import { AppError } from "../../contract/errors.ts";
import { randomUUID } from "../../crypto/random.ts";
import { isDuplicate } from "../../lib/database-errors.ts";
import type { Mail } from "../../lib/mail.ts";
import { inTransaction } from "../../platform/client.ts";
import { insertDek } from "../../platform/deks.ts";
import { asSystem } from "../../platform/tenancy.ts";
import type { AuthDeps } from "./deps.ts";
import { accountExistsMail, verificationMail } from "./mails.ts";
import { createLinkToken, takeLinkToken } from "./one-time-token.ts";
import { assertStrong } from "./passwords.ts";
import { startSession, type HeldSession } from "./sessions.ts";

/** Longer than writing a mail to the outbox takes. */
const RESEND_MS = 250;

export interface SignUp {
  readonly email: string;
  readonly password: string;
  readonly displayName?: string | undefined;
  readonly timeZone?: string | undefined;
}

/**
 * Creates an account, its tenant and its data key, and mails a link to the address. For an address that has an account
 * the outcome looks the same from outside; its owner is told by mail.
 *
 * @throws AppError `weak_password`, `overloaded`.
 */
export async function signUp(deps: AuthDeps, form: SignUp, client: string): Promise<void> {
  assertStrong(form.password, form.email);
  const passwordHash = await deps.passwords.hash(form.password);
  const mail = await asSystem(async () => {
    const user = await deps.platform.user.findUnique({ where: { email: form.email } });
    if (user?.emailVerifiedAt) return accountExistsMail(form.email, deps.appUrl);
    // Not verified, so perhaps somebody else's doing: this password counts only with this mail's link.
    if (user !== null) return mailLink(deps, user, passwordHash);
    try {
      return await createAccount(deps, form, passwordHash);
    } catch (error) {
      // The same address was signed up at the same moment; that request sends the mail.
      if (isDuplicate(error)) return null;
      throw error;
    }
  });
  if (mail !== null) await sendMail(deps, mail, client);
}

/**
 * Mails the link again, where there is an account that waits for it. Takes the same time whether there is or not: what
 * is to be done is done meanwhile, or after.
 */
export async function resendVerification(
  deps: AuthDeps,
  email: string,
  client: string,
): Promise<void> {
  const user = await asSystem(() => deps.platform.user.findUnique({ where: { email } }));
  if (user !== null && user.emailVerifiedAt === null) {
    void asSystem(() => mailLink(deps, user, user.passwordHash))
      .then((mail) => sendMail(deps, mail, client))
      .catch((error: unknown) => deps.logger.error({ err: error }, "a link could not be made"));
  }
  await sleep(RESEND_MS);
}

/**
 * Proves an address by the token of a link, and signs in whoever has it.
 *
 * @throws AppError `gone` when the link is used, expired or unknown.
 */
export async function verifyEmail(
  deps: AuthDeps,
  token: string,
  userAgent: string,
): Promise<HeldSession> {
  const now = deps.clock();
  return asSystem(() =>
    inTransaction(deps.platform, async (tx) => {
      const taken = await takeLinkToken(tx, token, now);
      if (taken === null) throw new AppError("gone");
      const { userId: id, passwordHash } = taken;
      const user = await tx.user.update({
        where: { id },
        data: { emailVerifiedAt: now, ...(passwordHash === null ? {} : { passwordHash }) },
      });
      return startSession(tx, deps.refreshTokens, { user, userAgent, remember: true, now });
    }),
  );
}

async function createAccount(deps: AuthDeps, form: SignUp, passwordHash: string): Promise<Mail> {
  const { ownerId, dek } = await deps.keys.createDek();
  const displayName = form.displayName ?? form.email.split("@")[0] ?? "";
  const user = { id: randomUUID(), tenantId: randomUUID() };
  return inTransaction(deps.platform, async (tx) => {
    await tx.tenant.create({ data: { id: user.tenantId, name: displayName } });
    await tx.user.create({
      data: {
        ...user,
        email: form.email,
        displayName,
        passwordHash,
        timeZone: form.timeZone ?? "UTC",
      },
    });
    await insertDek(tx, user, ownerId, dek);
    const token = await createLinkToken(tx, user, { passwordHash, now: deps.clock() });
    return verificationMail(form.email, deps.appUrl, token);
  });
}

async function mailLink(
  deps: AuthDeps,
  user: { readonly id: string; readonly tenantId: string; readonly email: string },
  passwordHash: string | null,
): Promise<Mail> {
  const token = await createLinkToken(deps.platform, user, { passwordHash, now: deps.clock() });
  return verificationMail(user.email, deps.appUrl, token);
}

/** Nobody's inbox is filled by strangers: past a few mails an hour, no more are sent and nothing is said. */
async function sendMail({ limits, ...deps }: AuthDeps, mail: Mail, client: string): Promise<void> {
  const byClient = await limits.clientMailsTo.use(limits.keyOf(mail.to, client));
  if (byClient.isExceeded) return;
  const byAll = await limits.mailsTo.use(limits.keyOf(mail.to));
  if (byAll.isExceeded) return;
  try {
    await deps.send(mail);
  } catch (error) {
    // The account is there and its owner can ask for the link again.
    deps.logger.error({ err: error }, "a mail could not be sent");
  }
}
