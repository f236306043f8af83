import { AppError } from "../../contract/errors.ts";
import { randomToken } from "../../crypto/random.ts";
import { clientKey } from "../../lib/client-ip.ts";
import { isDuplicate } from "../../lib/database-errors.ts";
import { compose, lettersIn } from "../../mails/compose.ts";
import { inTransaction, statementsIn, type PlatformQueries } from "../../platform/client.ts";
import { asSystem } from "../../platform/tenancy.ts";
import { completeSignInWithin, type SignedIn } from "../auth/complete.ts";
import type { AuthDeps } from "../auth/deps.ts";
import type { From } from "../auth/from.ts";
import { createAccount } from "../auth/new-account.ts";
import { NEVER, type HeldSession, type Proof } from "../auth/sessions.ts";
import { sendMail, verificationMail } from "../auth/sign-up.ts";
import { takeUnproven } from "../auth/unproven.ts";
import { insertAccount } from "./accounts.ts";
import { identityHash, type Identity } from "./identity.ts";
import { links, proofs } from "./steps.ts";

/** What signing in with a provider comes to. */
export type Admitted =
  | { readonly is: "signed_in"; readonly outcome: SignedIn }
  /** The browser has to hold `cookie` until it has signed in to the account, or opened the link that was mailed. */
  | {
      readonly is: "waiting";
      readonly code: "link_required" | "email_not_verified";
      readonly cookie: string;
    };

interface Guest {
  readonly remember: boolean;
  readonly from: From;
  /** When the provider last asked them who they are; null when it did not tell. */
  readonly askedAt: Date | null;
}

/** A provider's word is one factor, however many it asked for itself. */
const PROOF = { amr: ["fed"], assurance: 1 } as const;

/**
 * Proven when the provider asked, not when it answered: whoever sits down at a browser that is signed in at the provider
 * gets an answer, and is asked nothing. One that does not tell when opens nothing that takes a fresh proof.
 */
function proofOf({ askedAt }: Guest, now: Date): Proof {
  const provenAt = askedAt ?? NEVER;
  return { ...PROOF, provenAt: provenAt < now ? provenAt : now };
}

/** How often the whole is tried again when another request made the same account at this moment. */
const TRIES = 3;

/**
 * Signs in whoever has an identity.
 *
 * An identity that is known is its user's, whatever its address is now. One that is not known is never connected with an
 * account for having the same address: its owner has to sign in to that account first.
 *
 * @throws AppError `account_suspended`, `provider_email_missing`.
 */
export async function admit(deps: AuthDeps, identity: Identity, guest: Guest): Promise<Admitted> {
  for (let left = TRIES; ; left--) {
    try {
      return await asSystem(() => tryToAdmit(deps, identity, guest));
    } catch (error) {
      if (!isDuplicate(error) || left === 1) throw error;
    }
  }
}

async function tryToAdmit(deps: AuthDeps, identity: Identity, guest: Guest): Promise<Admitted> {
  const { platform } = deps;
  const known = await platform.oauthAccount.findUnique({
    where: { identity: identityHash(identity) },
  });
  if (known !== null) {
    const outcome = await inTransaction(platform, async (tx) => {
      const used = await tx.oauthAccount.updateMany({
        where: { id: known.id },
        data: { lastUsedAt: deps.clock() },
      });
      if (used.count !== 1) return null;
      const proof = proofOf(guest, deps.clock());
      return completeSignInWithin(statementsIn(tx), deps, {
        userId: known.userId,
        proof,
        ...guest,
      });
    });
    // One that was disconnected at this moment is not known any more.
    if (outcome === null) return tryToAdmit(deps, identity, guest);
    return { is: "signed_in", outcome };
  }
  const { email } = identity;
  if (email === null) throw new AppError("provider_email_missing");
  const proven = await platform.user.findFirst({
    where: { email, emailVerifiedAt: { not: null } },
  });
  if (proven !== null) return waitForSignIn(deps, identity, proven, guest);
  if (!identity.isEmailTheirs) return waitForProof(deps, identity, email, guest);
  return { is: "signed_in", outcome: await begin(deps, { ...identity, email }, guest) };
}

