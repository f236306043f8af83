import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "../lib/logger.ts";
import type { JobRun } from "../lib/metrics.ts";

/** Work that is done again and again. */
export interface Job {
  /** What it is called in the log and the metrics, such as `seal-audit`. */
  readonly name: string;
  readonly everySeconds: number;
  readonly work: () => Promise<unknown>;
}

/**
 * Does a job now, and again so many seconds after it has ended, until it is stopped. One that fails is logged and done
 * again at its next turn.
 *
 * @param tell - Hears of each turn.
 */
export function every(
  { name: job, everySeconds, work }: Job,
  logger: Logger,
  tell: (run: JobRun) => void,
): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const { signal } = stopping;
  const turn = async () => {
    const began = performance.now();
    const isDone = await work().then(
      () => true,
      (error: unknown) => {
        logger.error({ job, err: error }, "a job failed");
        return false;
      },
    );
    tell({ job, isDone, milliseconds: performance.now() - began });
  };
  const run = async () => {
    while (!signal.aborted) {
      await turn();
      await sleep(everySeconds * 1000, undefined, { signal }).catch(() => undefined);
    }
  };
  const ended = run();
  return {
    /** Resolves when the work under way has ended. */
    stop: () => {
      stopping.abort();
      return ended;
    },
  };
}
