import { DecryptionError } from "./decryption-error.ts";

const LENGTH_BYTES = 4;
const SMALLEST = 64;
const LARGEST_POWER = 1024;

/**
 * How long `length` bytes become: a power of two from 64 to 1024, above that by Padmé
 * (Nikitin et al., PETS 2019: at most 12 % longer, and the size tells O(log log length) bits).
 */
export function paddedLength(length: number): number {
  if (length <= LARGEST_POWER) {
    let size = SMALLEST;
    while (size < length) size *= 2;
    return size;
  }
  const exponent = Math.floor(Math.log2(length));
  const kept = Math.floor(Math.log2(exponent)) + 1;
  const step = 2 ** (exponent - kept);
  return Math.ceil(length / step) * step;
}

/** `text` as UTF-8 after its length (u32 BE), followed by zeros up to {@link paddedLength}. */
export function pad(text: string): Buffer {
  const length = Buffer.byteLength(text, "utf8");
  const padded = Buffer.alloc(paddedLength(LENGTH_BYTES + length));
  padded.writeUInt32BE(length);
  padded.write(text, LENGTH_BYTES, "utf8");
  return padded;
}

/**
 * The reverse of {@link pad}, as UTF-8 bytes that share `padded`'s memory.
 *
 * @throws {@link DecryptionError} unless `padded` is exactly what {@link pad} makes.
 */
export function unpad(padded: Buffer): Buffer {
  if (padded.length < SMALLEST) throw new DecryptionError();
  const end = LENGTH_BYTES + padded.readUInt32BE();
  if (paddedLength(end) !== padded.length) throw new DecryptionError();
  for (let i = end; i < padded.length; i++) if (padded[i] !== 0) throw new DecryptionError();
  return padded.subarray(LENGTH_BYTES, end);
}
