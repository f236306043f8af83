import {
  createHash,
  createHmac,
  createSecretKey,
  hkdfSync,
  timingSafeEqual,
  type KeyObject,
} from "node:crypto";

export type { KeyObject };

/** SHA-256, enough to keep a random 256-bit secret that must be recognised (OWASP ASVS 5.0, 11.4). */
export function sha256(bytes: string | Uint8Array): Buffer {
  return createHash("sha256").update(bytes).digest();
}

/** HMAC-SHA256. */
export function hmac(key: KeyObject, ...parts: readonly (string | Uint8Array)[]): Buffer {
  const mac = createHmac("sha256", key);
  for (const part of parts) mac.update(part);
  return mac.digest();
}

/** A 32-byte key for one purpose, and of one salt if there is any, by HKDF-SHA256 (RFC 5869). */
export function deriveKey(
  root: Uint8Array | KeyObject,
  info: string,
  salt: string | Uint8Array = "",
): KeyObject {
  const bytes = Buffer.from(hkdfSync("sha256", root, salt, info, 32));
  try {
    return createSecretKey(bytes);
  } finally {
    bytes.fill(0);
  }
}

/** Compares in a time that depends on the lengths only. */
export function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

/** SHA-1, for nothing but looking passwords up in public lists that are kept under it. */
export function sha1(text: string): Buffer {
  return createHash("sha1").update(text).digest();
}
