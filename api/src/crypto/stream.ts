import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
  type KeyObject,
} from "node:crypto";
import { DecryptionError } from "./decryption-error.ts";

/** Cannot begin UTF-8, like the first byte of a box, whose suites this one is numbered with. */
const FORMAT = 0xf9;
const SUITE_STREAM_AES_256_GCM = 0x02;
const SALT_OFFSET = 2;
const COMMITMENT_OFFSET = 34;
const HEADER_BYTES = 66;
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const CHUNK_BYTES = 64 * 1024;

// Without it Node takes a tag cut to four bytes.
const OPTIONS = { authTagLength: TAG_BYTES };

type Bytes = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/**
 * Seals a file of any length, holding one chunk of it at a time. The pieces of the file may be cut anywhere, and those
 * of the sealed stream are to be joined.
 *
 * Format: `F9 | suite 02 | salt 32 | commitment 32`, then chunks of 64 KiB, each followed by its tag of 16 bytes; only
 * the last may be shorter, and only that of an empty file is empty. The chunks are STREAM (Hoang, Reyhanitabar,
 * Rogaway, Vizár, CRYPTO 2015) over AES-256-GCM: the nonce is the chunk's number and whether it is the last.
 *
 * @param fileKey - 32 random bytes, another for every file.
 * @throws RangeError for a key of another length.
 */
export async function* sealStream(fileKey: Uint8Array, file: Bytes): AsyncGenerator<Buffer> {
  const header = Buffer.alloc(HEADER_BYTES);
  header[0] = FORMAT;
  header[1] = SUITE_STREAM_AES_256_GCM;
  randomBytes(KEY_BYTES).copy(header, SALT_OFFSET);
  const { key, commitment } = deriveKey(fileKey, header);
  header.set(commitment, COMMITMENT_OFFSET);
  yield Buffer.from(header);
  let number = 0;
  for await (const { bytes, isLast } of regroup(file, CHUNK_BYTES, CHUNK_BYTES)) {
    const cipher = createCipheriv("aes-256-gcm", key, chunkNonce(number++, isLast), OPTIONS);
    cipher.setAAD(header);
    // Two pieces, since joining them would copy the chunk.
    yield cipher.update(bytes);
    cipher.final();
    yield cipher.getAuthTag();
  }
}

/**
 * Opens what {@link sealStream} made, chunk by chunk. Every chunk it yields is authentic and in its place, but only
 * the end of the iteration tells that nothing is missing: when it throws, what came before it is to be thrown away.
 *
 * @throws {@link DecryptionError} whatever is wrong with the bytes or the key; RangeError for a key of another length.
 */
export async function* openStream(fileKey: Uint8Array, sealed: Bytes): AsyncGenerator<Buffer> {
  let opened: { header: Buffer; key: KeyObject } | undefined;
  let number = 0;
  for await (const { bytes, isLast } of regroup(sealed, HEADER_BYTES, CHUNK_BYTES + TAG_BYTES)) {
    if (opened === undefined) {
      if (isLast) throw new DecryptionError();
      const header = Buffer.from(bytes);
      opened = { header, key: openHeader(fileKey, header) };
    } else {
      const tagOffset = bytes.length - TAG_BYTES;
      // Only an empty file has an empty chunk, so that a file has one form.
      if (tagOffset < 0 || (tagOffset === 0 && number > 0)) throw new DecryptionError();
      const nonce = chunkNonce(number++, isLast);
      const decipher = createDecipheriv("aes-256-gcm", opened.key, nonce, OPTIONS);
      decipher.setAAD(opened.header);
      decipher.setAuthTag(bytes.subarray(tagOffset));
      const chunk = decipher.update(bytes.subarray(0, tagOffset));
      try {
        decipher.final();
      } catch {
        throw new DecryptionError();
      }
      yield chunk;
    }
  }
}

function openHeader(fileKey: Uint8Array, header: Buffer): KeyObject {
  if (header[0] !== FORMAT || header[1] !== SUITE_STREAM_AES_256_GCM) throw new DecryptionError();
  const { key, commitment } = deriveKey(fileKey, header);
  // GCM commits to no key: a chunk can be made to open under two. The commitment cannot be made to fit both.
  if (!timingSafeEqual(commitment, header.subarray(COMMITMENT_OFFSET))) throw new DecryptionError();
  return key;
}

/** HKDF-SHA256 (RFC 5869) of the file's key with the header's salt. */
function deriveKey(fileKey: Uint8Array, header: Buffer): { key: KeyObject; commitment: Buffer } {
  if (fileKey.length !== KEY_BYTES) throw new RangeError("the key of a file has 32 bytes");
  const salt = header.subarray(SALT_OFFSET, COMMITMENT_OFFSET);
  const derived = Buffer.from(hkdfSync("sha256", fileKey, salt, "timos/file/v1", 2 * KEY_BYTES));
  const key = createSecretKey(derived.subarray(0, KEY_BYTES));
  derived.fill(0, 0, KEY_BYTES);
  return { key, commitment: derived.subarray(KEY_BYTES) };
}

/** The chunk's number from 0 as u88 BE, then 1 for the last chunk and 0 for the others. */
function chunkNonce(number: number, isLast: boolean): Buffer {
  const nonce = Buffer.alloc(NONCE_BYTES);
  nonce.writeUIntBE(number, 5, 6);
  nonce[11] = isLast ? 1 : 0;
  return nonce;
}

/**
 * The bytes of `source` in groups of `first` and then always `size` bytes; what is left at the end is the last group,
 * which is empty only when `source` is. A group is valid until the next one is asked for.
 */
async function* regroup(
  source: Bytes,
  first: number,
  size: number,
): AsyncGenerator<{ bytes: Buffer; isLast: boolean }> {
  const group = Buffer.alloc(Math.max(first, size));
  let full = first;
  let used = 0;
  try {
    for await (const piece of source) {
      for (let at = 0; at < piece.length;) {
        if (used === full) {
          yield { bytes: group.subarray(0, used), isLast: false };
          full = size;
          used = 0;
        }
        const taken = piece.subarray(at, at + full - used);
        group.set(taken, used);
        at += taken.length;
        used += taken.length;
      }
    }
    yield { bytes: group.subarray(0, used), isLast: true };
  } finally {
    group.fill(0);
  }
}
