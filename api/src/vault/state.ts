import { AppError } from "../contract/errors.ts";
import type { DataKey } from "../crypto/data-key.ts";
import { ifOpens } from "../crypto/decryption-error.ts";
import { elementOf, fromBytes, modulo, sumToBytes, type CountedRow } from "../crypto/multiset.ts";
import type { Execute } from "../lib/database.ts";
import { hex } from "../lib/ids.ts";
import {
  findState,
  insertState,
  insertStateEvent,
  moveState,
  type StateEvent,
  type VaultState,
} from "../platform/state-statements.ts";
import { pace } from "./pace.ts";
import { listRevs, listTrash } from "./statements.ts";
import { RECORD_TABLES } from "./tables.ts";
import type { UserVault } from "./user-vault.ts";

/**
 * What the platform knows of a vault, so that nobody who writes only the vault's database can put back, take out or
 * add a row unseen: ADR 0014. All of it happens while the owner's head is locked.
 */

/** What a change did to a row; null where there was none, or is none any more. */
export interface RowChange {
  readonly table: string;
  readonly before: CountedRow | null;
  readonly after: CountedRow | null;
}

/** The sum that the state has for revision `rev`, or undefined when the vault should not be at that revision. */
export function sumAt(state: VaultState, rev: number): bigint | undefined {
  if (state.rev === rev) return fromBytes(state.sum);
  if (state.nextRev === rev && state.nextSum !== null) return fromBytes(state.nextSum);
  return undefined;
}

/**
 * Whether the owner has the data key that the sums are made with. A platform that was put back may have sums of a key
 * that was destroyed since: whether the vault is what it should be can then not be told.
 */
const hasItsKey = ({ keys }: UserVault, { dekVersion }: VaultState) =>
  ifOpens(() => keys.ofVersion(dekVersion)) !== null;

/**
 * The state of a vault that is locked at revision `rev`, made when there is none. A vault that is at a revision which
 * was never announced is violated.
 */
export async function stateAt(
  vault: UserVault,
  execute: Execute,
  rev: number,
): Promise<VaultState> {
  for (;;) {
    const state = await findState(vault.platform.execute, vault.keys.ownerId);
    if (state === null) await makeState(vault, execute, rev);
    else if (state.violatedAt !== null) return state;
    else if (sumAt(state, rev) !== undefined && hasItsKey(vault, state)) return state;
    else await violate(vault, state);
  }
}

/**
 * Tells the platform what the vault will hold once a change from `rev` to `toRev` is committed. Until then it may hold
 * either.
 *
 * @param known - The state as it was read a moment ago.
 * @returns the state as it is stored now, for {@link settle}; null for a vault whose state is not kept any more.
 */
export async function announce(
  vault: UserVault,
  execute: Execute,
  known: VaultState,
  change: { readonly rev: number; readonly toRev: number; readonly rows: readonly RowChange[] },
): Promise<VaultState | null> {
  const { platform, keys } = vault;
  const { rev, toRev, rows } = change;
  for (let state = known; ; state = await stateAt(vault, execute, rev)) {
    if (state.violatedAt !== null) {
      // The sum is not kept any more; how far the revisions went is, or the next restore would have them given again.
      const given = { ...state, nextRev: toRev };
      if (await moveState(platform.execute, keys.ownerId, state, given)) return null;
      continue;
    }
    const sum = sumAt(state, rev);
    if (sum === undefined || !hasItsKey(vault, state)) continue;
    const key = keys.ofVersion(state.dekVersion);
    const head = headChange(keys.ownerId, rev, toRev);
    const nextSum = [head, ...rows].reduce((total, row) => total + differenceOf(key, row), sum);
    const announced = {
      ...state,
      rev,
      sum: sumToBytes(sum),
      nextRev: toRev,
      nextSum: sumToBytes(nextSum),
    };
    if (await moveState(platform.execute, keys.ownerId, state, announced)) return announced;
  }
}

