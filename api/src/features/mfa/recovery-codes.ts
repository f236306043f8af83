import { randomBytes } from "../../crypto/random.ts";
import type { PlatformQueries } from "../../platform/client.ts";
import { holdInTenant } from "../../platform/tenants.ts";
import type { Passwords } from "../auth/passwords.ts";

/** How many there are: one for each digit that a code can begin with. */
const COUNT = 10;
/** 80 random bits a code: 16 letters of five. */
const LETTERS = 16;
/** Crockford's base32, which has no letter that is taken for a digit. */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** A recovery code as it is kept. */
export interface HashedCode {
  readonly selector: number;
  readonly hash: string;
}

/**
 * Makes ten codes, such as `7-4Z9K-0MXQ-T2VB-8RWD`. The first digit says which of the hashes to compare with, so that one
 * is enough. One after the other, so that others get at the hasher meanwhile.
 *
 * @throws AppError `overloaded`.
 */
export async function makeRecoveryCodes(
  passwords: Passwords,
): Promise<{ codes: string[]; hashed: HashedCode[] }> {
  const codes = Array.from({ length: COUNT }, (_, selector) => {
    const letters = Array.from(randomBytes(LETTERS), (byte) => ALPHABET.charAt(byte % 32)).join("");
    return `${selector}-${letters.replace(/(.{4})(?=.)/g, "$1-")}`;
  });
  const hashed: HashedCode[] = [];
  for (const [selector, code] of codes.entries()) {
    hashed.push({ selector, hash: await passwords.hash(canonical(code)) });
  }
  return { codes, hashed };
}

/** Puts new codes in the place of all that there were. */
export async function replaceRecoveryCodes(
  tx: PlatformQueries,
  { id: userId }: { readonly id: string },
  hashed: readonly HashedCode[],
  now: Date,
): Promise<void> {
  const tenantId = await holdInTenant(tx, userId);
  await tx.recoveryCode.deleteMany({ where: { userId } });
  await tx.recoveryCode.createMany({
    data: hashed.map((code) => ({ ...code, userId, tenantId, createdAt: now })),
  });
}

/**
 * The code of the user that `typed` is, used or not, or null. Forgives case, spaces, hyphens, and the letters that look
 * like digits. Needs no key, so that it is a way in when the keys cannot be reached.
 *
 * @throws AppError `overloaded`.
 */
export async function findRecoveryCode(
  db: PlatformQueries,
  passwords: Passwords,
  userId: string,
  typed: string,
): Promise<HashedCode | null> {
  const code = canonical(typed);
  if (!/^\d[0-9A-HJKMNP-TV-Z]{16}$/.test(code)) return null;
  const selector = Number(code.charAt(0));
  const found = await db.recoveryCode.findUnique({
    where: { userId_selector: { userId, selector } },
  });
  const isRight = await passwords.isRight(found?.hash ?? null, code);
  return isRight && found !== null ? { selector, hash: found.hash } : null;
}

/** Uses a code up. @returns whether it was this call that did. */
export async function useRecoveryCode(
  tx: PlatformQueries,
  userId: string,
  { selector, hash }: HashedCode,
  now: Date,
): Promise<boolean> {
  const { count } = await tx.recoveryCode.updateMany({
    where: { userId, selector, hash, usedAt: null },
    data: { usedAt: now },
  });
  return count === 1;
}

export function countRecoveryCodes(db: PlatformQueries, userId: string): Promise<number> {
  return db.recoveryCode.count({ where: { userId, usedAt: null } });
}

function canonical(typed: string): string {
  return typed.toUpperCase().replaceAll(/[\s-]/g, "").replaceAll("O", "0").replaceAll(/[IL]/g, "1");
}
