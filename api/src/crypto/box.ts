import { createCipheriv, createDecipheriv } from "node:crypto";
import { associatedData } from "./aad.ts";
import type { DataKey } from "./data-key.ts";
import { DecryptionError } from "./decryption-error.ts";
import { pad, unpad } from "./padding.ts";
import { writeNonce } from "./random.ts";

/** Cannot begin UTF-8, so that plain text is never taken for a box nor a box for text. */
const FORMAT = 0xf9;
const SUITE_AES_256_GCM = 0x01;
const VERSION_OFFSET = 2;
const DEK_ID_OFFSET = 6;
const NONCE_OFFSET = 22;
const CIPHERTEXT_OFFSET = 34;
const TAG_BYTES = 16;
const ID_BYTES = 16;
const REV_BYTES = 8;

// Without it Node takes a tag cut to four bytes.
const OPTIONS = { authTagLength: TAG_BYTES };

/** How much is encrypted at once: what the cipher gives back is still in the processor's cache when it is copied. */
const PIECE_BYTES = 64 * 1024;

/** How much longer a box is than its padded content. */
export const OVERHEAD_BYTES = CIPHERTEXT_OFFSET + TAG_BYTES;
const SHORTEST = OVERHEAD_BYTES + 64;

/** The one place where a box opens: this box of this row, of this owner, at this revision. */
export interface Place {
  readonly table: string;
  readonly box: string;
  /** 16 bytes. */
  readonly ownerId: Uint8Array;
  /** 16 bytes. */
  readonly rowId: Uint8Array;
  /** A whole number from 0 to 2⁵³ − 1. */
  readonly rev: number;
}

/**
 * Seals `json` under `key`, bound to `place`.
 *
 * Format: `F9 | suite 01 | DEK version u32 BE | dekId 16 | nonce 12 | ciphertext | tag 16`, AES-256-GCM
 * (NIST SP 800-38D) over the padded text. The nonce is drawn here and is no parameter.
 *
 * @throws RangeError when `place` cannot be one.
 */
export function seal(key: DataKey, place: Place, json: string): Buffer {
  if (!isPlace(place)) throw new RangeError("ids have 16 bytes, and a revision is a whole number");
  // The text is encrypted where it is going to lie, so that no second copy of it is made.
  const box = pad(json, CIPHERTEXT_OFFSET, TAG_BYTES);
  const tagOffset = box.length - TAG_BYTES;
  box[0] = FORMAT;
  box[1] = SUITE_AES_256_GCM;
  box.writeUInt32BE(key.version, VERSION_OFFSET);
  box.set(key.dekId, DEK_ID_OFFSET);
  writeNonce(box, NONCE_OFFSET);
  const nonce = box.subarray(NONCE_OFFSET, CIPHERTEXT_OFFSET);
  const cipher = createCipheriv("aes-256-gcm", key.boxKey(place.table), nonce, OPTIONS);
  cipher.setAAD(binding(place, box));
  for (let at = CIPHERTEXT_OFFSET; at < tagOffset; at += PIECE_BYTES) {
    const piece = box.subarray(at, Math.min(at + PIECE_BYTES, tagOffset));
    piece.set(cipher.update(piece));
  }
  cipher.final();
  box.set(cipher.getAuthTag(), tagOffset);
  return box;
}

/**
 * Opens what {@link seal} made, and returns its JSON as UTF-8.
 *
 * @throws {@link DecryptionError} whatever the reason, a `place` that cannot be one among them: a database may hold any
 * number for a revision.
 */
export function open(key: DataKey, place: Place, box: Uint8Array): Buffer {
  if (!isPlace(place)) throw new DecryptionError();
  const bytes = view(box);
  // The id is no secret: it stands in the box. So it need not be compared in constant time.
  if (
    boxVersion(bytes) !== key.version ||
    key.dekId.compare(bytes, DEK_ID_OFFSET, NONCE_OFFSET) !== 0
  ) {
    throw new DecryptionError();
  }
  const tagOffset = bytes.length - TAG_BYTES;
  const nonce = bytes.subarray(NONCE_OFFSET, CIPHERTEXT_OFFSET);
  const decipher = createDecipheriv("aes-256-gcm", key.boxKey(place.table), nonce, OPTIONS);
  decipher.setAAD(binding(place, bytes));
  decipher.setAuthTag(bytes.subarray(tagOffset));
  const padded = decipher.update(bytes.subarray(CIPHERTEXT_OFFSET, tagOffset));
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
  if (Buffer.isBuffer(bytes)) return bytes;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Where the parts of the associated data begin, counted from its end. Each is led by its length, which is fixed. */
const HEADER_FROM_END = NONCE_OFFSET;
const REV_FROM_END = HEADER_FROM_END + 4 + REV_BYTES;
const ROW_FROM_END = REV_FROM_END + 4 + ID_BYTES;
const OWNER_FROM_END = ROW_FROM_END + 4 + ID_BYTES;

function isPlace({ ownerId, rowId, rev }: Place): boolean {
  return (
    ownerId.length === ID_BYTES &&
    rowId.length === ID_BYTES &&
    Number.isSafeInteger(rev) &&
    rev >= 0
  );
}

function binding({ table, box, ownerId, rowId, rev }: Place, header: Buffer): Buffer {
  const bytes = Buffer.from(form(table, box));
  const end = bytes.length;
  bytes.set(ownerId, end - OWNER_FROM_END);
  bytes.set(rowId, end - ROW_FROM_END);
  bytes.writeUInt32BE(Math.floor(rev / 2 ** 32), end - REV_FROM_END);
  bytes.writeUInt32BE(rev >>> 0, end - REV_FROM_END + 4);
  header.copy(bytes, end - HEADER_FROM_END, 0, NONCE_OFFSET);
  return bytes;
}

/** Bindings by table and box with the rest left blank. There are as many as there are columns that hold boxes. */
const forms = new Map<string, Map<string, Buffer>>();

function form(table: string, box: string): Buffer {
  const known = forms.get(table)?.get(box);
  if (known !== undefined) return known;
  const blanks = [ID_BYTES, ID_BYTES, REV_BYTES, NONCE_OFFSET].map((length) =>
    Buffer.alloc(length),
  );
  const made = associatedData("timos/box/v1", [table, box, ...blanks]);
  forms.set(table, new Map(forms.get(table)).set(box, made));
  return made;
}
