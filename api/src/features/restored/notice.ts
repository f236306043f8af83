import type { Database } from "../../lib/database.ts";
import type { Logger } from "../../lib/logger.ts";
import { recordEvents } from "../../platform/audit.ts";
import { endGivenOut, type GivenOut } from "../../platform/given-out.ts";
import {
  MAX_TICKS,
  moveTicks,
  raiseTicks,
  readTicks,
  resetTicks,
} from "../../platform/logical-clock.ts";
import { beginRun, endRun } from "../../platform/operation-runs.ts";
import { asSystem } from "../../platform/tenancy.ts";
import { replayErasures, type ErasureDeps } from "../account/erase.ts";

/** What noticing a restore needs. */
export interface NoticeDeps extends ErasureDeps {
  readonly platformDatabase: Database;
  readonly logger: Logger;
}

/** How far the vault may be behind: the platform counts first, and a process may be killed before it tells. */
const USUAL_DELAY = 1;

/**
 * By how many ticks the platform is behind what it once told the vault: more than 0 when it was put back. Negative when
 * the vault is behind.
 */
export async function ticksBehind({
  platformDatabase,
  vaultDatabase,
}: Pick<NoticeDeps, "platformDatabase" | "vaultDatabase">): Promise<number> {
  return (await compare(platformDatabase, vaultDatabase)).behind;
}

/**
 * Lets the platform's logical clock go on, and notices a platform that was put back by whatever means: then everything
 * it ever gave out is ended before anybody can use it, and erasures are replayed. To be called by each process before it
 * serves anything, and every minute.
 *
 * @returns what was ended; null when nothing was put back, as far as the two databases know.
 * @throws AppError `vault_unavailable` or `platform_unavailable`: nothing was compared.
 */
export async function noticeRestore(deps: NoticeDeps): Promise<GivenOut | null> {
  const { platformDatabase, vaultDatabase, logger } = deps;
  const { ticks, behind } = await compare(platformDatabase, vaultDatabase);
  if (behind > 0) {
    logger.error("the platform was put back: everybody has to sign in again");
    const ended = await settlePutBack(deps, behind);
    await catchUp(deps);
    return ended;
  }
  if (-behind > USUAL_DELAY) {
    logger.warn("the vault's keys are older than the platform: npm run reconcile");
  }
  await goOn(platformDatabase, vaultDatabase, ticks, ticks + 1);
  return null;
}

/** Has the platform count on from above what the vault knows: it was put back, which has been seen to. */
export async function catchUp({
  platformDatabase,
  vaultDatabase,
}: Pick<NoticeDeps, "platformDatabase" | "vaultDatabase">): Promise<void> {
  const { ticks, told } = await compare(platformDatabase, vaultDatabase);
  // Following one that somebody planted, the platform would soon have no number left to count to.
  if (told > MAX_TICKS) await resetTicks(vaultDatabase.execute, ticks);
  const known = told > MAX_TICKS ? ticks : Math.max(ticks, told);
  await goOn(platformDatabase, vaultDatabase, ticks, known + 1);
}

/** The vault is asked first: what it was told the platform had counted before, so that nobody seems to be behind. */
async function compare(platform: Database, vault: Database) {
  const told = await readTicks(vault.execute);
  const ticks = await readTicks(platform.execute);
  return { ticks, told, behind: told - ticks };
}

/** The platform counts first. Of several at once one does, and tells. */
async function goOn(platform: Database, vault: Database, from: number, to: number): Promise<void> {
  if (await moveTicks(platform.execute, from, to)) await raiseTicks(vault.execute, to);
}

async function settlePutBack(deps: NoticeDeps, behind: number): Promise<GivenOut> {
  const { platform, platformDatabase, clock } = deps;
  const { execute } = platformDatabase;
  const run = await beginRun(execute, "reconcile", ["platform"], clock());
  const ended = await endGivenOut(platformDatabase, clock());
  await replayErasures(deps);
  await noteRestored(platform, "noticed", clock());
  const facts = { reason: "noticed", behind, ...ended };
  await endRun(execute, run, { outcome: "ok", facts }, clock());
  return ended;
}

/** Writes into everybody's audit that the platform was put back, and everything it had given out ended. */
export async function noteRestored(
  platform: ErasureDeps["platform"],
  purpose: string,
  at: Date,
): Promise<void> {
  const actor = purpose === "noticed" ? "job" : "operator";
  const event = {
    subject: null,
    actor,
    action: "platform.restored",
    purpose,
    requestId: null,
  } as const;
  await asSystem(() => recordEvents(platform, [event], at));
}
