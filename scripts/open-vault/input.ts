import { closeSync, createReadStream, openSync, readSync, statSync } from "node:fs";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { z } from "zod";
import { asError, codeOf } from "../launcher/files.ts";
import { DumpError } from "./sql-text.ts";

const CHUNK_BYTES = 1024 * 1024;

/** What a file may begin with that is no SQL yet. */
const GZIP = "1f8b";
const NOT_SQL: Readonly<Record<string, string>> = {
  "28b52ffd": "it is compressed with zstd; unpack it first",
  fd377a58: "it is compressed with xz; unpack it first",
  "425a68": "it is compressed with bzip2; unpack it first",
  "6167652d": "it is encrypted with age; decrypt it first",
  fffe: "the shell that wrote it made UTF-16 of it, which destroys binary values; use --result-file",
};

const Chunk = z.instanceof(Buffer);

/** A dump in a file, plain or compressed by gzip. */
export interface DumpFile {
  readonly path: string;
  readonly size: number;
  /** How much of the file has been read. */
  readonly bytesRead: () => number;
  /** @throws DumpError when the file cannot be read or unpacked to its end. */
  readonly chunks: AsyncIterable<Buffer>;
}

/** @throws DumpError when there is no such file, or it is plainly no dump. */
export function openDumpFile(path: string): DumpFile {
  const start = firstBytes(path);
  for (const [magic, why] of Object.entries(NOT_SQL)) {
    if (start.startsWith(magic)) throw new DumpError(`${path} cannot be read: ${why}`);
  }
  const file = createReadStream(path, { highWaterMark: CHUNK_BYTES });
  const stream = start.startsWith(GZIP)
    ? // What goes wrong is thrown where the chunks are read.
      pipeline(file, createGunzip({ chunkSize: CHUNK_BYTES }), () => undefined)
    : file;
  return {
    path,
    size: statSync(path).size,
    bytesRead: () => file.bytesRead,
    chunks: (async function* () {
      try {
        for await (const chunk of stream) yield Chunk.parse(chunk);
      } catch (error) {
        const isShort = codeOf(error) === "Z_BUF_ERROR";
        throw new DumpError(
          isShort ? "it is cut short: the compressed file ends too early" : asError(error).message,
          { cause: error },
        );
      }
    })(),
  };
}

function firstBytes(path: string): string {
  try {
    const file = openSync(path, "r");
    try {
      const bytes = Buffer.alloc(4);
      return bytes.toString("hex", 0, readSync(file, bytes));
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw new DumpError(`${path} cannot be read: ${asError(error).message}`, { cause: error });
  }
}
