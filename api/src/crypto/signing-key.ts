import { createPrivateKey, type KeyObject } from "node:crypto";

export type { KeyObject };

/**
 * A private key for ES256 (RFC 7518 §3.4), from PEM.
 *
 * @throws RangeError when it is none on the curve P-256. Says nothing of what it is instead.
 */
export function es256PrivateKey(pem: string): KeyObject {
  const key = parse(pem);
  if (key?.asymmetricKeyDetails?.namedCurve !== "prime256v1") {
    throw new RangeError("not a private key on the curve P-256, as PEM");
  }
  return key;
}

function parse(pem: string): KeyObject | null {
  try {
    return createPrivateKey(pem);
  } catch {
    return null;
  }
}
