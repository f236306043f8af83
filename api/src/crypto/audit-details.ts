import { createCipheriv, createDecipheriv, type KeyObject } from "node:crypto";
import { associatedData } from "./aad.ts";
import { DecryptionError } from "./decryption-error.ts";
import { deriveKey } from "./digest.ts";
import { pad, unpad } from "./padding.ts";
import { writeNonce } from "./random.ts";

const FORMAT = 1;
const NONCE_OFFSET = 1;
const NONCE_BYTES = 12;
const CIPHERTEXT_OFFSET = NONCE_OFFSET + NONCE_BYTES;
const TAG_BYTES = 16;
const OPTIONS = { authTagLength: TAG_BYTES };

/** The one event whose details these are. */
export interface DetailsOf {
  readonly userId: string;
  readonly action: string;
  readonly at: Date;
}

/** @param root - The server's token key. @returns the key that those of users are derived from. */
export const detailsKey = (root: Uint8Array): KeyObject =>
  deriveKey(root, "timos/audit-details/v1");

/**
 * Seals what an event has of a person, under a key of their own: HKDF-SHA256 (RFC 5869) of the server's and of their
 * salt. Once the salt is destroyed nobody can make that key again.
 *
 * Format: `01 | nonce 12 | ciphertext | tag 16`, AES-256-GCM over the padded text, bound to whose it is, the action and
 * the time.
 *
 * @param salt - 32 random bytes that are the user's alone.
 */
export function sealDetails(key: KeyObject, salt: Uint8Array, of: DetailsOf, json: string): Buffer {
  const bytes = pad(json, CIPHERTEXT_OFFSET, TAG_BYTES);
  const tagOffset = bytes.length - TAG_BYTES;
  bytes[0] = FORMAT;
  writeNonce(bytes, NONCE_OFFSET);
  const nonce = bytes.subarray(NONCE_OFFSET, CIPHERTEXT_OFFSET);
  const cipher = createCipheriv("aes-256-gcm", userKey(key, salt), nonce, OPTIONS);
  cipher.setAAD(binding(of));
  const padded = bytes.subarray(CIPHERTEXT_OFFSET, tagOffset);
  padded.set(cipher.update(padded));
  cipher.final();
  bytes.set(cipher.getAuthTag(), tagOffset);
  return bytes;
}

/**
 * Opens what {@link sealDetails} made.
 *
 * @throws {@link DecryptionError} whatever the reason.
 */
export function openDetails(
  key: KeyObject,
  salt: Uint8Array,
  of: DetailsOf,
  sealed: Uint8Array,
): string {
  const tagOffset = sealed.length - TAG_BYTES;
  if (sealed[0] !== FORMAT || tagOffset <= CIPHERTEXT_OFFSET) throw new DecryptionError();
  const nonce = sealed.subarray(NONCE_OFFSET, CIPHERTEXT_OFFSET);
  const decipher = createDecipheriv("aes-256-gcm", userKey(key, salt), nonce, OPTIONS);
  decipher.setAAD(binding(of));
  decipher.setAuthTag(sealed.subarray(tagOffset));
  const padded = decipher.update(sealed.subarray(CIPHERTEXT_OFFSET, tagOffset));
  try {
    decipher.final();
  } catch {
    throw new DecryptionError();
  }
  return unpad(padded).toString();
}

const userKey = (key: KeyObject, salt: Uint8Array): KeyObject =>
  deriveKey(key, "timos/audit-details-of/v1", salt);

const binding = ({ userId, action, at }: DetailsOf): Buffer =>
  associatedData("timos/audit-details/v1", [userId, action, at.toISOString()]);
