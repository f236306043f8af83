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

const utf8 = new TextEncoder();

/**
 * `text` as UTF-8 after its length (u32 BE), followed by zeros up to {@link paddedLength}, with `before` and `after`
 * bytes around it that are the caller's to write.
 */
export function pad(text: string, before = 0, after = 0): Buffer {
  const start = before + LENGTH_BYTES;
  // Counting the bytes of a text takes longer than encoding it. So it is taken to have as many as it has letters:
  // that is right for most, and near enough for others to be padded to the same length.
  for (let guess = text.length; ; guess = Buffer.byteLength(text)) {
    const end = before + paddedLength(LENGTH_BYTES + guess);
    const padded = Buffer.allocUnsafe(end + after);
    const { read, written } = utf8.encodeInto(text, padded.subarray(start, end));
    // No text has fewer bytes than letters. So one that fits has the padded length of the guess.
    if (read === text.length) {
      padded.writeUInt32BE(written, before);
      return padded.fill(0, start + written, end);
    }
    padded.fill(0);
  }
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
  // All bytes are zero when the first one is and each equals the one before it.
  const isClean =
    end === padded.length ||
    (padded[end] === 0 &&
      padded.compare(padded, end + 1, padded.length, end, padded.length - 1) === 0);
  if (!isClean) throw new DecryptionError();
  return padded.subarray(LENGTH_BYTES, end);
}
