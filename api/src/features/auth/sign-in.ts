import { AppError } from "../../contract/errors.ts";
import { clientKey } from "../../lib/client-ip.ts";
import { fewAtOnce } from "../../lib/few-at-once.ts";
import { findByEmail } from "../../platform/sign-in-statement.ts";
import { asSystem } from "../../platform/tenancy.ts";
import { countAttempt } from "./attempts.ts";
import { completeSignIn, type SignedIn } from "./complete.ts";
import type { AuthDeps } from "./deps.ts";
import { afterFailure, afterWait, aside } from "./failure.ts";
import { deviceHash, deviceOf, type From } from "./from.ts";
import { keyOfDevice } from "./known-devices.ts";
import { findLink, takeLink, type Link } from "./one-time-token.ts";

export interface Credentials {
  readonly email: string;
  readonly password: string;
  readonly remember: boolean;
  /** The token of a link that was mailed to the owner while strangers have to wait. */
  readonly pass?: string | undefined;
}

/**
 * Signs in by password. An attempt is counted before the password is looked at, and a blocked answer does not depend
 * on it; an unknown address takes as long and answers the same as a wrong password. So does an account without a
 * password, and one whose password is blocked.
 *
 * @throws AppError `invalid_credentials`, `too_many_attempts`, `overloaded`; `email_not_verified` and
 * `account_suspended` only when the password is right.
 */
export async function signIn(
  deps: AuthDeps,
  { remember, ...credentials }: Credentials,
  from: From,
): Promise<SignedIn> {
  const client = clientKey(from.address);
  const { userId, passwordHash } = await ofOneClient(
    deps.limits.keyOf(credentials.email, client),
    () => provePassword(deps, credentials, client, from),
  );
  const proof = { amr: ["pwd"], assurance: 1 } as const;
  const signedIn = await completeSignIn(deps, { userId, proof, passwordHash, remember, from });
  if (deps.passwords.isCheap(passwordHash))
    aside(deps, () => hashAnew(deps, userId, passwordHash, credentials.password));
  return signedIn;
}

/**
 * Attempts count as failed until there is a verdict. Fewer at once than lead to a wait, so that somebody who signs in
 * on many devices at the same moment does not have to.
 */
const ofOneClient = fewAtOnce(4);

/** @returns whose password it is, and the hash that it was compared with. */
async function provePassword(
  deps: AuthDeps,
  { email, password, pass }: Omit<Credentials, "remember">,
  client: string,
  from: From,
): Promise<{ userId: string; passwordHash: string }> {
  const { platform, platformDatabase, passwords } = deps;
  const cookie = deviceOf(from);
  const hash = cookie === undefined ? null : deviceHash(cookie);
  const [{ user, isKnownDevice }, link] = await Promise.all([
    findByEmail(platformDatabase.execute, email, hash, deps.clock()),
    pass === undefined ? null : asSystem(() => findPass(deps, pass)),
  ]);
  const ownLink = link !== null && link.userId === user?.id ? link : null;
  const device =
    hash !== null && isKnownDevice
      ? keyOfDevice(hash)
      : ownLink && `pass:${Buffer.from(ownLink.selector).toString("base64url")}`;
  const attempt = await countAttempt(deps, { email, client, device }).catch((error: unknown) => {
    const mustWait = error instanceof AppError && error.code === "too_many_attempts";
    if (mustWait && user !== null) aside(deps, () => afterWait(deps, user, from));
    throw error;
  });

  const stored = user?.passwordBlockedAt === null ? user.passwordHash : null;
  const isRight = await passwords.isRight(stored, password).catch(async (error: unknown) => {
    await attempt.undone();
    throw error;
  });
  if (!isRight || user === null || stored === null) {
    await attempt.failed();
    // Beside the answer, which must not take longer where there is an account.
    if (user !== null) aside(deps, () => afterFailure(deps, user, attempt, from));
    throw new AppError("invalid_credentials");
  }
  await attempt.succeeded();
  if (ownLink !== null) await asSystem(() => takeLink(platform, ownLink));
  return { userId: user.id, passwordHash: stored };
}

/** The link of a pass. One that is used or over is none: whoever has it waits like others. */
async function findPass({ platform, clock }: AuthDeps, pass: string): Promise<Link | null> {
  return findLink(platform, "sign_in_pass", pass, clock()).catch((error: unknown) => {
    if (error instanceof AppError && error.code === "gone") return null;
    throw error;
  });
}

/** Hashes a password anew that was hashed when that cost less. */
async function hashAnew(
  { platform, passwords }: AuthDeps,
  id: string,
  stored: string,
  password: string,
): Promise<void> {
  const passwordHash = await passwords.hash(password);
  // Unless it has been changed meanwhile.
  await platform.user.updateMany({ where: { id, passwordHash: stored }, data: { passwordHash } });
}
