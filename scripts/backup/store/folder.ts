import { createWriteStream, rmSync } from "node:fs";
import { open, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { asError, codeOf, makePrivateFolder, syncFolder } from "../../launcher/files.ts";
import { measured } from "../measured.ts";
import { FileMissing } from "./file-missing.ts";
import type { Store } from "./store.ts";

/** So much is read ahead and written at once: the disk works while the next bytes are sealed. */
const BUFFER_BYTES = 4 * 1024 * 1024;

/** Backups in a folder. A file has another name until it is whole and on the disk. */
export function folderStore(path: string): Store {
  const root = resolve(path);
  const at = (name: string) => join(root, name);
  return {
    name: root,
    put: async (name, content, { signal } = {}) => {
      const file = at(name);
      const temporary = join(dirname(file), `.${basename(file)}.part`);
      const { stream: counted, written } = measured(BUFFER_BYTES);
      try {
        makePrivateFolder(dirname(file));
        const output = createWriteStream(temporary, { mode: 0o600, highWaterMark: BUFFER_BYTES });
        await pipeline(content, counted, output, ...(signal === undefined ? [] : [{ signal }]));
        await sync(temporary);
        await rename(temporary, file);
        syncFolder(dirname(file));
      } catch (error) {
        await rm(temporary, { force: true }).catch(() => undefined);
        throw explained(error, file);
      }
      return written();
    },
    get: (name) => opened(at(name)),
    size: (name) => sizeOf(at(name)),
    folders: (name) => foldersIn(at(name)),
    remove: (name) => rm(at(name), { force: true }),
    removeFolder: (name) => {
      rmSync(at(name), { recursive: true, force: true, maxRetries: 3 });
      return Promise.resolve();
    },
    close: () => undefined,
  };
}

async function opened(file: string): Promise<Readable> {
  try {
    const handle = await open(file, "r");
    return handle.createReadStream({ highWaterMark: BUFFER_BYTES });
  } catch (error) {
    if (codeOf(error) === "ENOENT") throw new FileMissing(`There is no ${file}.`);
    throw explained(error, file);
  }
}

/** Null when it is not there. What cannot be looked at may well be. */
async function sizeOf(file: string): Promise<number | null> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return null;
    throw explained(error, file);
  }
}

async function foldersIn(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return [];
    throw explained(error, folder);
  }
}

async function sync(file: string): Promise<void> {
  const handle = await open(file, "r+");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function explained(thrown: unknown, file: string): Error {
  const why = {
    ENOSPC: "the disk is full. Free some space, or store backups elsewhere (--to)",
    EDQUOT: "your share of the disk is used up. Free some space, or store backups elsewhere (--to)",
    EACCES: "this user may not use it",
    EPERM: "this user may not use it",
    EROFS: "its file system is read-only",
    ENOTDIR: "part of that path is a file",
    EIO: "the disk fails",
    ESTALE: "the network disk is gone",
  }[codeOf(thrown) ?? ""];
  return why === undefined ? asError(thrown) : new Error(`${file}: ${why}.`, { cause: thrown });
}
