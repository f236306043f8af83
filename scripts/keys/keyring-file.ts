import {
  closeSync,
  lstatSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import {
  activateKey,
  decodeKeyring,
  KeyringError,
  type MasterKey,
  mergeKeyrings,
  removeKey,
  stagedKey,
  stageKey,
} from "../../api/src/crypto/keyring.ts";
import { codeOf, writeAtomically } from "../launcher/files.ts";
import { identify, isRunning, ProcessIdentity } from "../launcher/process-identity.ts";

/** How long another command may be at the file: it reads and writes a few hundred bytes. */
const PATIENCE_MS = 10_000;

/** The keys in the file. @throws KeyringError when it is no keyring. */
export function readKeys(file: string): MasterKey[] {
  const bytes = readFileSync(file);
  try {
    return decodeKeyring(bytes);
  } finally {
    bytes.fill(0);
  }
}

/**
 * Adds a key that makes no wraps yet, or finds the one that was added and never activated.
 *
 * @param current - The key that wraps, as the caller knows it, `local:<id>`.
 * @returns its id; null, having done nothing, when another key wraps by now.
 */
export async function stage(
  file: string,
  current: string,
): Promise<{ id: string; isNew: boolean } | null> {
  return changing<{ id: string; isNew: boolean } | null>(file, (bytes) => {
    const keys = decodeKeyring(bytes);
    const found = stagedKey(keys);
    if (found !== undefined) return { content: null, result: { id: found.id, isNew: false } };
    const active = keys.find(({ status }) => status === "active");
    if (`local:${active?.id ?? ""}` !== current) return { content: null, result: null };
    const content = stageKey(bytes, new Date());
    const id = stagedKey(decodeKeyring(content))?.id ?? "";
    return { content, result: { id, isNew: true } };
  });
}

/** Makes a staged key the one that wraps. One that became active and was succeeded meanwhile stays as it is. */
export async function activate(file: string, id: string): Promise<void> {
  await changing(file, (bytes) => {
    const isStaged = stagedKey(decodeKeyring(bytes))?.id === id;
    return isStaged
      ? { content: activateKey(bytes, id), result: null }
      : { content: null, result: null };
  });
}

/**
 * Adds the keys of another keyring file that this one lacks; changes nothing else.
 *
 * @returns their ids.
 * @throws KeyringError when one of them is no keyring, or both have other bytes under one id.
 */
export async function merge(file: string, otherFile: string): Promise<string[]> {
  const other = readFileSync(otherFile);
  try {
    return await changing(file, (bytes) => {
      const known = new Set(named(file, () => decodeKeyring(bytes)).map(({ id }) => id));
      const result = named(otherFile, () => decodeKeyring(other)).flatMap(({ id }) =>
        known.has(id) ? [] : [id],
      );
      const content = mergeKeyrings(bytes, other);
      if (result.length > 0) return { content, result };
      content.fill(0);
      return { content: null, result };
    });
  } finally {
    other.fill(0);
  }
}

/** What is wrong with a keyring, with the file that it is wrong with. */
function named<T>(file: string, decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    if (error instanceof KeyringError) throw new KeyringError(`${file}: ${error.message}`);
    throw error;
  }
}

/** Takes a key out of the file. @throws KeyringError for the active one, and for one that is not there. */
export async function retire(file: string, id: string): Promise<void> {
  await changing(file, (bytes) => ({ content: removeKey(bytes, id), result: null }));
}

/**
 * Changes the keyring file whole or not at all, one command at a time.
 *
 * @throws KeyringError when it is no keyring; Error when it cannot be written, and then it is as it was.
 */
async function changing<T>(
  file: string,
  change: (bytes: Buffer) => { content: Buffer | null; result: T },
): Promise<T> {
  const release = await lock(`${file}.lock`);
  try {
    // A file of another owner would be replaced by one that the server cannot read.
    const { uid, mode } = lstatSync(file);
    if ((mode & 0o077) !== 0) {
      throw new KeyringError(
        `Others may read the keyring ${file}, and no server takes it. Let only its owner: chmod 600 ${file}`,
      );
    }
    if (process.getuid !== undefined && uid !== process.getuid()) {
      throw new KeyringError(
        `The keyring ${file} belongs to another user. Run this as the user whose file it is.`,
      );
    }
    const bytes = readFileSync(file);
    const { content, result } = change(bytes);
    try {
      if (content !== null) writeAtomically(file, content);
    } finally {
      bytes.fill(0);
      content?.fill(0);
    }
    return result;
  } finally {
    release();
  }
}

/** Takes a lock file. One whose holder was killed is taken away. */
async function lock(path: string): Promise<() => void> {
  const holder = identify(process.pid);
  if (holder === undefined) throw new Error("This system does not tell when a process started.");
  const content = JSON.stringify(holder);
  for (const deadline = Date.now() + PATIENCE_MS; ;) {
    try {
      createLock(path, content);
      return () => {
        if (textOf(path) === content) rmSync(path, { force: true });
      };
    } catch (error) {
      if (codeOf(error) !== "EEXIST") throw error;
    }
    const found = textOf(path);
    const isStale = found === "" ? isOld(path) : found !== null && !isHeld(found);
    if (found !== null && isStale) takeAway(path, found);
    else if (Date.now() > deadline) {
      throw new Error(`Another command is at the keyring. If there is none, delete ${path}.`);
    } else await sleep(50);
  }
}

/** Leaves no lock behind that could not be written. */
function createLock(path: string, content: string): void {
  const file = openSync(path, "wx", 0o600);
  try {
    writeSync(file, content);
  } catch (error) {
    rmSync(path, { force: true });
    throw new Error(`${path} cannot be written. The keyring is as it was.`, { cause: error });
  } finally {
    closeSync(file);
  }
}

/** Whether a lock is older than any command takes to write its own. */
function isOld(path: string): boolean {
  const { mtimeMs } = statSync(path, { throwIfNoEntry: false }) ?? { mtimeMs: Date.now() };
  return Date.now() - mtimeMs > PATIENCE_MS;
}

function isHeld(text: string): boolean {
  try {
    return isRunning(ProcessIdentity.parse(JSON.parse(text)));
  } catch {
    // Half written: its holder is about to go on, or was killed at this very moment.
    return true;
  }
}

/** Moves a stale lock aside; puts it back if somebody else was quicker and it is another one by now. */
function takeAway(path: string, stale: string): void {
  const aside = `${path}.${process.pid}.stale`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return;
    throw error;
  }
  if (textOf(aside) === stale || textOf(path) !== null) rmSync(aside, { force: true });
  else renameSync(aside, path);
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}