/** Drops the revision before an announced change, now that the change is committed. */
export async function settle({ platform, keys }: UserVault, announced: VaultState): Promise<void> {
  const { nextRev, nextSum } = announced;
  if (nextRev === null || nextSum === null) return;
  const settled = { ...announced, rev: nextRev, sum: nextSum, nextRev: null, nextSum: null };
  await moveState(platform.execute, keys.ownerId, announced, settled);
}

/** Notes that the vault is not what it should be, once. */
export async function violate(vault: UserVault, state: VaultState): Promise<void> {
  await moveWithEvent(
    vault,
    state,
    { ...state, violatedAt: vault.clock() },
    {
      actor: "job",
      action: "vault.violated",
      purpose: "comparing the vault with its state",
    },
  );
}

/**
 * {@link moveState}, and an event in the audit if it succeeds.
 *
 * @throws AppError `session_revoked`, having done nothing, when the owner was erased: that a vault is gone then, or its
 * head, is as it should be.
 */
export async function moveWithEvent(
  { platform, keys, clock }: UserVault,
  from: VaultState,
  to: VaultState,
  event: StateEvent,
): Promise<boolean> {
  return platform.transaction(async (execute) => {
    if (!(await moveState(execute, keys.ownerId, from, to))) return false;
    if (await insertStateEvent(execute, keys.ownerId, event, clock())) return true;
    throw new AppError("session_revoked");
  });
}

/** The sums, under each of `versions`, of all that the vault holds of the owner while it is locked at `rev`. */
export async function sumRows(
  { keys }: UserVault,
  execute: Execute,
  rev: number,
  versions: readonly number[],
): Promise<bigint[]> {
  const { ownerId } = keys;
  const head = headChange(ownerId, null, rev);
  const sums = new Map<DataKey, bigint>();
  for (const version of versions) {
    const key = keys.ofVersion(version);
    sums.set(key, differenceOf(key, head));
  }
  const breathe = pace();
  for (const table of RECORD_TABLES) {
    const trash = new Map<string, string>();
    for await (const rows of listTrash(execute, table, ownerId)) {
      for (const { id, purgeAfter } of rows) trash.set(hex(id), purgeAfter);
      await breathe();
    }
    for await (const rows of listRevs(execute, table, ownerId)) {
      for (const row of rows) {
        const counted = { ...row, purgeAfter: trash.get(hex(row.id)) ?? null };
        for (const [key, sum] of sums) {
          sums.set(key, modulo(sum + elementOf(key, table, counted)));
        }
        await breathe();
      }
    }
  }
  return versions.map((version) => sums.get(keys.ofVersion(version)) ?? 0n);
}

/** Begins to keep the state of a vault. One that was written to before there were states is taken as it is. */
async function makeState(vault: UserVault, execute: Execute, rev: number): Promise<void> {
  const { platform, keys, clock } = vault;
  const { ownerId, active } = keys;
  const [sum = 0n] =
    rev === 0
      ? [differenceOf(active, headChange(ownerId, null, 0))]
      : await sumRows(vault, execute, rev, [active.version]);
  const state = {
    dekVersion: active.version,
    rev,
    sum: sumToBytes(sum),
    nextRev: null,
    nextSum: null,
    verifiedAt: null,
    violatedAt: null,
  };
  await platform.transaction(async (tx) => {
    const isNew = await insertState(tx, ownerId, state);
    if (!isNew || rev === 0) return;
    const event = { actor: "job", action: "vault.baselined", purpose: "no state yet" } as const;
    await insertStateEvent(tx, ownerId, event, clock());
  });
}

/** The head is counted like a row: the sum is of this revision, and no two revisions' sums tell of each other. */
function headChange(ownerId: Uint8Array, from: number | null, to: number): RowChange {
  const head = (rev: number) => ({ id: ownerId, rev, purgeAfter: null });
  return { table: "vault_heads", before: from === null ? null : head(from), after: head(to) };
}

function differenceOf(key: DataKey, { table, before, after }: RowChange): bigint {
  const element = (row: CountedRow | null) => (row === null ? 0n : elementOf(key, table, row));
  return element(after) - element(before);
}
