import { dropDatabase, listDatabases } from "../backup/engine/load.ts";
import { beforeDatabaseName, isOneAccount } from "../backup/engine/place.ts";
import { swapIn, swapTogether, type SwapOf } from "../backup/engine/swap.ts";
import { asError } from "../launcher/files.ts";
import { findRestoreMark, removeRestoreMark, writeRestoreMark } from "../launcher/restore-mark.ts";
import type { Loaded } from "./complete.ts";
import type { Target } from "./target.ts";

interface Work {
  readonly target: Target;
  readonly commandLine: string;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
}

/**
 * Puts databases that were loaded in place of those in use: all of them, or none. The copies of what was in use are called
 * after this moment: a backup may be restored more than once.
 *
 * A data folder whose TimOS is stopped is marked from here on, and not any more when nothing was changed.
 */
export async function takePlaces(
  work: Work,
  loaded: readonly (Pick<Loaded, "role" | "name"> & { readonly live: string })[],
): Promise<readonly SwapOf[]> {
  const { target, commandLine } = work;
  const { dataFolder } = target;
  const begunAt = new Date().toISOString();
  const swaps = loaded.map(({ role, name, live }) => ({
    role,
    from: name,
    to: live,
    before: beforeDatabaseName(role, begunAt),
  }));
  // One that a run before this has left is about what that one changed.
  const isOurs = target.kind === "stopped" && findRestoreMark(dataFolder) === undefined;
  if (target.kind === "stopped") {
    writeRestoreMark(dataFolder, { kind: "in_place", begunAt, from: commandLine });
  }
  try {
    await swapAll(work, swaps);
  } catch (error) {
    if (isOurs && !(await mayBeChanged(target, swaps))) removeRestoreMark(dataFolder);
    throw error;
  }
  return swaps;
}

async function swapAll(work: Work, swaps: readonly SwapOf[]): Promise<void> {
  const { signal, log } = work;
  const { place } = work.target;
  if (place.kind === "private" || isOneAccount(place)) {
    await swapTogether(place, swaps, { signal, note: log });
    return;
  }
  const [first, second] = swaps;
  if (first === undefined) return;
  await swapIn(place, first.role, first, { signal, note: log });
  if (second === undefined) return;
  try {
    // Whoever stops it here would have one database of the backup, and the other not.
    await swapIn(place, second.role, second, { note: log });
  } catch (error) {
    await swapBack(work, first).catch((failed: unknown) => {
      throw new Error(
        `The ${first.role} is that of the backup, the ${second.role} is not (${asError(error).message}), and what was there ` +
          `could not be put back from ${first.before}. Run it again.`,
        { cause: failed },
      );
    });
    throw error;
  }
}

async function swapBack({ target, log }: Work, { role, from, to, before }: SwapOf): Promise<void> {
  await swapIn(target.place, role, { from: before, to, before: from }, { note: log });
  await dropDatabase(target.place, role, before);
}

/** Whether tables were put in place, as far as can be seen: the copies of before are there. */
async function mayBeChanged({ place }: Target, swaps: readonly SwapOf[]): Promise<boolean> {
  try {
    for (const { role, before } of swaps) {
      if ((await listDatabases(place, role, before)).length > 0) return true;
    }
    return false;
  } catch {
    return true;
  }
}
