import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "../lib/logger.ts";

/**
 * Does `work` now, and again `seconds` after it has ended, until it is stopped. Work that fails is logged and done again
 * at its next turn.
 */
export function every(
  seconds: number,
  logger: Logger,
  work: () => Promise<unknown>,
): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const { signal } = stopping;
  const run = async () => {
    while (!signal.aborted) {
      await work().catch((error: unknown) => logger.error({ err: error }, "a job failed"));
      await sleep(seconds * 1000, undefined, { signal }).catch(() => undefined);
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
