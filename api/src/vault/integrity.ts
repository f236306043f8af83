import { sumToBytes } from "../crypto/multiset.ts";
import type { Execute } from "../lib/database.ts";
import { daysOfMonth } from "../lib/day.ts";
import { hex } from "../lib/ids.ts";
import { findState, moveState, type VaultState } from "../platform/state-statements.ts";
import { findMonths, inChange, mendHead, readMonths, underLock } from "./head.ts";
import { pace } from "./pace.ts";
import { moveWithEvent, stateAt, sumAt, sumRows, violate } from "./state.ts";
import { countAll, countRows, listBlind } from "./statements.ts";
import { DAY_COLUMN } from "./table.ts";
import { RECORD_TABLES, type RecordTable } from "./tables.ts";
import type { UserVault } from "./user-vault.ts";

/** Whether the vault holds of a person what it should. `unknown` is a vault that nobody has written to yet. */
export interface Integrity {
  readonly status: "ok" | "violated" | "unknown";
  readonly verifiedAt: Date | null;
  readonly violatedAt: Date | null;
  /** Rows that are in no list without a range, being filed under no day that is known; absent when there are none. */
  readonly unlisted?: number;
}

/**
 * Compares all rows of a person with what the platform knows of them: a row put back, deleted, added, moved to or
 * from the trash or to another owner shows, and so do a head that does not open and the whole vault put back. Holds the
 * owner's lock meanwhile. What was once found violated stays so until {@link acceptVault}.
 */
export async function verifyVault(vault: UserVault): Promise<Integrity> {
  const integrity = await compareUnderLock(vault, (state) => state.dekVersion);
  const unlisted = await underLock(vault, (execute) => countUnlisted(vault, execute));
  return unlisted === 0 ? integrity : { ...integrity, unlisted };
}

/**
 * Makes the sum of a person's rows with another of their data keys, when those are as they should be; otherwise the
 * vault is violated, and its state stays under the key that it is under.
 *
 * @throws DecryptionError when the owner has no data key of that version.
 */
export async function rebase(vault: UserVault, version: number): Promise<Integrity> {
  return compareUnderLock(vault, () => version);
}

/**
 * Takes a vault as it is for what it should be: it was put back on purpose. The next revision is above every one that
 * was given before, so that nobody takes a new state of a record for one they know. Its head knows the months of all
 * rows that open afterwards, whatever became of it.
 */
export async function acceptVault(vault: UserVault, purpose: string): Promise<void> {
  await mendHead(vault);
  // A change without rows: it finds the violation where nobody has yet, and takes the revision.
  await inChange(vault, async ({ execute, noteMonth }) => {
    const { months } = await readMonths(vault, execute);
    for (const [table, found] of Object.entries(months)) {
      for (const month of found) noteMonth(table, month);
    }
  });
  await underLock(vault, async (execute, rev) => {
    if (rev === null) return;
    const { version } = vault.keys.active;
    const [sum = 0n] = await sumRows(vault, execute, rev, [version]);
    for (;;) {
      const state = await stateAt(vault, execute, rev);
      const accepted = settledAt(rev, sum, version, vault.clock());
      const event = { actor: "operator", action: "vault.accepted", purpose } as const;
      if (await moveWithEvent(vault, state, accepted, event)) return;
    }
  });
}

async function compareUnderLock(
  vault: UserVault,
  versionOf: (state: VaultState) => number,
): Promise<Integrity> {
  const { platform, keys, clock } = vault;
  return underLock(vault, async (execute, rev) => {
    for (;;) {
      const state =
        rev === null
          ? await findState(platform.execute, keys.ownerId)
          : await stateAt(vault, execute, rev);
      if (state === null) return { status: "unknown", verifiedAt: null, violatedAt: null };
      if (state.violatedAt !== null) return toIntegrity(state);
      // There is a state, so there was a head.
      const version = versionOf(state);
      const [found, sum = found] =
        rev === null ? [] : await sumRows(vault, execute, rev, [state.dekVersion, version]);
      const isSummed = rev !== null && found === sumAt(state, rev);
      const isHeadless = (await findMonths(vault, execute)) === null;
      if (rev === null || sum === undefined || !isSummed || isHeadless) {
        await violate(vault, state);
      } else {
        const verified = settledAt(rev, sum, version, clock());
        if (await moveState(platform.execute, keys.ownerId, state, verified)) {
          return toIntegrity(verified);
        }
      }
    }
  });
}

/**
 * How many rows have a blind day that is none of the months of the head. The database may hold any bytes there, which
 * no box and no sum knows.
 */
async function countUnlisted(vault: UserVault, execute: Execute): Promise<number> {
  const { keys, tables } = vault;
  const months = await findMonths(vault, execute);
  if (months === null) return 0;
  const breathe = pace();
  let count = 0;
  for (const table of tables.filter(({ dayOf }) => dayOf !== null)) {
    const known = new Set<string>();
    for (const day of (months[table.table] ?? []).flatMap(daysOfMonth)) {
      for (const value of table.blindValues(keys, DAY_COLUMN, day)) known.add(hex(value));
      await breathe();
    }
    for await (const values of listBlind(execute, table, DAY_COLUMN, keys.ownerId)) {
      const unknown = values.filter((value) => !known.has(hex(value)));
      if (unknown.length === 0) continue;
      const rows = await countRows(execute, table, DAY_COLUMN, keys.ownerId, unknown);
      for (const ofDay of rows.values()) count += ofDay;
    }
  }
  return count;
}

function settledAt(rev: number, sum: bigint, dekVersion: number, verifiedAt: Date): VaultState {
  const settled = { dekVersion, rev, sum: sumToBytes(sum), nextRev: null, nextSum: null };
  return { ...settled, verifiedAt, violatedAt: null };
}

function toIntegrity({ verifiedAt, violatedAt }: VaultState): Integrity {
  return { status: violatedAt === null ? "ok" : "violated", verifiedAt, violatedAt };
}

/** Whether a vault that should hold something has not been verified for `ms`, and is not known to be violated. */
export async function isDue({ platform, keys, clock }: UserVault, ms: number): Promise<boolean> {
  const state = await findState(platform.execute, keys.ownerId);
  if (state?.violatedAt !== null) return false;
  return state.verifiedAt === null || clock().getTime() - state.verifiedAt.getTime() >= ms;
}

/** How many rows the owner has in each table, in the trash and out of it. */
export async function countOwned({ database, keys }: UserVault): Promise<{
  live: Record<RecordTable, number>;
  trashed: Record<RecordTable, number>;
}> {
  const counts = await Promise.all(
    RECORD_TABLES.map(async (table) => ({
      table,
      ...(await countAll(database.execute, table, keys.ownerId)),
    })),
  );
  const by = (what: "live" | "trashed") =>
    Object.fromEntries(counts.map((count) => [count.table, count[what]])) as Record<
      RecordTable,
      number
    >;
  return { live: by("live"), trashed: by("trashed") };
}
