import { mkdtempSync, readdirSync, rmSync, statfsSync, statSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { makePrivateFolder, readIfThere, writeAtomically } from "../../launcher/files.ts";
import {
  endProcess,
  identify,
  isRunning,
  ProcessIdentity,
} from "../../launcher/process-identity.ts";
import { makeRunFolder, removeRunFolder } from "../../launcher/run-folder.ts";

const PREFIX = "work-";
const OWNER = "owner.json";
/** How long a folder may be without a note of its owner, who may be about to write it. */
const UNOWNED_MS = 60_000;
const END_SECONDS = 20;

const Owner = z.object({
  owner: ProcessIdentity,
  runFolder: z.string(),
  children: z.array(ProcessIdentity),
});
type Owner = z.output<typeof Owner>;

/** A folder for what a backup or a restore needs while it runs. It holds copies of tables, keys included. */
export interface WorkFolder {
  readonly path: string;
  /** For sockets, whose paths must be short. */
  readonly runFolder: string;
  /** Notes a process that a later run has to end if this one is killed. */
  record(pid: number): void;
  remove(): void;
}

/**
 * Makes a folder in `<dataFolder>/backup` that only this user may enter, after removing those that killed runs left
 * there together with the processes that still work in them.
 */
export async function makeWorkFolder(dataFolder: string): Promise<WorkFolder> {
  const parent = join(dataFolder, "backup");
  makePrivateFolder(parent);
  await removeDeadWork(parent);
  const path = mkdtempSync(join(parent, PREFIX));
  const runFolder = makeRunFolder();
  const owner = identify(process.pid);
  if (owner === undefined) throw new Error("This system does not tell when a process started.");
  const content: Owner = { owner, runFolder, children: [] };
  const write = () => {
    writeAtomically(join(path, OWNER), JSON.stringify(content));
  };
  write();
  return {
    path,
    runFolder,
    record: (pid) => {
      const child = identify(pid);
      if (child === undefined) return;
      content.children.push(child);
      write();
    },
    remove: () => {
      removeRunFolder(runFolder);
      rmSync(path, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function removeDeadWork(parent: string): Promise<void> {
  for (const name of readdirSync(parent).filter((each) => each.startsWith(PREFIX))) {
    const path = join(parent, name);
    const owner = readOwner(path);
    if (owner === undefined ? !isOld(path) : isRunning(owner.owner)) continue;
    await Promise.all((owner?.children ?? []).map((child) => endProcess(child, END_SECONDS)));
    if (owner !== undefined) removeRunFolder(owner.runFolder);
    rmSync(path, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Undefined where it is not noted, or not in a way that is understood here. */
function readOwner(path: string): Owner | undefined {
  const text = readIfThere(join(path, OWNER));
  try {
    return Owner.safeParse(JSON.parse(text ?? "null")).data;
  } catch {
    return undefined;
  }
}

function isOld(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  return found !== undefined && Date.now() - found.mtimeMs > UNOWNED_MS;
}

const MEGABYTE = 1024 * 1024;

/** Throws when fewer than `bytes` are free where `folder` is; `purpose` completes "… are needed for". */
export function requireSpace(folder: string, bytes: number, purpose: string): void {
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  if (free >= bytes) return;
  const inMegabytes = (count: number) => `${Math.ceil(count / MEGABYTE)} MB`;
  throw new Error(
    `The disk is too full: ${inMegabytes(free)} are free where ${folder} is, and ${inMegabytes(bytes)} are needed for ${purpose}. ` +
      "Nothing was changed. Free some space and run it again.",
  );
}

/** What programs and servers say when a disk is full, each in its own way. */
const DISK_FULL = /No space left|ENOSPC|Errcode: 28|error 28|The table '.*' is full/;

/** The error itself, or in its place one that says that the disk is full where `folder` is. */
export function namingFullDisk(error: unknown, folder: string): unknown {
  if (!(error instanceof Error)) return error;
  const cause = error.cause instanceof Error ? error.cause.message : "";
  if (!DISK_FULL.test(error.message) && !DISK_FULL.test(cause)) return error;
  const message = `The disk is full: ${folder} had no room for a copy of the databases. Nothing was changed.`;
  return new Error(message, { cause: error });
}

/** The bytes of the files in a folder and those in it, without those whose name `isLeftOut`. */
export function folderBytes(folder: string, isLeftOut: (name: string) => boolean): number {
  let bytes = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (isLeftOut(entry.name)) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) bytes += folderBytes(path, isLeftOut);
    // A file may be gone by now: the server works on them.
    else bytes += statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  }
  return bytes;
}
