import { createCipheriv, createDecipheriv, timingSafeEqual, type KeyObject } from "node:crypto";
import { associatedData } from "./aad.ts";
import { DEK_BYTES, dekIdOf } from "./data-key.ts";
import { DecryptionError } from "./decryption-error.ts";
import { nonce } from "./random.ts";

/** The wrap suite of {@link wrapDek}. */
export const SUITE_LOCAL_AES_256_GCM = 1;

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const WRAP_BYTES = NONCE_BYTES + DEK_BYTES + TAG_BYTES;

/** What a wrapped data key is bound to: whose it is, which, and under which master key (MEK). */
export interface WrapContext {
  readonly ownerId: Uint8Array;
  readonly version: number;
  readonly dekId: Uint8Array;
  readonly mekRef: string;
}

/** The bytes a wrap is authenticated with; a key service that takes associated data is given the same. */
export function wrapBinding(context: WrapContext): Buffer {
  const version = Buffer.alloc(4);
  version.writeUInt32BE(context.version);
  return associatedData("timos/dek/v1", [context.ownerId, version, context.dekId, context.mekRef]);
}

/** Wraps a data key under a master key held here: `nonce 12 | ciphertext 32 | tag 16`, AES-256-GCM. */
export function wrapDek(mek: KeyObject, dek: Uint8Array, context: WrapContext): Buffer {
  const iv = nonce();
  const cipher = createCipheriv("aes-256-gcm", mek, iv);
  cipher.setAAD(wrapBinding(context));
  return Buffer.concat([iv, cipher.update(dek), cipher.final(), cipher.getAuthTag()]);
}

/**
 * Unwraps what {@link wrapDek} made and checks that it is the key `context` names. The caller wipes the result.
 *
 * @throws {@link DecryptionError} whatever the reason.
 */
export function unwrapDek(mek: KeyObject, wrap: Uint8Array, context: WrapContext): Buffer {
  if (wrap.length !== WRAP_BYTES) throw new DecryptionError();
  const decipher = createDecipheriv("aes-256-gcm", mek, wrap.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(wrapBinding(context));
  decipher.setAuthTag(wrap.subarray(-TAG_BYTES));
  const dek = decipher.update(wrap.subarray(NONCE_BYTES, -TAG_BYTES));
  try {
    decipher.final();
  } catch {
    // Of a wrap whose tag alone was altered this is the key.
    dek.fill(0);
    throw new DecryptionError();
  }
  checkDek(dek, context);
  return dek;
}

/**
 * Checks that an unwrapped key is the one `context` names, and wipes it when it is not. GCM commits to no key: a wrap
 * can be made to open under two. The id cannot be made to fit both.
 *
 * @throws {@link DecryptionError} when it is another.
 */
export function checkDek(dek: Uint8Array, context: WrapContext): void {
  if (dek.length === DEK_BYTES && timingSafeEqual(dekIdOf(dek), context.dekId)) return;
  dek.fill(0);
  throw new DecryptionError();
}
