import { AppError } from "../../contract/errors.ts";
import { isEqual, sha256 } from "../../crypto/digest.ts";
import { randomBytes } from "../../crypto/random.ts";
import type { PlatformQueries } from "../../platform/client.ts";
import { holdInTenant } from "../../platform/tenants.ts";

// 24 bytes in all, so that a link fits on one line of a mail that needs no encoding.
const SELECTOR_BYTES = 8;
const SECRET_BYTES = 16;
const VERIFY_SECONDS = 24 * 3600;

/** A password that was chosen in a sign-up, by a browser that may be known again. Not anybody's password yet. */
export interface PendingPassword {
  readonly passwordHash: string;
  /** The value of the browser's sign-up cookie; null when it is not known any more which it was. */
  readonly browser: string | null;
}

interface TokenUser {
  readonly id: string;
}

/** What a link is for, other than to prove the address of a sign-up. */
export type LinkPurpose = "reset_password" | "sign_in_pass" | "change_email" | "undo_email_change";

/** A link that was found by its token, and not used yet. */
export interface Link {
  readonly selector: Uint8Array<ArrayBuffer>;
  readonly purpose: LinkPurpose;
  readonly userId: string;
  readonly tenantId: string;
  /** The address that it is about, where it is about one. */
  readonly email: string | null;
  readonly createdAt: Date;
}

/**
 * Makes the token of an e-mailed link: `selector 8 | secret 16`, as base64url. Of the secret the hash is stored.
 *
 * @param seconds - How long it works.
 */
export async function createLink(
  tx: PlatformQueries,
  user: TokenUser,
  { purpose, seconds, email }: { purpose: LinkPurpose; seconds: number; email?: string },
  now: Date,
): Promise<string> {
  return insertToken(tx, user, { purpose, email: email ?? null }, seconds, now);
}

/** The link of a token. Uses nothing up. @throws AppError `gone` when it is used, expired or was never sent. */
export async function findLink(
  db: PlatformQueries,
  purpose: LinkPurpose,
  token: string,
  now: Date,
): Promise<Link> {
  const { selector, userId, tenantId, email, createdAt } = await findToken(db, purpose, token, now);
  return { selector, purpose, userId, tenantId, email, createdAt };
}

/** Uses a link up, and with it all others for the same purpose: of two that come at once one wins. @throws AppError `gone`. */
export async function takeLink(
  tx: PlatformQueries,
  { selector, userId, purpose }: Link,
): Promise<void> {
  const taken = await tx.oneTimeToken.deleteMany({ where: { selector } });
  if (taken.count !== 1) throw new AppError("gone");
  await voidLinks(tx, userId, [purpose]);
}

/**
 * Uses up a link that gives an account an address back, and with it those to the same address and those that were made
 * later. Earlier ones go on: whoever takes an account over, and changes its address a second time, cannot void the way
 * back of its owner.
 *
 * @throws AppError `gone`.
 */
export async function takeUndoLink(
  tx: PlatformQueries,
  { selector, userId, purpose, email, createdAt }: Link,
): Promise<void> {
  const taken = await tx.oneTimeToken.deleteMany({ where: { selector } });
  if (taken.count !== 1) throw new AppError("gone");
  const others = { OR: [{ email }, { createdAt: { gt: createdAt } }] };
  await tx.oneTimeToken.deleteMany({ where: { userId, purpose, ...others } });
}

/**
 * Who can still take an address back that their account had until a short time ago: nobody else gets it meanwhile. Null
 * for an address that is free, or is an account's.
 */
export async function findFormerOwner(tx: PlatformQueries, email: string, now: Date) {
  const link = await tx.oneTimeToken.findFirst({
    where: {
      email,
      purpose: "undo_email_change",
      expiresAt: { gt: now },
      user: { email: { not: email } },
    },
    select: { user: { select: { id: true, locale: true } } },
  });
  return link?.user ?? null;
}

/**
 * Whether somebody else can still take the address back that an account has just taken. Sees what is committed by now,
 * whatever the transaction has read before: the address may have been given up a moment ago. To be called as the system.
 */
export async function isKeptForAnother(
  tx: PlatformQueries,
  { userId, email }: { readonly userId: string; readonly email: string },
  now: Date,
): Promise<boolean> {
  const links = await tx.$queryRaw<{ expires_at: Date }[]>`
    SELECT expires_at FROM one_time_tokens
    WHERE email = ${email} AND purpose = 'undo_email_change' AND user_id <> ${userId} LOCK IN SHARE MODE`;
  return links.some((link) => link.expires_at > now);
}