/** Its address has an account, which it is connected with when this browser signs in to it. */
async function waitForSignIn(
  deps: AuthDeps,
  identity: Identity,
  user: { readonly id: string; readonly email: string; readonly locale: string },
  { from }: Guest,
): Promise<Admitted> {
  const step = { userId: user.id, payload: { for: "link", identity }, now: deps.clock() } as const;
  const cookie = await links.create(statementsIn(deps.platform), step);
  if (identity.isEmailVerified) return { is: "waiting", code: "link_required", cookie };
  // Anybody can claim an address: whether it has an account, its owner is told, and the browser is not.
  const letter = lettersIn(user.locale).accountExists(`${deps.appUrl}/sign-in`);
  const budget = deps.limits.signUpNoticesTo;
  await sendMail(deps, compose(user.email, letter), clientKey(from.address), budget);
  return { is: "waiting", code: "email_not_verified", cookie };
}

/** Nobody has proven its address: a link is mailed, which counts in this browser only (CVE-2026-9087). */
async function waitForProof(
  deps: AuthDeps,
  identity: Identity,
  email: string,
  { from }: Guest,
): Promise<Admitted> {
  const browser = randomToken();
  const payload = { for: "address", identity } as const;
  const now = deps.clock();
  const token = await proofs.create(statementsIn(deps.platform), {
    userId: null,
    payload,
    browser,
    now,
  });
  const mail = verificationMail(deps, { email, locale: "en" }, token);
  await sendMail(deps, mail, clientKey(from.address));
  return { is: "waiting", code: "email_not_verified", cookie: browser };
}

/** Whether the token of a mailed link is of a sign-up with a provider: those of passwords have two letters less. */
export const isProof = (token: string): boolean => token.length === 34;

/**
 * Proves the address of an identity by the token of a link, makes its account, and signs in.
 *
 * @param browser - The value of the browser's cookie.
 * @throws AppError `gone`; `conflict` in another browser; `link_required` when the address has got an account.
 */
export async function proveAddress(
  deps: AuthDeps,
  token: string,
  { browser, from }: { readonly browser: string | undefined; readonly from: From },
): Promise<HeldSession> {
  const asked = { token, browser, now: deps.clock() };
  return asSystem(async () => {
    const { payload } = await proofs.look(deps.platform, { token, now: asked.now });
    const { identity } = payload;
    if (payload.for !== "address" || identity.email === null) throw new AppError("gone");
    try {
      const guest = { remember: true, from };
      const outcome = await begin(deps, { ...identity, email: identity.email }, guest, (tx) =>
        proofs.take(tx, asked),
      );
      if (outcome.is === "session") return outcome.session;
    } catch (error) {
      if (error instanceof AppError && error.code === "gone") {
        await assertUsed(deps, token);
        throw error;
      }
      // Another link made the account, or another way in has the identity.
      if (!isDuplicate(error)) throw error;
    }
    throw new AppError("gone");
  });
}

/** Tells who has a link that still works, and could not use it, what is wrong with it. */
async function assertUsed(deps: AuthDeps, token: string): Promise<void> {
  const isLeft = await proofs.look(deps.platform, { token, now: deps.clock() }).then(
    () => true,
    () => false,
  );
  if (isLeft) {
    throw new AppError("conflict", {
      detail: "Open the link in the browser in which you signed in with the provider.",
    });
  }
}

/**
 * Makes an account of an identity whose address is proven, or takes the one that nobody has proven. Nothing is in it yet
 * that could be taken away from somebody, so that the provider's word is fresh however long ago it asked.
 */
async function begin(
  deps: AuthDeps,
  identity: Identity & { readonly email: string },
  { remember, from }: Omit<Guest, "askedAt">,
  alsoFirst: (tx: PlatformQueries) => Promise<unknown> = () => Promise.resolve(),
): Promise<SignedIn> {
  const { email, name } = identity;
  const displayName = name ?? undefined;
  const now = deps.clock();
  const complete = async (tx: PlatformQueries, user: { id: string; tenantId: string }) => {
    await alsoFirst(tx);
    await insertAccount(tx, user, identity, { from, now });
    return completeSignInWithin(statementsIn(tx), deps, {
      userId: user.id,
      proof: PROOF,
      remember,
      from,
    });
  };
  const shell = await deps.platform.user.findUnique({ where: { email } });
  if (shell === null) {
    const account = { email, emailVerifiedAt: now, passwordHash: null, displayName };
    return createAccount(deps, account, complete);
  }
  const outcome = await inTransaction(deps.platform, async (tx) => {
    const isTaken = await takeUnproven(tx, shell, displayName, now);
    if (!isTaken) throw new AppError("link_required");
    return complete(tx, shell);
  });
  await deps.sessions.evict({ userId: shell.id });
  return outcome;
}
