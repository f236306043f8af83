import {
  createReadStream,
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { dirname, resolve } from "node:path";
import { DecryptionError } from "../../api/src/crypto/decryption-error.ts";
import { openStream } from "../../api/src/crypto/stream.ts";
import { syncFolder } from "../launcher/files.ts";

const KEY_BYTES = 32;
const CHUNK_BYTES = 1024 * 1024;

/**
 * Opens a sealed file (an attachment) into a new one, which is there when all of it was authentic, and else not.
 *
 * @param request.keyFile - The file's key: 32 bytes, or 64 hexadecimal digits.
 * @returns how many bytes it has.
 * @throws when it does not open, or something stands where it would be written.
 */
export async function openFile(request: {
  readonly sealed: string;
  readonly keyFile: string;
  readonly to: string;
}): Promise<number> {
  const target = resolve(request.to);
  const part = `${target}.part`;
  if (existsSync(target)) throw new Error(`${target} is there already, and is never written over.`);
  const key = readKey(request.keyFile);
  const file = openSync(part, "wx", 0o600);
  let bytes = 0;
  try {
    try {
      const source = createReadStream(request.sealed, { highWaterMark: CHUNK_BYTES });
      for await (const chunk of openStream(key, source)) {
        for (let at = 0; at < chunk.length;) at += writeSync(file, chunk, at);
        bytes += chunk.length;
      }
      fsyncSync(file);
    } finally {
      closeSync(file);
      key.fill(0);
    }
    renameSync(part, target);
    syncFolder(dirname(target));
  } catch (error) {
    rmSync(part, { force: true });
    if (!(error instanceof DecryptionError)) throw error;
    throw new Error(
      `${request.sealed} does not open: it was altered or cut short, or has another key. Nothing was written.`,
      { cause: error },
    );
  }
  return bytes;
}

function readKey(path: string): Buffer {
  const bytes = readFileSync(path);
  if (bytes.length === KEY_BYTES) return bytes;
  const digits = bytes.toString("latin1").trim();
  bytes.fill(0);
  if (/^[0-9a-fA-F]{64}$/.test(digits)) return Buffer.from(digits, "hex");
  throw new Error(`${path} holds no key: that is 32 bytes, or 64 hexadecimal digits.`);
}
