import { isEqual, sha256 } from "../../crypto/digest.ts";
import { randomBytes } from "../../crypto/random.ts";
import type { PlatformQueries } from "../../platform/client.ts";

// 24 bytes in all, so that a link fits on one line of a mail that needs no encoding.
const SELECTOR_BYTES = 8;
const SECRET_BYTES = 16;
const LIFETIME_MS = 24 * 3_600_000;

/** Makes the token of an e-mailed link: `selector 8 | secret 16`, as base64url. Of the secret the hash is stored. */
export async function createLinkToken(
  tx: PlatformQueries,
  user: { readonly id: string; readonly tenantId: string },
  { passwordHash, now }: { passwordHash: string | null; now: Date },
): Promise<string> {
  const selector = new Uint8Array(randomBytes(SELECTOR_BYTES));
  const secret = randomBytes(SECRET_BYTES);
  await tx.oneTimeToken.create({
    data: {
      selector,
      tenantId: user.tenantId,
      userId: user.id,
      purpose: "verify_email",
      secretHash: new Uint8Array(sha256(secret)),
      passwordHash,
      createdAt: now,
      expiresAt: new Date(now.getTime() + LIFETIME_MS),
    },
  });
  return Buffer.concat([selector, secret]).toString("base64url");
}

/**
 * Uses up the token of a link, together with every other link that was sent for the same purpose: of two that come at
 * once, one wins.
 *
 * @returns whose it is, or null when it is used, expired or was never sent.
 */
export async function takeLinkToken(
  tx: PlatformQueries,
  token: string,
  now: Date,
): Promise<{ userId: string; passwordHash: string | null } | null> {
  const bytes = Buffer.from(token, "base64url");
  const selector = new Uint8Array(bytes.subarray(0, SELECTOR_BYTES));
  const found = await tx.oneTimeToken.findUnique({ where: { selector } });
  if (found === null || found.expiresAt <= now) return null;
  if (!isEqual(found.secretHash, sha256(bytes.subarray(SELECTOR_BYTES)))) return null;
  const { userId, purpose, passwordHash } = found;
  const taken = await tx.oneTimeToken.deleteMany({ where: { selector } });
  if (taken.count !== 1) return null;
  await tx.oneTimeToken.deleteMany({ where: { userId, purpose } });
  return { userId, passwordHash };
}
