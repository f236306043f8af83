import { open, type FileHandle } from "node:fs/promises";
import { sha1 } from "../crypto/digest.ts";

/** A file of breached passwords that the server must not start with. Names the file, and nothing of what is in it. */
export class BreachedPasswordsError extends Error {
  override readonly name = "BreachedPasswordsError";
}

export interface BreachedPasswords {
  /** Whether `password` is in the list, exactly as it is. */
  readonly has: (password: string) => Promise<boolean>;
  readonly close: () => Promise<void>;
}

/** A line is `<SHA-1 in hex>:<count>`, and far shorter than this. */
const LINE_BYTES = 128;
const LINE = /^[0-9A-F]{40}(:\d+)?$/;

/**
 * Opens a list of breached passwords: the file of Have I Been Pwned with SHA-1 hashes, ordered by hash. Nothing of it is
 * read into memory, and nothing is asked of a network: a password is found by some forty reads of one line.
 *
 * @throws BreachedPasswordsError when it cannot be read, or is no such file.
 */
export async function openBreachedPasswords(path: string): Promise<BreachedPasswords> {
  let file: FileHandle;
  try {
    file = await open(path, "r");
  } catch (cause) {
    throw new BreachedPasswordsError(`BREACHED_PASSWORDS_FILE: ${path} cannot be read`, { cause });
  }
  try {
    const { size } = await file.stat();
    const samples: string[] = [];
    for (const part of [0, 0.25, 0.5, 0.75, 1]) {
      const start = await lineAfter(file, Math.floor(Math.max(0, size - LINE_BYTES) * part), size);
      const line = start < size ? await lineAt(file, start) : "";
      if (line !== "" || samples.length === 0) samples.push(line);
    }
    if (!samples.every((line) => LINE.test(line))) {
      throw new BreachedPasswordsError(
        `BREACHED_PASSWORDS_FILE: ${path} has lines that are not <SHA-1>:<count>`,
      );
    }
    if (samples.some((line, i) => i > 0 && line < (samples[i - 1] ?? ""))) {
      throw new BreachedPasswordsError(`BREACHED_PASSWORDS_FILE: ${path} is not ordered by hash`);
    }
    return {
      has: (password) => find(file, size, sha1(password).toString("hex").toUpperCase()),
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    if (error instanceof BreachedPasswordsError) throw error;
    throw new BreachedPasswordsError(`BREACHED_PASSWORDS_FILE: ${path} cannot be read`, {
      cause: error,
    });
  }
}

/** Halves the bytes in which the line of `hash` may begin, until none is left. */
async function find(file: FileHandle, size: number, hash: string): Promise<boolean> {
  let low = 0;
  let high = size;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const start = await lineAfter(file, middle, size);
    const found = start < size ? (await lineAt(file, start)).slice(0, hash.length) : "\uffff";
    if (found === hash) return true;
    if (found < hash) low = start + 1;
    else high = middle;
  }
  return false;
}

/** Where the first line begins that begins at `position` or after it. */
async function lineAfter(file: FileHandle, position: number, size: number): Promise<number> {
  if (position === 0) return 0;
  const end = (await bytesAt(file, position - 1)).indexOf("\n");
  return end === -1 ? size : position + end;
}

async function lineAt(file: FileHandle, position: number): Promise<string> {
  return (
    (await bytesAt(file, position)).toString("latin1").split("\n", 1)[0]?.trim().toUpperCase() ?? ""
  );
}

async function bytesAt(file: FileHandle, position: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(LINE_BYTES), 0, LINE_BYTES, position);
  return buffer.subarray(0, bytesRead);
}
