import { createPrivateKey, sign, type JsonWebKey, type KeyObject } from "node:crypto";

export type { KeyObject };

/**
 * A private key for ES256 (RFC 7518 §3.4), from PEM or a JSON Web Key.
 *
 * @throws RangeError when it is none on the curve P-256. Says nothing of what it is instead.
 */
export function es256PrivateKey(from: string | JsonWebKey): KeyObject {
  try {
    const key = createPrivateKey(typeof from === "string" ? from : { key: from, format: "jwk" });
    if (key.asymmetricKeyDetails?.namedCurve === "prime256v1") return key;
  } catch {
    // What OpenSSL says of it may quote it.
  }
  throw new RangeError("not a private key on the curve P-256, as PEM");
}

/**
 * A JSON Web Token signed with ES256 (RFC 7515 §7.1, RFC 7518 §3.4), at once: a signature takes less than handing it to
 * another thread does.
 */
export function signEs256(key: KeyObject, header: object, payload: object): string {
  const signed = [{ alg: "ES256", ...header }, payload].map(encoded).join(".");
  const signature = sign("sha256", Buffer.from(signed), { key, dsaEncoding: "ieee-p1363" });
  return `${signed}.${signature.toString("base64url")}`;
}

const encoded = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");
