import { setTimeout as sleep } from "node:timers/promises";
import { AppError } from "../../contract/errors.ts";
import { isEqual, sha256 } from "../../crypto/digest.ts";
import { isDuplicate } from "../../lib/database-errors.ts";
import type { Mail } from "../../lib/mail.ts";
import type { Limiter } from "../../lib/rate-limit.ts";
import { compose, lettersIn } from "../../mails/compose.ts";
import { inTransaction } from "../../platform/client.ts";
import { asSystem } from "../../platform/tenancy.ts";
import { beginSession } from "./complete.ts";
import type { AuthDeps } from "./deps.ts";
import type { From } from "./from.ts";
import { createAccount } from "./new-account.ts";
import {
  createLinkToken,
  findSignUp,
  listPending,
  takeLinkToken,
  type PendingPassword,
} from "./one-time-token.ts";
import type { HeldSession } from "./sessions.ts";
import { takeUnproven } from "./unproven.ts";

/** What asking for the link again takes, and the steps in which signing up answers; more than either needs at rest. */
const ANSWER_MS = 300;
/** What of such a step is left for the mail, so that it is mostly there when the answer is. */
const FOR_MAIL_MS = 50;
/** To how many passwords of other sign-ups for one address a new one is compared. */
const COMPARED_PASSWORDS = 3;

export interface SignUp {
  readonly email: string;
  readonly password: string;
  readonly displayName?: string | undefined;
  readonly timeZone?: string | undefined;
}

/** Where a request comes from: the client it is counted for, and the value of its sign-up cookie. */
export interface Origin {
  readonly client: string;
  readonly browser: string;
}

/**
 * Creates an account, its tenant and its data key, and mails a link to the address. For an address that has an account
 * the outcome looks the same from outside, and takes the same time: the password is hashed in either case, what differs
 * ends with a step of the clock, and no mail server is waited for. Its owner is told by mail.
 *
 * @throws AppError `weak_password`, `overloaded`.
 */
export async function signUp(deps: AuthDeps, form: SignUp, origin: Origin): Promise<void> {
  await deps.passwordPolicy.assertStrong(form.password, form);
  const passwordHash = await deps.passwords.hash(form.password);
  const pending = { passwordHash, browser: origin.browser };
  const begun = performance.now();
  const { mail, budget } = await asSystem(() => mailFor(deps, form, pending));
  void sendMail(deps, mail, origin.client, budget);
  const taken = performance.now() - begun;
  await sleep(Math.ceil((taken + FOR_MAIL_MS) / ANSWER_MS) * ANSWER_MS - taken);
}

async function mailFor(
  deps: AuthDeps,
  form: SignUp,
  pending: PendingPassword,
): Promise<{ mail: Mail; budget: Limiter }> {
  const { mailsTo, signUpNoticesTo } = deps.limits;
  const find = () => deps.platform.user.findUnique({ where: { email: form.email } });
  const known = await find();
  if (known === null) {
    try {
      // The password is replaced when the address is proven. Until then it tells a right one from a wrong one, and lets
      // nobody in.
      const account = { ...form, emailVerifiedAt: null, passwordHash: pending.passwordHash };
      const mail = await createAccount(deps, account, async (tx, user) => {
        const token = await createLinkToken(tx, user, pending, deps.clock());
        return verificationMail(deps, { email: form.email, locale: "en" }, token);
      });
      return { mail, budget: mailsTo };
    } catch (error) {
      if (error instanceof AppError && error.code === "conflict") {
        return {
          mail: compose(form.email, lettersIn("en").emailReserved()),
          budget: signUpNoticesTo,
        };
      }
      if (!isDuplicate(error)) throw error;
    }
  }
  // Known, or signed up by another request at this moment.
  const user = known ?? (await find());
  if (user?.emailVerifiedAt !== null) {
    const letter = lettersIn(user?.locale ?? "en").accountExists(`${deps.appUrl}/sign-in`);
    return { mail: compose(form.email, letter), budget: signUpNoticesTo };
  }
  const passwordHash =
    (await hashChosenBefore(deps, user.id, form.password)) ?? pending.passwordHash;
  return { mail: await mailLink(deps, user, { ...pending, passwordHash }), budget: mailsTo };
}

/** The hash of an earlier sign-up with the same password, so that repeating oneself is no second opinion. */
async function hashChosenBefore(
  { platform, passwords, clock }: AuthDeps,
  userId: string,
  password: string,
): Promise<string | undefined> {
  const hashes = (await listPending(platform, userId, clock())).map(
    (pending) => pending.passwordHash,
  );
  for (const hash of [...new Set(hashes)].slice(0, COMPARED_PASSWORDS)) {
    if (await passwords.isRight(hash, password)) return hash;
  }
  return undefined;
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
  if (user?.emailVerifiedAt === null) {
    void asSystem(() => mailLink(deps, user, null))
      .then((mail) => sendMail(deps, mail, client))
      .catch((error: unknown) => deps.logger.error({ err: error }, "a link could not be made"));
  }
  await sleep(ANSWER_MS);
}

/** What is sent to prove the address of a sign-up. */
export interface Verification {
  readonly token: string;
  /** Whether this has to be the browser that signed up, where no password is sent. */
  readonly signedUpHere?: boolean | undefined;
  /** The one that was chosen in the sign-up. */
  readonly password?: string | undefined;
  /** Takes the place of whatever was chosen. */
  readonly newPassword?: string | undefined;
}

