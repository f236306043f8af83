import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "../../lib/logger.ts";
import type { Health } from "./contract.ts";

const PATIENCE_MS = 3000;

/** What the server cannot work without, each as something to try. */
export type Checks = Readonly<Record<keyof Health["checks"], () => Promise<unknown>>>;

/** Tries everything just now, and waits for none of it longer than three seconds. */
export async function checkHealth(checks: Checks, logger: Logger): Promise<Health> {
  const attempt = async (check: keyof Checks) => {
    const stop = new AbortController();
    try {
      await Promise.race([checks[check](), tooLate(stop.signal)]);
      return "ok";
    } catch (error) {
      logger.warn({ check, err: error }, "a health check failed");
      return "failed";
    } finally {
      stop.abort();
    }
  };
  const [platform, vault, redis, keys] = await Promise.all([
    attempt("platform"),
    attempt("vault"),
    attempt("redis"),
    attempt("keys"),
  ]);
  const outcomes = { platform, vault, redis, keys } as const;
  const status = Object.values(outcomes).includes("failed") ? "failed" : "ok";
  return { status, checks: outcomes };
}

async function tooLate(signal: AbortSignal): Promise<never> {
  await sleep(PATIENCE_MS, undefined, { signal });
  throw new Error("no answer in time");
}
