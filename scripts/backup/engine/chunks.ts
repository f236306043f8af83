import { createHash } from "node:crypto";
import { DamagedBackup } from "../damaged.ts";
import { byteReader } from "./byte-reader.ts";

/** Streams are compared in pieces of this many bytes: four pages of InnoDB. */
export const CHUNK_BYTES = 65_536;
const HASH_BYTES = 32;
/** Stands where the number of a chunk would, at the end. */
const END = 0xffff_ffff;

/** What is kept of a stream so that a later one can be compared with it: the SHA-256 of each chunk, in order. */
export type ChunkIndex = Buffer;

/** A stream on its way, and what is known of it once it was read. */
export interface IndexedStream {
  readonly stream: AsyncGenerator<Buffer>;
  /** The index of the whole stream that went in. Throws until that has ended. */
  readonly index: () => ChunkIndex;
}

/** Lets a stream pass as it is, and indexes it. */
export function indexed(source: AsyncIterable<Buffer>): IndexedStream {
  return collect(source, (chunk) => [chunk]);
}

/**
 * What of a stream differs from the one that `base` is the index of: for each such chunk its number (u32, big endian), its
 * length (u32) and its bytes, in the order of their numbers; then the number 0xffffffff and the length of the whole
 * stream (u64).
 */
export function difference(source: AsyncIterable<Buffer>, base: ChunkIndex): IndexedStream {
  let bytes = 0;
  const changed = collect(source, function* (chunk, number, hash) {
    bytes += chunk.length;
    const former = base.subarray(number * HASH_BYTES, (number + 1) * HASH_BYTES);
    if (former.equals(hash)) return;
    const head = Buffer.alloc(8);
    head.writeUInt32BE(number, 0);
    head.writeUInt32BE(chunk.length, 4);
    yield head;
    yield chunk;
  });
  return {
    stream: (async function* () {
      yield* changed.stream;
      const end = Buffer.alloc(12);
      end.writeUInt32BE(END, 0);
      end.writeBigUInt64BE(BigInt(bytes), 4);
      yield end;
    })(),
    index: changed.index,
  };
}

function collect(
  source: AsyncIterable<Buffer>,
  give: (chunk: Buffer, number: number, hash: Buffer) => Iterable<Buffer>,
): IndexedStream {
  const hashes: Buffer[] = [];
  let hasEnded = false;
  return {
    stream: (async function* () {
      for await (const chunk of inChunks(source)) {
        const hash = createHash("sha256").update(chunk).digest();
        yield* give(chunk, hashes.length, hash);
        hashes.push(hash);
      }
      hasEnded = true;
    })(),
    index: () => {
      if (!hasEnded) throw new Error("A stream has an index once it was read.");
      return Buffer.concat(hashes);
    },
  };
}

/** The same bytes in pieces of {@link CHUNK_BYTES}; the last may be shorter. */
async function* inChunks(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let parts: Buffer[] = [];
  let held = 0;
  for await (const part of source) {
    let rest = part;
    while (held + rest.length >= CHUNK_BYTES) {
      const taken = rest.subarray(0, CHUNK_BYTES - held);
      yield parts.length === 0 ? taken : Buffer.concat([...parts, taken]);
      rest = rest.subarray(taken.length);
      parts = [];
      held = 0;
    }
    if (rest.length > 0) parts.push(rest);
    held += rest.length;
  }
  if (held > 0) yield Buffer.concat(parts);
}

/**
 * The stream that {@link difference} was made of, from the stream it was compared with and what differed. Both are read to
 * their ends, so that whoever checks them on the way has seen them whole.
 *
 * @throws DamagedBackup when the two do not fit together, or one is cut off.
 */
export async function* overlay(
  base: AsyncIterable<Buffer>,
  changes: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer> {
  const former = inChunks(base);
  const change = byteReader(changes);
  let bytes = 0;
  let number = 0;
  let end: number | undefined;
  while (end === undefined) {
    const next = (await change.take(4)).readUInt32BE();
    if (next === END) end = Number((await change.take(8)).readBigUInt64BE());
    const until = end === undefined ? next : Math.ceil(end / CHUNK_BYTES);
    if (until < number) throw new DamagedBackup("An incremental backup is not in order.");
    for (; number < until; number++) {
      const same = await former.next();
      if (same.done === true) throw new DamagedBackup(NOT_OF_THIS_BASE);
      bytes += same.value.length;
      yield same.value;
    }
    if (end !== undefined) break;
    const length = (await change.take(4)).readUInt32BE();
    if (length > CHUNK_BYTES)
      throw new DamagedBackup("An incremental backup has too long a chunk.");
    bytes += length;
    yield await change.take(length);
    await former.next(); // what stood there before
    number++;
  }
  if (bytes !== end) throw new DamagedBackup(NOT_OF_THIS_BASE);
  for await (const _ of former);
  for await (const _ of change.rest()) {
    throw new DamagedBackup("An incremental backup goes on behind its end.");
  }
}

const NOT_OF_THIS_BASE = "An incremental backup does not fit what it was made upon.";
