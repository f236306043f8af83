import { randomBytes, randomFillSync, randomUUID } from "node:crypto";

export { randomBytes, randomUUID };

/** 256 random bits as base64url: 43 letters. */
export function randomToken(): string {
  return randomBytes(32).toString("base64url");
}

const NONCE_BYTES = 12;
const pool = Buffer.alloc(NONCE_BYTES * 256);
let used = pool.length;

/** A fresh 96-bit random nonce (NIST SP 800-38D §8.2.2). */
export function nonce(): Buffer {
  const fresh = Buffer.allocUnsafe(NONCE_BYTES);
  writeNonce(fresh, 0);
  return fresh;
}

/**
 * Writes a fresh {@link nonce} into `target`. Drawn from a pool, since one draw costs half a seal. A thread has a pool
 * of its own, as it has modules of its own, and Node makes no process that goes on with the memory of another.
 */
export function writeNonce(target: Uint8Array, offset: number): void {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  pool.copy(target, offset, used, used + NONCE_BYTES);
  used += NONCE_BYTES;
}
