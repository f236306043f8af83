import { createCipheriv, createDecipheriv, timingSafeEqual } from "node:crypto";
import { associatedData } from "./aad.ts";
import type { DataKey } from "./data-key.ts";
import { DecryptionError } from "./decryption-error.ts";
import { pad, unpad } from "./padding.ts";
import { nonce } from "./random.ts";

/** Cannot begin UTF-8, so that plain text is never taken for a box nor a box for text. */
const FORMAT = 0xf9;
const SUITE_AES_256_GCM = 0x01;
const VERSION_OFFSET = 2;
const DEK_ID_OFFSET = 6;
const NONCE_OFFSET = 22;
const CIPHERTEXT_OFFSET = 34;
const TAG_BYTES = 16;

/** How much longer a box is than its padded content. */
export const OVERHEAD_BYTES = CIPHERTEXT_OFFSET + TAG_BYTES;
const SHORTEST = OVERHEAD_BYTES + 64;

/** The one place where a box opens: this box of this row, of this owner, at this revision. */
export interface Place {
  readonly table: string;
  readonly box: string;
  readonly ownerId: Uint8Array;
  readonly rowId: Uint8Array;
  readonly rev: number;
}

/**
 * Seals `json` under `key`, bound to `place`.
 *
 * Format: `F9 | suite 01 | DEK version u32 BE | dekId 16 | nonce 12 | ciphertext | tag 16`, AES-256-GCM
 * (NIST SP 800-38D) over the padded text. The nonce is drawn here and is no parameter.
 */
export function seal(key: DataKey, place: Place, json: string): Buffer {
  const head = Buffer.alloc(CIPHERTEXT_OFFSET);
  head[0] = FORMAT;
  head[1] = SUITE_AES_256_GCM;
  head.writeUInt32BE(key.version, VERSION_OFFSET);
  head.set(key.dekId, DEK_ID_OFFSET);
  head.set(nonce(), NONCE_OFFSET);
  const cipher = createCipheriv(
    "aes-256-gcm",
    key.boxKey(place.table),
    head.subarray(NONCE_OFFSET),
    { authTagLength: TAG_BYTES },
  );
  cipher.setAAD(binding(place, head));
  return Buffer.concat([head, cipher.update(pad(json)), cipher.final(), cipher.getAuthTag()]);
}

/**
 * Opens what {@link seal} made, and returns its JSON as UTF-8.
 *
 * @throws {@link DecryptionError} whatever the reason.
 */
export function open(key: DataKey, place: Place, box: Uint8Array): Buffer {
  const bytes = view(box);
  if (
    boxVersion(bytes) !== key.version ||
    !timingSafeEqual(bytes.subarray(DEK_ID_OFFSET, NONCE_OFFSET), key.dekId)
  ) {
    throw new DecryptionError();
  }
  const decipher = createDecipheriv(
    "aes-256-gcm",
    key.boxKey(place.table),
    bytes.subarray(NONCE_OFFSET, CIPHERTEXT_OFFSET),
    // Without it Node takes a tag cut to four bytes.
    { authTagLength: TAG_BYTES },
  );
  decipher.setAAD(binding(place, bytes));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  const padded = decipher.update(bytes.subarray(CIPHERTEXT_OFFSET, -TAG_BYTES));
  try {
    decipher.final();
  } catch {
    throw new DecryptionError();
  }
  return unpad(padded);
}

/**
 * The version of the data key that a box was sealed under, read without opening it.
 *
 * @throws {@link DecryptionError} for bytes that are no box.
 */
export function boxVersion(box: Uint8Array): number {
  if (box.length < SHORTEST || box[0] !== FORMAT || box[1] !== SUITE_AES_256_GCM) {
    throw new DecryptionError();
  }
  return view(box).readUInt32BE(VERSION_OFFSET);
}

function view(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function binding(place: Place, head: Buffer): Buffer {
  const rev = Buffer.alloc(8);
  rev.writeBigUInt64BE(BigInt(place.rev));
  return associatedData("timos/box/v1", [
    place.table,
    place.box,
    place.ownerId,
    place.rowId,
    rev,
    head.subarray(0, NONCE_OFFSET),
  ]);
}
