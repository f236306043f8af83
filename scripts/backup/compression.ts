import { spawn } from "node:child_process";
import { Duplex } from "node:stream";
import { pipeline } from "node:stream/promises";
import zlib, { constants, createGunzip, createGzip } from "node:zlib";
import { findProgram } from "../lib/bootstrap.mjs";
import type { TableFile } from "./manifest.ts";

export type Compression = TableFile["compression"];

/** What a stream is put through. */
type Step = (source: AsyncIterable<Buffer>) => AsyncIterable<Buffer>;

const BUFFER_BYTES = 256 * 1024;

/**
 * What pays, of what this machine has. Ciphertext does not get shorter, but its digits in statements do by half, and pages
 * of InnoDB by a third: they are half empty, or hold twice what was moved to another. ADR 0033 has the figures.
 */
export const bestCompression = (): Compression => (hasZstd() ? "zstd" : "gzip");

/** Compresses what is read of it. */
export function compress(compression: Compression): Step {
  if (compression === "zstd") return zstd("createZstdCompress", ["-1", "-q", "-c"]);
  // What deflate looks for beyond runs of one byte is not there, and takes three times as long not to be found.
  const options = { level: 1, strategy: constants.Z_RLE, chunkSize: BUFFER_BYTES };
  return (source) => through(source, createGzip(options));
}

/**
 * Undoes it.
 *
 * @throws Error when this machine has nothing that can.
 */
export function decompress(compression: Compression): Step {
  if (compression === "zstd") return zstd("createZstdDecompress", ["-d", "-q", "-c"]);
  return (source) => through(source, createGunzip({ chunkSize: BUFFER_BYTES }));
}

const hasZstd = () => "createZstdCompress" in zlib || findProgram("zstd") !== undefined;

/** By Node where it can, which is from 22.15 on, else by the program. */
function zstd(name: "createZstdCompress" | "createZstdDecompress", args: string[]): Step {
  const make: unknown = Reflect.get(zlib, name);
  if (typeof make === "function") {
    const params = { [Number(Reflect.get(constants, "ZSTD_c_compressionLevel"))]: 1 };
    const options = name === "createZstdCompress" ? { params } : {};
    const stream: unknown = Reflect.apply(make, zlib, [{ ...options, chunkSize: BUFFER_BYTES }]);
    if (stream instanceof Duplex) return (source) => through(source, stream);
  }
  const program = findProgram("zstd");
  if (program === undefined) {
    throw new Error(
      "This backup is compressed with zstd, which is not installed: apt-get install zstd, brew install zstd, or Node.js from 22.15 on.",
    );
  }
  return (source) => throughProgram(source, program, args);
}

async function* through(source: AsyncIterable<Buffer>, stream: Duplex): AsyncGenerator<Buffer> {
  const fed = pipeline(source, stream);
  // Heard below, unless reading fails first.
  fed.catch(() => undefined);
  try {
    for await (const part of stream as AsyncIterable<Buffer>) yield part;
    await fed;
  } finally {
    stream.destroy();
  }
}

/** Ends when the program has ended well: what it has said until then may be half of it. */
async function* throughProgram(
  source: AsyncIterable<Buffer>,
  program: string,
  args: readonly string[],
): AsyncGenerator<Buffer> {
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"] });
  let said = "";
  child.stderr.on("data", (part: Buffer) => (said += part.toString()));
  const ended = new Promise<void>((done, fail) => {
    child.once("error", fail);
    child.once("close", (code) => {
      if (code === 0) done();
      else fail(new Error(`zstd failed: ${said.trim()}`));
    });
  });
  const fed = pipeline(source, child.stdin);
  for (const each of [ended, fed]) each.catch(() => undefined);
  try {
    for await (const part of child.stdout as AsyncIterable<Buffer>) yield part;
    await fed;
    await ended;
  } finally {
    child.kill("SIGKILL");
  }
}
