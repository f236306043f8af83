import { setTimeout as sleep } from "node:timers/promises";
import { AppError } from "../../contract/errors.ts";
import { isEqual, sha256 } from "../../crypto/digest.ts";
import { isDuplicate } from "../../lib/database-errors.ts";
import type { Mail } from "../../lib/mail.ts";
import type { Limiter } from "../../lib/rate-limit.ts";
import { compose, lettersIn } from "../../mails/compose.ts";
import { inTransaction, statementsIn, type PlatformQueries } from "../../platform/client.ts";
import { asSystem } from "../../platform/tenancy.ts";
import { beginSession } from "./complete.ts";
import type { AuthDeps } from "./deps.ts";
import type { From } from "./from.ts";
import { createAccount, type NewKey } from "./new-account.ts";
import {
  createLinkToken,
  findSignUp,
  listPending,
  takeLinkToken,
  type PendingPassword,
} from "./one-time-token.ts";
import type { HeldSession } from "./sessions.ts";
import { takeUnproven } from "./unproven.ts";

/** What is added to an answer, during which that is done of which nobody is to know whether there is an account. */
const ANSWER_MS = 300;
/** With how many passwords of sign-ups for one address another is compared. */
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
 * the outcome looks the same from outside, and takes the same time: a password is hashed and a key is made in either
 * case, and what differs is done beside the answer. Its owner is told by mail.
 *
 * So a sign-up can still fail after its answer, or be lost with the process. It is logged then, and nobody was promised
 * more than a mail. Only a mail that is left in a folder is waited for: whoever signs up there looks for it at once.
 *
 * @throws AppError `weak_password`, `overloaded`, `vault_unavailable`, `platform_unavailable`.
 */
export async function signUp(deps: AuthDeps, form: SignUp, origin: Origin): Promise<void> {
  await deps.passwordPolicy.assertStrong(form.password, form);
  const [passwordHash, key, known] = await Promise.all([
    deps.passwords.hash(form.password),
    deps.keys.createDek(),
    asSystem(() => findByEmail(deps, form.email)),
  ]);
  const pending = { passwordHash, browser: origin.browser };
  const work = asSystem(() => mailFor(deps, form, { pending, key, known }))
    .then(({ mail, budget }) => sendMail(deps, mail, origin.client, budget))
    .catch((error: unknown) => deps.logger.error({ err: error }, "a sign-up could not be done"));
  await Promise.all([sleep(ANSWER_MS), deps.mailsToFolder ? work : undefined]);
}

/** What was made and looked for before it mattered whether there is an account. */
interface Begun {
  readonly pending: PendingPassword;
  readonly key: NewKey;
  readonly known: Awaited<ReturnType<typeof findByEmail>>;
}

const findByEmail = ({ platform }: AuthDeps, email: string) =>
  platform.user.findUnique({ where: { email } });

