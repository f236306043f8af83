import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";
import { codeOf, writeAtomically } from "./files.ts";
import { endProcess, identify, isRunning, ProcessIdentity } from "./process-identity.ts";

const FILE = "lock.json";
/** How long a lock that cannot be read yet is given: its holder may be in the middle of writing it. */
const HALF_WRITTEN_MS = 1_000;
const END_SECONDS = 20;

const Content = z.object({
  holder: ProcessIdentity,
  runFolder: z.string().optional(),
  children: z.record(z.string(), ProcessIdentity),
});
type Content = z.output<typeof Content>;

/** The right to use a data folder, and the record of what runs in it. */
export interface FolderLock {
  /** Where an earlier run that was killed kept its sockets, if there was one. */
  readonly abandonedRunFolder: string | undefined;
  /** Notes what a later run has to clean up if this one is killed. */
  record(change: { runFolder?: string; child?: { name: string; pid: number } }): void;
  release(): void;
}

/** The folder is in use by a running process. */
export class FolderInUse extends Error {
  override readonly name = "FolderInUse";
}

/**
 * Takes a data folder for this process alone. A lock whose holder was killed is taken over, after the processes it
 * left behind are ended: two servers on the same files would destroy them.
 *
 * @throws {@link FolderInUse} when another process holds it.
 */
export async function lockFolder(folder: string, log: (line: string) => void): Promise<FolderLock> {
  const file = join(folder, FILE);
  const holder = identify(process.pid);
  if (holder === undefined) throw new Error("This system does not tell when a process started.");
  const content: Content = { holder, children: {} };
  let abandoned: Content | undefined;

  for (;;) {
    try {
      writeFileSync(file, JSON.stringify(content), { flag: "wx", mode: 0o600, flush: true });
      break;
    } catch (error) {
      if (codeOf(error) !== "EEXIST") throw error;
    }
    const found = await readLock(file);
    if (found !== undefined && isRunning(found.holder)) {
      throw new FolderInUse(
        `TimOS is already running on this data folder (process ${found.holder.pid}): ${folder}\n` +
          "Use that one, stop it first (Ctrl-C in its terminal), or set TIMOS_DATA_DIR to another folder.",
      );
    }
    takeAway(file, found);
    abandoned = found;
  }

  await endAbandoned(abandoned, log);
  return {
    abandonedRunFolder: abandoned?.runFolder,
    record: ({ runFolder, child }) => {
      if (runFolder !== undefined) content.runFolder = runFolder;
      const identity = child === undefined ? undefined : identify(child.pid);
      if (child !== undefined && identity !== undefined) content.children[child.name] = identity;
      writeAtomically(file, JSON.stringify(content));
    },
    release: () => {
      rmSync(file, { force: true });
    },
  };
}

async function readLock(file: string): Promise<Content | undefined> {
  const deadline = Date.now() + HALF_WRITTEN_MS;
  while (existsSync(file)) {
    const parsed = parse(file);
    if (parsed !== undefined) return parsed;
    if (Date.now() > deadline) return undefined;
    await sleep(50);
  }
  return undefined;
}

function parse(file: string): Content | undefined {
  try {
    return Content.safeParse(JSON.parse(readFileSync(file, "utf8"))).data;
  } catch {
    return undefined;
  }
}

/** Moves a stale lock aside; puts it back if somebody else was quicker and it is a fresh one by now. */
function takeAway(file: string, stale: Content | undefined): void {
  const aside = `${file}.${process.pid}.stale`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return;
    throw error;
  }
  const moved = parse(aside);
  const isFresh = moved !== undefined && moved.holder.started !== stale?.holder.started;
  if (isFresh && isRunning(moved.holder) && !existsSync(file)) renameSync(aside, file);
  else rmSync(aside, { force: true });
}

async function endAbandoned(
  abandoned: Content | undefined,
  log: (line: string) => void,
): Promise<void> {
  const left = Object.entries(abandoned?.children ?? {}).filter(([, child]) => isRunning(child));
  if (left.length === 0) return;
  const names = left.map(([name, { pid }]) => `${name} (${pid})`).join(", ");
  log(`The last run was cut off; ending what it left behind: ${names}`);
  await Promise.all(left.map(([, child]) => endProcess(child, END_SECONDS)));
}
