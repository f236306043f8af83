import { lstatSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

const PREFIX = "timos-";
/** The kernel's limit for the path of a unix socket is 107 bytes, on some systems 103. */
const LONGEST_PARENT = 70;

/** Makes a folder for sockets and other files of one run, which only this user may enter. */
export function makeRunFolder(): string {
  const parent = Buffer.byteLength(tmpdir()) <= LONGEST_PARENT ? tmpdir() : "/tmp";
  return mkdtempSync(join(parent, PREFIX));
}

/** Removes such a folder, whether of this run or of one that was killed. Anything else is left alone. */
export function removeRunFolder(path: string): void {
  if (!basename(path).startsWith(PREFIX)) return;
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory() === true && found.uid === process.getuid?.()) {
    rmSync(path, { recursive: true, force: true });
  }
}
