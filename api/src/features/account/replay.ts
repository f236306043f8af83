import { setTimeout as sleep } from "node:timers/promises";
import { AppError } from "../../contract/errors.ts";
import type { KeyService } from "../../vault/key-service.ts";
import type { Database } from "../../lib/database.ts";
import { noticeRestore } from "../restored/notice.ts";
import { replayErasures, replayInPlatform, type AccountDeps } from "./erase.ts";

const RETRY_MS = 1000;

/** What a process is made of, as far as it must not give out the keys of owners who were erased. */
interface Guarded extends AccountDeps {
  readonly platformDatabase: Database;
  readonly keys: KeyService;
  readonly checks: { readonly keys: () => Promise<unknown> };
  readonly close: () => Promise<void>;
}

/**
 * Replays erasures before a process serves anything, and ends what a platform that was put back had given out. The
 * platform's own erasures are replayed when this returns. Those of a vault that is away cannot be known, nor what it was
 * told of the platform: the process starts, but no data key is unwrapped, for anybody, and it is not ready, until that has
 * been done. Nothing is lost by that, since what the keys open is in that same vault.
 *
 * @returns the same parts, with the keys withheld as long as that takes.
 * @throws AppError `platform_unavailable`.
 */
export async function withErasuresReplayed<D extends Guarded>(deps: D): Promise<D> {
  const stopping = new AbortController();
  let isReplayed = false;
  const attempt = async () => {
    await replayErasures(deps);
    await noticeRestore(deps);
    isReplayed = true;
  };
  const goOn = async () => {
    while (!isReplayed) {
      await sleep(RETRY_MS, undefined, stopping);
      await attempt().catch((error: unknown) =>
        deps.logger.warn({ err: error }, "erasures could not be replayed yet"),
      );
    }
  };

  await replayInPlatform(deps);
  try {
    await attempt();
  } catch (error) {
    if (!(error instanceof AppError && error.code === "vault_unavailable")) throw error;
    deps.logger.warn({ err: error }, "no keys are given out until the vault's erasures are known");
    void goOn().catch(() => undefined);
  }

  const assertReplayed = () => {
    if (!isReplayed) throw new AppError("vault_unavailable", { retryAfterSeconds: 2 });
  };
  return {
    ...deps,
    keys: {
      ...deps.keys,
      openKeys: async (userId, use) => {
        assertReplayed();
        return deps.keys.openKeys(userId, use);
      },
    },
    checks: {
      ...deps.checks,
      keys: async () => {
        assertReplayed();
        await deps.checks.keys();
      },
    },
    close: () => {
      stopping.abort();
      return deps.close();
    },
  };
}
