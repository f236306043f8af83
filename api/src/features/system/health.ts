import type { Logger } from "../../lib/logger.ts";
import { within } from "../../lib/within.ts";
import type { Health } from "./contract.ts";

const PATIENCE_MS = 3000;

/** What the server cannot work without, each as something to try. */
export type Checks = Readonly<Record<keyof Health["checks"], () => Promise<unknown>>>;

/** Tries everything just now, and waits for none of it longer than three seconds. */
export async function checkHealth(checks: Checks, logger: Logger): Promise<Health> {
  const attempt = async (check: keyof Checks) => {
    try {
      await within(PATIENCE_MS, checks[check]());
      return "ok";
    } catch (error) {
      logger.warn({ check, err: error }, "a health check failed");
      return "failed";
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
