import { crc32 } from "node:zlib";
import { sha256 } from "../../crypto/digest.ts";
import { randomToken } from "../../crypto/random.ts";

/** By which a token is recognised as one of ours where it should not be: in a repository, in a log. */
const PREFIX = "timos_pat_";
const HINT_LENGTH = 4;

/** Makes the secret of a personal access token: prefix, 32 random bytes, and a CRC-32 of both, as base64url. */
export function newTokenSecret(): string {
  const unchecked = PREFIX + randomToken();
  return unchecked + checksumOf(unchecked);
}

/** Whether this is to be read as a personal access token, whole or not. */
export const isTokenSecret = (presented: string): boolean => presented.startsWith(PREFIX);

/** Whether it is whole. What is mistyped, cut off or made up carelessly is not, and costs no query. */
export function isWhole(presented: string): boolean {
  const match = /^(timos_pat_[\w-]{43})([\w-]{6})$/.exec(presented);
  return match?.[1] !== undefined && checksumOf(match[1]) === match[2];
}

/** What is stored of a secret: of its text, so that one text only is taken for it. */
export const tokenHash = (secret: string) => new Uint8Array(sha256(secret));

/** What its owner knows a token by. */
export const hintOf = (secret: string): string => secret.slice(-HINT_LENGTH);

function checksumOf(text: string): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(text));
  return bytes.toString("base64url");
}
