import { listDekHistories } from "../../api/src/platform/dek-rotation.ts";
import { findDeks } from "../../api/src/platform/deks.ts";
import { asSystem } from "../../api/src/platform/tenancy.ts";
import { isDue, resealAll } from "../../api/src/vault/rotation/reseal.ts";
import { countRows } from "../../api/src/vault/rotation/statements.ts";
import type { Installation } from "./installation.ts";
import { count, duration, meter, stopSignal } from "./terminal.ts";

/** How many rows that were not sealed anew are named one by one. */
const NAMED = 20;
const PURPOSE = "keys:rotate --dek";
/** Beside the time that servers keep keys in memory: how long a request may go on with those it began with. */
const REQUEST_SECONDS = 15;

export interface DekRotation {
  /** An id or an address of e-mail; null for everybody. */
  readonly user: string | null;
  readonly madeBefore: Date;
  readonly isDryRun: boolean;
  /** How long servers may go on with the keys they knew, for tests. */
  readonly graceSeconds?: number;
}

/** @returns whether all that belongs to these users is under their newest data key. */
export async function rotateDek(inst: Installation, options: DekRotation): Promise<boolean> {
  const { user, madeBefore } = options;
  const who = user === null ? null : await findUserId(inst, user);
  if (options.isDryRun) return foresee(inst, who, madeBefore);
  const graceSeconds = options.graceSeconds ?? inst.config.vault.keyCacheSeconds + REQUEST_SECONDS;
  const again = `npm run keys:rotate -- --dek ${user ?? "all"} --made-before ${madeBefore.toISOString()}`;
  console.log(`Should this be cut off, it goes on with: ${again}`);
  const { signal, release } = stopSignal();
  const owners = who === null ? await asSystem(() => inst.platform.user.count()) : 1;
  // Beside records each owner has a head, and some have secrets in the platform.
  const total = owners + (await countRowsOf(inst, who));
  let progress = meter();
  let shown = "";
  try {
    const done = await resealAll(inst, {
      who,
      madeBefore,
      graceMs: graceSeconds * 1000,
      purpose: PURPOSE,
      signal,
      onProgress: ({ phase, owners: gone, rows, waitingMs }) => {
        if (waitingMs > 0) {
          progress.wait(`Waiting ${duration(waitingMs / 1000)} for servers to read the keys anew.`);
          return;
        }
        // Each phase has its own pace, and so its own rate and time left.
        if (phase !== shown) {
          progress.end();
          progress = meter();
        }
        shown = phase;
        if (phase === "sealing") progress.show(rows, Math.max(rows, total), "sealing: rows");
        else progress.show(gone, owners, `${phase}: owners`);
      },
    });
    progress.end();
    const { begun, activated, finished, rows, unopened, isFinished } = done;
    console.log(
      `New data keys: ${count(begun)} made, ${count(activated)} activated. ` +
        `Rows sealed anew: ${count(rows)}. Rotations finished: ${count(finished)}.`,
    );
    for (const { userId, table, id, why = "does not open" } of unopened.slice(0, NAMED)) {
      console.error(`  user ${userId}: a row of ${table} (${id}): ${why}`);
    }
    if (unopened.length > 0) {
      console.error(
        `NOT FINISHED: ${count(unopened.length)} rows were left as they are` +
          (unopened.length > NAMED ? `, the first ${NAMED} of which are named above.` : "."),
      );
    }
    if (!isFinished) console.log(`Stopped. To go on: ${again}`);
    else if (unopened.length > 0) {
      console.error(
        "The rotation of those users stays open, and their former keys stay: npm run keys:doctor -- --all --rows",
      );
    } else {
      console.log(
        "The former keys are kept for backups that need them: npm run keys:retire -- --dek <user>|all --older-than DAYS",
      );
    }
    return isFinished && unopened.length === 0;
  } finally {
    progress.end();
    release();
  }
}

/** How many rows there are to seal anew, if none of them is under a new key yet. */
async function countRowsOf(inst: Installation, who: string | null): Promise<number> {
  const deks = who === null ? null : await asSystem(() => findDeks(inst.platform, who));
  const ownerId = deks?.ownerId ?? null;
  const counts = await Promise.all(
    inst.tables.map((table) => countRows(inst.vaultDatabase.execute, table, ownerId)),
  );
  return counts.reduce((sum, rows) => sum + rows, 0);
}

async function foresee(
  { platform }: Installation,
  who: string | null,
  madeBefore: Date,
): Promise<boolean> {
  let [due, underWay] = [0, 0];
  for await (const histories of listDekHistories(platform, who)) {
    for (const history of histories) {
      if (isDue(history, madeBefore)) due++;
      else if (!isDue(history, new Date(8.64e15))) underWay++;
    }
  }
  console.log(
    `Would make ${count(due)} new data keys and go on with ${count(underWay)} rotations. Nothing was done.`,
  );
  return true;
}

/** @throws Error when there is no such user. */
export async function findUserId({ platform }: Installation, user: string): Promise<string> {
  const where = user.includes("@") ? { email: user.toLowerCase() } : { id: user };
  const found = await asSystem(() => platform.user.findFirst({ where, select: { id: true } }));
  if (found === null) throw new Error(`There is no user ${user}.`);
  return found.id;
}
