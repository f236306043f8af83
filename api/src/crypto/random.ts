import { randomBytes, randomFillSync, randomUUID } from "node:crypto";

export { randomBytes, randomUUID };

/** 256 random bits as base64url: 43 letters. */
export function randomToken(): string {
  return randomBytes(32).toString("base64url");
}

const NONCE_BYTES = 12;
const pool = Buffer.alloc(NONCE_BYTES * 256);
let used = pool.length;

/** A fresh 96-bit random nonce (NIST SP 800-38D §8.2.2). Drawn from a pool, since one draw costs as much as a seal. */
export function nonce(): Buffer {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const fresh = Buffer.from(pool.subarray(used, used + NONCE_BYTES));
  used += NONCE_BYTES;
  return fresh;
}