async function mailFor(
  deps: AuthDeps,
  form: SignUp,
  { pending, key, known }: Begun,
): Promise<{ mail: Mail; budget: Limiter }> {
  const { mailsTo, signUpNoticesTo } = deps.limits;
  if (known === null) {
    try {
      // The password is replaced when the address is proven. Until then it tells a right one from a wrong one, and lets
      // nobody in.
      const account = { ...form, emailVerifiedAt: null, passwordHash: pending.passwordHash };
      const also = async (tx: PlatformQueries, user: { readonly id: string }) => {
        const token = await createLinkToken(tx, user, pending, deps.clock());
        return verificationMail(deps, { email: form.email, locale: "en" }, token);
      };
      const mail = await createAccount(deps, account, also, key);
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
  const user = known ?? (await findByEmail(deps, form.email));
  if (user?.emailVerifiedAt !== null) {
    const letter = lettersIn(user?.locale ?? "en").accountExists(`${deps.appUrl}/sign-in`);
    return { mail: compose(form.email, letter), budget: signUpNoticesTo };
  }
  // Repeating oneself is no second opinion.
  const before = (await listPending(deps.platform, user.id, deps.clock())).map(hashOf);
  const passwordHash = (await findRight(deps, before, form.password)) ?? pending.passwordHash;
  return { mail: await mailLink(deps, user, { ...pending, passwordHash }), budget: mailsTo };
}

/** Which of the hashes is of this password. Looks at the first few. */
async function findRight(
  { passwords }: AuthDeps,
  hashes: readonly string[],
  password: string,
): Promise<string | undefined> {
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
  const user = await asSystem(() => findByEmail(deps, email));
  if (user?.emailVerifiedAt === null) {
    void asSystem(() => mailLinkAgain(deps, user))
      .then((mail) => sendMail(deps, mail, client))
      .catch((error: unknown) => deps.logger.error({ err: error }, "a link could not be made"));
  }
  await sleep(ANSWER_MS);
}

/** Once the links of all sign-ups are over, what was chosen is the account's own password, by whom nobody knows. */
async function mailLinkAgain(
  deps: AuthDeps,
  user: NonNullable<Awaited<ReturnType<typeof findByEmail>>>,
): Promise<Mail> {
  const isPending = (await listPending(deps.platform, user.id, deps.clock())).length > 0;
  const { passwordHash } = user;
  const own = isPending || passwordHash === null ? null : { passwordHash, browser: null };
  return mailLink(deps, user, own);
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
 * `signedUpHere` is said, and when too many were chosen to compare with all; `invalid_credentials` for a password that
 * was not chosen, and `too_many_attempts` past five of them; `conflict` when it cannot be said whose password is the right
 * one; `weak_password`, `overloaded`, `account_suspended`.
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
      sent ?? chooseFrom(pending, { browser, signedUpHere });
    return inTransaction(deps.platform, async (tx) => {
      const { userId: id, passwordHash } = await takeLinkToken(tx, token, choose, now);
      // None is changed when the link was made for a sign-up that lost to the one that is proven already.
      if (newPassword === undefined) {
        const { count } = await tx.user.updateMany({
          where: { id, emailVerifiedAt: null },
          data: { emailVerifiedAt: now, passwordHash },
        });
        if (count !== 1) throw new AppError("gone");
      } else {
        const found = await tx.user.findUniqueOrThrow({ where: { id } });
        if (!(await takeUnproven(tx, found, undefined, now))) throw new AppError("gone");
        // A zone is one of a list: most who choose another password are those who signed up.
        const data = { passwordHash, timeZone: found.timeZone };
        await tx.user.update({ where: { id }, data });
      }
      const user = await tx.user.findUniqueOrThrow({ where: { id } });
      // The link stays good for when the account is restored, which must find no session.
      if (user.status !== "active") throw new AppError("account_suspended");
      // The address is proven and the password was chosen just now; nothing else can be set up yet.
      const proof = { amr: ["pwd"], assurance: 1 } as const;
      return beginSession(statementsIn(tx), deps, { user, proof, from, remember: true, now });
    });
  });
}

/** The hash of the password that came with a link, if one did. */
async function hashSent(
  deps: AuthDeps,
  { token, password, newPassword }: Omit<Verification, "signedUpHere">,
  now: Date,
): Promise<string | undefined> {
  if (password === undefined && newPassword === undefined) return undefined;
  const signedUp = await findSignUp(deps.platform, token, now);
  if (newPassword !== undefined) {
    const user = await deps.platform.user.findUniqueOrThrow({ where: { id: signedUp.userId } });
    await deps.passwordPolicy.assertStrong(newPassword, user, "body.newPassword");
    return deps.passwords.hash(newPassword);
  }
  const link = Buffer.from(signedUp.selector).toString("hex");
  if ((await deps.limits.linkPasswords.use(link)).isExceeded) {
    throw new AppError("too_many_attempts", {
      detail:
        "This link takes no more passwords. Open it in the browser you signed up with, or choose a new password.",
    });
  }
  // The link's own first: however often a stranger signs up after its owner, theirs is compared.
  const own = signedUp.passwordHash === null ? [] : [signedUp.passwordHash];
  const others = await listPending(deps.platform, signedUp.userId, now);
  const hashes = [...own, ...others.map(hashOf)];
  const hash = await findRight(deps, hashes, password ?? "");
  if (hash !== undefined) {
    await deps.limits.linkPasswords.giveBack(link);
    return hash;
  }
  if (new Set(hashes).size <= COMPARED_PASSWORDS) throw new AppError("invalid_credentials");
  throw new AppError("password_required", {
    detail:
      "This address was signed up so often that your password was perhaps not compared. Open the link of the mail that your own sign-up sent, or choose a new password.",
  });
}

type Pending = Awaited<ReturnType<typeof listPending>>[number];

const hashOf = ({ passwordHash }: Pending) => passwordHash;

/** The password of the browser in which a link is opened, or the only one there is. */
function chooseFrom(
  pending: readonly Pending[],
  { browser, signedUpHere }: { browser: string | undefined; signedUpHere: boolean },
): string {
  const hash = browser === undefined ? null : sha256(browser);
  const here = pending.find(
    ({ browserHash }) => hash !== null && browserHash !== null && isEqual(browserHash, hash),
  );
  if (here !== undefined) return here.passwordHash;
  if (signedUpHere) throw new AppError("password_required");
  const [only, ...others] = new Set(pending.map(hashOf));
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
