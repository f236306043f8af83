import { createReadStream } from "node:fs";
import { open, readFile, type FileHandle } from "node:fs/promises";
import { Readable } from "node:stream";
import { DamagedBackup } from "../damaged.ts";
import { byteReader } from "./byte-reader.ts";

/** The two files that make up a table that was exported. */
export interface TablespaceFiles {
  /** The server's description of it, without which importing could not compare it with the table's definition. */
  readonly cfg: string;
  readonly ibd: string;
}

const READ_BYTES = 1024 * 1024;
/** Those of our tables have one or two thousand bytes. */
const MOST_CFG_BYTES = 1024 * 1024;

/** Both files as one stream: the length of the first (u32, big endian), the first, the second. */
export const packTablespace = (files: TablespaceFiles): Readable =>
  Readable.from(packed(files), { objectMode: false });

async function* packed({ cfg, ibd }: TablespaceFiles): AsyncGenerator<Buffer> {
  const description = await readFile(cfg);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(description.length);
  yield Buffer.concat([length, description]);
  yield* createReadStream(ibd, { highWaterMark: READ_BYTES }) as AsyncIterable<Buffer>;
}

/**
 * Writes the two files of such a stream, which must not be there yet.
 *
 * @throws DamagedBackup when it is not one, and whatever the stream fails with.
 */
export async function unpackTablespace(
  source: AsyncIterable<Buffer>,
  files: TablespaceFiles,
): Promise<void> {
  const { take, rest } = byteReader(source);
  const length = (await take(4)).readUInt32BE();
  if (length > MOST_CFG_BYTES) throw new DamagedBackup("A file of a backup is no tablespace.");
  await write(files.cfg, async (file) => {
    await file.writeFile(await take(length));
  });
  await write(files.ibd, async (file) => {
    for await (const part of rest()) await file.writeFile(part);
  });
}

async function write(path: string, fill: (file: FileHandle) => Promise<void>): Promise<void> {
  const file = await open(path, "wx", 0o660);
  try {
    await fill(file);
  } finally {
    await file.close();
  }
}
