import { setTimeout as sleep } from "node:timers/promises";

/**
 * What `work` comes to, if it does within `milliseconds`. The work itself goes on.
 *
 * @throws Error with code `ETIMEDOUT`, or what `work` throws.
 */
export async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  const stop = new AbortController();
  const tooLate = async (): Promise<never> => {
    await sleep(milliseconds, undefined, { signal: stop.signal });
    throw Object.assign(new Error("no answer in time"), { code: "ETIMEDOUT" });
  };
  try {
    return await Promise.race([work, tooLate()]);
  } finally {
    stop.abort();
  }
}
