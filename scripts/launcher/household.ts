import type { DataFolder } from "./data-folder.ts";
import type { Front } from "./front.ts";
import type { Progress } from "./progress.ts";
import type { Settings } from "./settings.ts";
import type { Supervisor } from "./supervisor.ts";

/** Everything of one run. */
export interface Household {
  readonly settings: Settings;
  readonly folder: DataFolder;
  /** For sockets and files of this run alone. */
  readonly runFolder: string;
  readonly progress: Progress;
  /** Aborted when everything has to end. */
  readonly signal: AbortSignal;
  readonly supervisor: Supervisor;
  front: Front | undefined;
  /** Called when a program was started again, under another number. */
  onRestart: (() => void) | undefined;
}

/**
 * Waits for all of them, also when one fails, and throws what failed first: nothing is still under way
 * when the caller begins to clean up.
 */
export async function allOf<const T extends readonly unknown[]>(
  promises: T,
): Promise<{ -readonly [N in keyof T]: Awaited<T[N]> }> {
  try {
    return await Promise.all(promises);
  } catch (error) {
    await Promise.allSettled(promises);
    throw error;
  }
}