/** Has the links work no more that were sent to a user for these purposes. @returns how many there were. */
export async function voidLinks(
  tx: PlatformQueries,
  userId: string,
  purposes: readonly LinkPurpose[],
): Promise<number> {
  const where = { userId, purpose: { in: [...purposes] } };
  return (await tx.oneTimeToken.deleteMany({ where })).count;
}

/**
 * Makes the token of the link that proves the address of a sign-up.
 *
 * @param pending - What the sign-up that asks for this link chose; null when a link is sent again.
 */
export async function createLinkToken(
  tx: PlatformQueries,
  user: TokenUser,
  pending: PendingPassword | null,
  now: Date,
): Promise<string> {
  const passwordHash = pending?.passwordHash ?? null;
  const browser = pending?.browser ?? null;
  const browserHash = browser === null ? null : new Uint8Array(sha256(browser));
  const about = { purpose: "verify_email", passwordHash, browserHash } as const;
  return insertToken(tx, user, about, VERIFY_SECONDS, now);
}

async function insertToken(
  tx: PlatformQueries,
  user: TokenUser,
  about: {
    readonly purpose: LinkPurpose | "verify_email";
    readonly passwordHash?: string | null;
    readonly browserHash?: Uint8Array<ArrayBuffer> | null;
    readonly email?: string | null;
  },
  seconds: number,
  now: Date,
): Promise<string> {
  const selector = new Uint8Array(randomBytes(SELECTOR_BYTES));
  const secret = randomBytes(SECRET_BYTES);
  await tx.oneTimeToken.create({
    data: {
      ...about,
      selector,
      tenantId: await holdInTenant(tx, user.id),
      userId: user.id,
      secretHash: new Uint8Array(sha256(secret)),
      createdAt: now,
      expiresAt: new Date(now.getTime() + seconds * 1000),
    },
  });
  return Buffer.concat([selector, secret]).toString("base64url");
}

async function findToken(
  db: PlatformQueries,
  purpose: LinkPurpose | "verify_email",
  token: string,
  now: Date,
) {
  const bytes = Buffer.from(token, "base64url");
  const selector = new Uint8Array(bytes.subarray(0, SELECTOR_BYTES));
  const found = await db.oneTimeToken.findUnique({ where: { selector } });
  const isRight =
    found?.purpose === purpose &&
    found.expiresAt > now &&
    isEqual(found.secretHash, sha256(bytes.subarray(SELECTOR_BYTES)));
  if (!isRight) throw new AppError("gone");
  return found;
}

/** The passwords that sign-ups for this user have chosen and whose links still work, newest first. */
export async function listPending(tx: PlatformQueries, userId: string, now: Date) {
  const tokens = await tx.oneTimeToken.findMany({
    where: { userId, purpose: "verify_email", expiresAt: { gt: now } },
    orderBy: { createdAt: "desc" },
  });
  return tokens.flatMap(({ passwordHash, browserHash }) =>
    passwordHash === null ? [] : [{ passwordHash, browserHash }],
  );
}

/**
 * Whose address a link of a sign-up proves, and the password that was chosen in that sign-up: null for a link that was
 * sent again. Uses nothing up.
 *
 * @throws AppError `gone`.
 */
export async function findSignUp(
  db: PlatformQueries,
  token: string,
  now: Date,
): Promise<{ selector: Uint8Array; userId: string; passwordHash: string | null }> {
  const { selector, userId, passwordHash } = await findToken(db, "verify_email", token, now);
  return { selector, userId, passwordHash };
}

/**
 * Uses up the token of a link, together with every other link that was sent for the same purpose: of two that come at
 * once, one wins.
 *
 * @param choose - Says which password becomes the account's; what it throws leaves the link as good as it was.
 * @throws AppError `gone` when the link is used, expired or was never sent.
 */
export async function takeLinkToken(
  tx: PlatformQueries,
  token: string,
  choose: (pending: Awaited<ReturnType<typeof listPending>>) => string,
  now: Date,
): Promise<{ userId: string; passwordHash: string }> {
  const { selector, userId, purpose } = await findToken(tx, "verify_email", token, now);
  const passwordHash = choose(await listPending(tx, userId, now));
  const taken = await tx.oneTimeToken.deleteMany({ where: { selector } });
  if (taken.count !== 1) throw new AppError("gone");
  await tx.oneTimeToken.deleteMany({ where: { userId, purpose } });
  return { userId, passwordHash };
}
