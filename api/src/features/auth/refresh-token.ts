import { deriveKey, hmac, isEqual, sha256, type KeyObject } from "../../crypto/digest.ts";
import { randomBytes } from "../../crypto/random.ts";
import { bytesToUuid, uuidToBytes } from "../../lib/ids.ts";

const FORMAT = 1;
const SECRET_BYTES = 32;
const MAC_BYTES = 16;
const BODY_BYTES = 1 + 16 + 4 + SECRET_BYTES;

/** What a refresh token says: the session, which of its tokens it is, and the secret that proves it. */
export interface RefreshToken {
  readonly sessionId: string;
  readonly generation: number;
  readonly secret: Uint8Array<ArrayBuffer>;
}

export interface RefreshTokens {
  first(sessionId: string): RefreshToken;
  /**
   * The token that follows `token`. The same `salt` gives the same successor, so that tabs which refresh at once
   * receive one token, though no token is stored.
   */
  successor(token: RefreshToken, salt: Uint8Array): RefreshToken;
  /** `format 1 | session 16 | generation u32 | secret 32 | mac 16`, as base64url. */
  encode(token: RefreshToken): string;
  /** Null for anything not made here: a forged token costs no query, and ends nobody's session. */
  decode(text: string): RefreshToken | null;
}

/** @param rootKey - The server's token key; keys for these two uses are derived from it. */
export function refreshTokens(rootKey: Uint8Array): RefreshTokens {
  const macKey = deriveKey(rootKey, "timos/refresh-mac/v1");
  const successorKey = deriveKey(rootKey, "timos/refresh-successor/v1");
  return {
    first: (sessionId) => ({
      sessionId,
      generation: 0,
      secret: new Uint8Array(randomBytes(SECRET_BYTES)),
    }),
    successor: ({ sessionId, generation, secret }, salt) => {
      const next = { sessionId, generation: generation + 1 };
      const derived = hmac(successorKey, header(next), salt, secret);
      return { ...next, secret: new Uint8Array(derived) };
    },
    encode: (token) => {
      const body = Buffer.concat([header(token), token.secret]);
      return Buffer.concat([body, mac(macKey, body)]).toString("base64url");
    },
    decode: (text) => {
      const bytes = Buffer.from(text, "base64url");
      if (bytes.length !== BODY_BYTES + MAC_BYTES || bytes[0] !== FORMAT) return null;
      const body = bytes.subarray(0, BODY_BYTES);
      if (!isEqual(mac(macKey, body), bytes.subarray(BODY_BYTES))) return null;
      return {
        sessionId: bytesToUuid(body.subarray(1, 17)),
        generation: body.readUInt32BE(17),
        secret: new Uint8Array(body.subarray(21)),
      };
    },
  };
}

/** What is stored of a token's secret. */
export function hashOf(token: RefreshToken): Uint8Array<ArrayBuffer> {
  return new Uint8Array(sha256(token.secret));
}

function header({ sessionId, generation }: Omit<RefreshToken, "secret">): Buffer {
  const bytes = Buffer.alloc(21);
  bytes[0] = FORMAT;
  bytes.set(uuidToBytes(sessionId), 1);
  bytes.writeUInt32BE(generation, 17);
  return bytes;
}

function mac(key: KeyObject, body: Uint8Array): Buffer {
  return hmac(key, body).subarray(0, MAC_BYTES);
}
