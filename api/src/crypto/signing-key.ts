import { createPrivateKey, type KeyObject } from "node:crypto";

export type { KeyObject };

/**
 * A private key for ES256 (RFC 7518 §3.4), from PEM.
 *
 * @throws RangeError when it is none on the curve P-256. Says nothing of what it is instead.
 */
export function es256PrivateKey(pem: string): KeyObject {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyDetails?.namedCurve === "prime256v1") return key;
  } catch {
    // What OpenSSL says of it may quote it.
  }
  throw new RangeError("not a private key on the curve P-256, as PEM");
}
