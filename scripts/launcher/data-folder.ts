import { accessSync, constants, existsSync, readFileSync, statfsSync, statSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { codeOf, makePrivateFolder, writeAtomically } from "./files.ts";
import { type FolderLock, lockFolder } from "./lock.ts";
import { holdsDatabases } from "./mariadb-folder.ts";
import { refuseUnfinishedRestore } from "./restore-mark.ts";
import { removeRunFolder } from "./run-folder.ts";

/** The layout of a data folder this program makes and understands. */
const FORMAT = 1;

const MEGABYTE = 1024 * 1024;
/** What MariaDB's files and logs take on a first start, with some room to write in. */
const FIRST_START_MEGABYTES = 400;
const LATER_START_MEGABYTES = 64;

export interface DataFolder {
  readonly path: string;
  readonly lock: FolderLock;
}

/**
 * Opens a data folder, making it if need be, and locks it for this process.
 * Throws, having changed nothing of its content, when it cannot be used.
 *
 * @param options.isRestoring - Goes on where a restore was cut off, which nothing else may.
 */
export async function openDataFolder(
  path: string,
  log: (line: string) => void,
  options: { readonly isRestoring?: boolean } = {},
): Promise<DataFolder> {
  makeWritable(path);
  checkFormat(path);
  if (options.isRestoring !== true) refuseUnfinishedRestore(path);
  const lock = await lockFolder(path, log);
  try {
    if (lock.abandonedRunFolder !== undefined) removeRunFolder(lock.abandonedRunFolder);
    checkSpace(path);
    if (!existsSync(join(path, "version"))) writeAtomically(join(path, "version"), `${FORMAT}\n`);
  } catch (error) {
    lock.release();
    throw error;
  }
  return { path, lock };
}

function makeWritable(path: string): void {
  try {
    makePrivateFolder(path);
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const why = {
      EACCES: `user ${userInfo().username} may not write there`,
      EPERM: `user ${userInfo().username} may not write there`,
      EROFS: "its file system is read-only",
      ENOTDIR: "part of that path is a file",
      EEXIST: "that path is a file",
      ENOSPC: "the disk is full",
    }[codeOf(error) ?? ""];
    if (why === undefined) throw error;
    throw new Error(
      `The data folder ${path} cannot be used: ${why}. Set TIMOS_DATA_DIR to a folder of your own.`,
      { cause: error },
    );
  }
  const owner = statSync(path).uid;
  const user = process.getuid?.();
  const isForeign = user !== undefined && user !== owner;
  if (isForeign && holdsDatabases(path)) {
    throw new Error(
      `The data folder ${path} belongs to another user (uid ${owner}; you are ${user}). ` +
        "Start TimOS as that user, or set TIMOS_DATA_DIR to a folder of your own.",
    );
  }
}

function checkFormat(path: string): void {
  const file = join(path, "version");
  if (!existsSync(file)) return;
  const text = readFileSync(file, "utf8").trim();
  const format = Number(text);
  if (!/^\d+$/.test(text))
    throw new Error(`${file} does not hold a version number. Nothing was changed.`);
  if (format > FORMAT) {
    throw new Error(
      `The data folder ${path} was made by a newer version of TimOS (format ${format}; this one knows ${FORMAT}). ` +
        "Nothing was changed. Update TimOS and start again.",
    );
  }
}

function checkSpace(path: string): void {
  const { bavail, bsize } = statfsSync(path);
  const free = Math.floor((bavail * bsize) / MEGABYTE);
  const needed = holdsDatabases(path) ? LATER_START_MEGABYTES : FIRST_START_MEGABYTES;
  if (free >= needed) return;
  throw new Error(
    `The disk is full: ${free} MB are free where ${path} is, and ${needed} MB are needed. ` +
      "Free some space, or set TIMOS_DATA_DIR to a folder on another disk.",
  );
}
