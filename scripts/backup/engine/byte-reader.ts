import { DamagedBackup } from "../damaged.ts";

/** A stream that is read by lengths. */
export interface ByteReader {
  /**
   * The next `length` bytes.
   *
   * @throws DamagedBackup when the stream ends before.
   */
  readonly take: (length: number) => Promise<Buffer>;
  /** All that is left. */
  readonly rest: () => AsyncGenerator<Buffer>;
}

export function byteReader(source: AsyncIterable<Buffer>): ByteReader {
  const parts = source[Symbol.asyncIterator]();
  let held: Buffer = Buffer.alloc(0);
  return {
    take: async (length) => {
      const taken = [held];
      let bytes = held.length;
      while (bytes < length) {
        const part = await parts.next();
        if (part.done === true) throw new DamagedBackup("A file of a backup is cut off.");
        taken.push(part.value);
        bytes += part.value.length;
      }
      const all = taken.length === 1 ? held : Buffer.concat(taken, bytes);
      held = all.subarray(length);
      return all.subarray(0, length);
    },
    rest: async function* () {
      if (held.length > 0) yield held;
      held = Buffer.alloc(0);
      yield* { [Symbol.asyncIterator]: () => parts };
    },
  };
}
