import { PassThrough, type Duplex } from "node:stream";
import { constants, createGunzip, createGzip } from "node:zlib";
import type { TableFile } from "./manifest.ts";
import type { TableFormat } from "./types.ts";

export type Compression = TableFile["compression"];

const BUFFER_BYTES = 256 * 1024;

/** What pays for a table: ADR 0033 has the figures. */
export const compressionOf = (format: TableFormat): Compression =>
  format === "sql" ? "gzip" : "none";

/** What the content of a file is put through before it is encrypted. */
export const compress = (compression: Compression): Duplex =>
  compression === "none"
    ? new PassThrough({ highWaterMark: BUFFER_BYTES })
    : createGzip({
        level: 1,
        // Nearly all is ciphertext in hexadecimal: nothing in it repeats, and each digit has four bits in eight.
        strategy: constants.Z_HUFFMAN_ONLY,
        chunkSize: BUFFER_BYTES,
      });

/** What undoes it. */
export const decompress = (compression: Compression): Duplex =>
  compression === "none"
    ? new PassThrough({ highWaterMark: BUFFER_BYTES })
    : createGunzip({ chunkSize: BUFFER_BYTES });