/**
 * Proves an address by the token of a link, and signs in whoever has it.
 *
 * Somebody may have signed up with an address that is not theirs, and wait for its owner to open the link ("Pre-hijacked
 * accounts", USENIX Security 2022). The inbox says nothing of that, so it is the password of the browser in which the link
 * is opened that counts. Any other browser has to send it, or another that takes its place: nothing that was chosen
 * before is left then. Who sends the token alone answers for the sign-up, and is believed while it was the only one.
 *
 * @param browser - The value of the sign-up cookie.
 * @throws AppError `gone` when the link is used, expired or unknown; `password_required` in another browser, where
 * `signedUpHere` is said; `invalid_credentials` for a password that was not chosen; `conflict` when it cannot be said
 * whose password is the right one; `weak_password`, `overloaded`, `account_suspended`.
 */
export async function verifyEmail(
  deps: AuthDeps,
  { token, signedUpHere = false, password, newPassword }: Verification,
  { browser, from }: { browser: string | undefined; from: From },
): Promise<HeldSession> {
  const now = deps.clock();
  return asSystem(async () => {
    const sent = await hashSent(deps, { token, password, newPassword }, now);
    const choose = (pending: readonly Pending[]) =>
      sent ?? chosenIn(pending, browser) ?? (signedUpHere ? noneChosenHere() : onlyOne(pending));
    return inTransaction(deps.platform, async (tx) => {
      const { userId: id, passwordHash } = await takeLinkToken(tx, token, choose, now);
      const found = await tx.user.findUniqueOrThrow({ where: { id } });
      const isProven =
        newPassword === undefined
          ? (
              await tx.user.updateMany({
                where: { id, emailVerifiedAt: null },
                data: { emailVerifiedAt: now },
              })
            ).count === 1
          : await takeUnproven(tx, found, undefined, now);
      // The link was made for a sign-up that lost to the one that is proven already.
      if (!isProven) throw new AppError("gone");
      // A zone is one of a list: most who choose another password are those who signed up.
      const { timeZone } = found;
      const user = await tx.user.update({ where: { id }, data: { passwordHash, timeZone } });
      // The link stays good for when the account is restored, which must find no session.
      if (user.status !== "active") throw new AppError("account_suspended");
      // The address is proven and the password was chosen just now; nothing else can be set up yet.
      const proof = { amr: ["pwd"], assurance: 1 } as const;
      return beginSession(tx, deps, { user, proof, from, remember: true, now });
    });
  });
}

/** The hash of the password that came with a link, if one did. */
async function hashSent(
  deps: AuthDeps,
  { token, password, newPassword }: Verification,
  now: Date,
): Promise<string | undefined> {
  if (password === undefined && newPassword === undefined) return undefined;
  const { userId: id } = await findSignUp(deps.platform, token, now);
  if (newPassword !== undefined) {
    const user = await deps.platform.user.findUniqueOrThrow({ where: { id } });
    await deps.passwordPolicy.assertStrong(newPassword, user, "body.newPassword");
    return deps.passwords.hash(newPassword);
  }
  const hash = await hashChosenBefore(deps, id, password ?? "");
  if (hash === undefined) throw new AppError("invalid_credentials");
  return hash;
}

type Pending = Awaited<ReturnType<typeof listPending>>[number];

/** The password that was chosen in this browser. */
function chosenIn(pending: readonly Pending[], browser: string | undefined): string | undefined {
  const hash = browser === undefined ? null : sha256(browser);
  return pending.find(
    ({ browserHash }) => hash !== null && browserHash !== null && isEqual(browserHash, hash),
  )?.passwordHash;
}

function noneChosenHere(): never {
  throw new AppError("password_required");
}

function onlyOne(pending: readonly Pending[]): string {
  const [only, ...others] = new Set(pending.map(({ passwordHash }) => passwordHash));
  if (only === undefined) throw new AppError("gone");
  if (others.length > 0) {
    throw new AppError("conflict", {
      detail:
        "This address was signed up more than once. Open the link in the browser you signed up with, or send the password with it.",
    });
  }
  return only;
}

async function mailLink(
  deps: AuthDeps,
  user: {
    readonly id: string;
    readonly tenantId: string;
    readonly email: string;
    readonly locale: string;
  },
  pending: PendingPassword | null,
): Promise<Mail> {
  const token = await createLinkToken(deps.platform, user, pending, deps.clock());
  return verificationMail(deps, user, token);
}

export function verificationMail(
  { appUrl }: AuthDeps,
  { email, locale }: { readonly email: string; readonly locale: string },
  token: string,
): Mail {
  return compose(email, lettersIn(locale).verifyEmail(`${appUrl}/verify-email#token=${token}`));
}

/**
 * Sends a mail that somebody asked for who is not signed in. Nobody's inbox is filled by strangers: past a few mails an
 * hour, no more are sent and nothing is said.
 *
 * @param budget - What it is counted by, besides the client: what a stranger can have mailed to somebody who has an
 * account must not use up what its owner waits for.
 */
export async function sendMail(
  { limits, ...deps }: AuthDeps,
  mail: Mail,
  client: string,
  budget = limits.mailsTo,
): Promise<void> {
  try {
    const byClient = await limits.clientMailsTo.use(limits.keyOf(mail.to, client));
    if (byClient.isExceeded) return;
    const byAll = await budget.use(limits.keyOf(mail.to));
    if (!byAll.isExceeded) await deps.send(mail);
  } catch (error) {
    // The account is there and its owner can ask for the link again.
    deps.logger.error({ err: error }, "a mail could not be sent");
  }
}
