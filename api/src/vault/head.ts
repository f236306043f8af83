import * as z from "zod";
import { AppError } from "../contract/errors.ts";
import { boxVersion, open, seal } from "../crypto/box.ts";
import { ifOpens } from "../crypto/decryption-error.ts";
import type { Execute } from "../lib/database.ts";
import { bytesToUuid } from "../lib/ids.ts";
import { findState, type VaultState } from "../platform/state-statements.ts";
import type { OwnerKeys } from "./key-service.ts";
import { pace } from "./pace.ts";
import { announce, settle, stateAt, sumAt, type RowChange } from "./state.ts";
import {
  deleteRow,
  findHead,
  highestRev,
  insertHead,
  insertKey,
  insertRow,
  listSealed,
  lockHead,
  updateHead,
  updateRow,
  wasErased,
  type StoredHead,
} from "./statements.ts";
import type { StoredRow, Table } from "./table.ts";
import { RECORD_TABLES } from "./tables.ts";
import { inTurn, isAwaited } from "./turns.ts";
import type { UserVault } from "./user-vault.ts";
import { versionTable } from "./versions.ts";

const Head = z.object({
  /** For each table, the months `YYYY-MM` that hold records, ascending: where a list without a range looks. */
  months: z.record(z.string(), z.array(z.string())),
  /** Whoever has seen all changes up to this revision has seen the deletion of every record that is gone: ADR 0026. */
  syncFloor: z.int().min(0).default(0),
});
type Head = z.output<typeof Head>;

const NEW_HEAD: Head = { months: {}, syncFloor: 0 };

/** A change under way: all of what is written here is written, or nothing at all. */
export interface Change {
  /** For reading within the change. What it writes goes through `put`. */
  readonly execute: Execute;
  /** Gives the next revision: each row that is written has its own. */
  readonly takeRev: () => number;
  /** Writes a row in place of `before`, the row that is there under its id now. */
  readonly put: (table: Table, row: StoredRow, before: StoredRow | null) => Promise<void>;
  /** Deletes `before`, a row that is there now, for good. */
  readonly remove: (table: Table, before: StoredRow) => Promise<void>;
  /** Notes that `table` holds a record of this month. */
  readonly noteMonth: (table: string, month: string) => void;
  /** Says that there is nothing to write after all: a change that writes no row then takes no revision. */
  readonly cancel: () => void;
}

/**
 * Runs `work` as one change of the owner: one transaction, one after the other. It takes a revision for each row that is
 * written, and one at least; a change that throws, or is cancelled, takes none, so that they have no gaps. What the vault will hold is
 * announced to the platform before it is committed.
 *
 * @throws AppError `vault_unavailable` or `platform_unavailable`; after the latter nothing was written.
 */
export async function inChange<T>(
  vault: UserVault,
  work: (change: Change) => Promise<T>,
): Promise<T> {
  const owner = bytesToUuid(vault.keys.ownerId);
  return inTurn(owner, async () => {
    for (;;) {
      const made = await makeChange(vault, work);
      if (made !== null) {
        // Off the way of the answer, and needless where the next change says as much.
        if (made.announced !== null && !isAwaited(owner)) settleLater(vault, made.announced);
        return made.result;
      }
      await makeHead(vault);
    }
  });
}

/**
 * Runs `work` while nobody changes anything of the owner.
 *
 * @param work - Reads by the `execute` that it is given; `rev` is the owner's revision, null without a head.
 */
export async function underLock<T>(
  { database, keys }: UserVault,
  work: (execute: Execute, rev: number | null) => Promise<T>,
): Promise<T> {
  return inTurn(bytesToUuid(keys.ownerId), () =>
    database.transaction(async (execute) =>
      work(execute, (await lockHead(execute, keys.ownerId))?.rev ?? null),
    ),
  );
}

/** @returns null, having done nothing, for an owner without a head. */
async function makeChange<T>(
  vault: UserVault,
  work: (change: Change) => Promise<T>,
): Promise<{ result: T; announced: VaultState | null } | null> {
  const { database, platform, keys } = vault;
  const { ownerId } = keys;
  return database.transaction(async (execute) => {
    const [stored, known] = await both(
      lockHead(execute, ownerId),
      findState(platform.execute, ownerId),
    );
    if (stored === null) return null;
    // One that was made a moment ago, which may be in place of one that is gone.
    const isNew = stored.rev === 0;
    const head = isNew ? await readMonths(vault, execute) : openHead(keys, stored);
    // What was read while waiting for the lock may be a change old. It proves no violation, and `announce` sees to it
    // that it is still what is stored.
    const isLikely = known?.violatedAt === null && sumAt(known, stored.rev) !== undefined;
    const state = isLikely ? known : await stateAt(vault, execute, stored.rev);
    const first = revAfter(isNew ? await lastRev(execute, ownerId) : stored.rev, state);
    let next = first;
    const takeRev = () => next++;
    const rows: RowChange[] = [];
    let isCancelled = false as boolean;
    const cancel = () => {
      isCancelled = true;
    };
    const raiseFloor = (to: number) => {
      head.syncFloor = Math.max(head.syncFloor, to);
    };
    // Revisions between were of states that this vault does not have any more.
    if (first > stored.rev + 1) raiseFloor(first);
    const noteMonth = (table: string, month: string) => {
      const months = (head.months[table] ??= []);
      if (!months.includes(month)) months.push(month);
      months.sort();
    };
    const put: Change["put"] = (table, row, before) => {
      rows.push({ table: table.table, before, after: row });
      const write = before === null ? insertRow : updateRow;
      return write(execute, table, ownerId, row);
    };
    const remove: Change["remove"] = (table, before) => {
      rows.push({ table: table.table, before, after: null });
      // It was in the trash since that revision; nothing is left that says so to whoever has not seen it.
      if (table.table !== versionTable.table) raiseFloor(before.rev);
      return deleteRow(execute, table, ownerId, before.id);
    };
    const result = await work({ execute, takeRev, put, remove, noteMonth, cancel });
    if (isCancelled && rows.length === 0) return { result, announced: null };
    // A change that writes no row is a change of the head: it has a revision like any other.
    const rev = Math.max(first, next - 1);
    const [, announced] = await both(
      updateHead(execute, ownerId, sealHead(keys, rev, head)),
      announce(vault, execute, state, { rev: stored.rev, toRev: rev, rows }),
    );
    return { result, announced };
  });
}

/** A vault that was put back goes on above every revision that was given: each of them is of one state only. */
function revAfter(rev: number, state: VaultState): number {
  const last = state.violatedAt === null ? rev : Math.max(rev, state.rev, state.nextRev ?? 0);
  return last + 1;
}

/**
 * The highest revision of a row: 0 for somebody who begins. Where head and state were lost, it is all that is known of
 * the revisions that were given.
 */
async function lastRev(execute: Execute, ownerId: Uint8Array): Promise<number> {
  let last = 0;
  for (const table of RECORD_TABLES) {
    last = Math.max(last, await highestRev(execute, table, ownerId));
  }
  return last;
}

/**
 * The head as the rows have it. Those that do not open are left out.
 *
 * @param execute - Of a transaction that holds the owner's lock.
 */
export async function readMonths({ keys, tables }: UserVault, execute: Execute): Promise<Head> {
  const breathe = pace();
  const months: Head["months"] = {};
  for (const table of tables) {
    const { dayOf } = table;
    if (dayOf === null) continue;
    const found = new Set<string>();
    for await (const rows of listSealed(execute, table, keys.ownerId)) {
      for (const row of rows) {
        const day = ifOpens(() => dayOf(keys, row));
        if (day !== null) found.add(day.slice(0, 7));
        await breathe();
      }
    }
    months[table.table] = [...found].sort();
  }
  return { ...NEW_HEAD, months };
}

/** Puts one that opens in the place of a head that does not. The next change finds the months in the rows. */
export async function mendHead(vault: UserVault): Promise<void> {
  const { keys } = vault;
  await underLock(vault, async (execute) => {
    const stored = await lockHead(execute, keys.ownerId);
    if (stored === null || ifOpens(() => openHead(keys, stored)) !== null) return;
    await updateHead(execute, keys.ownerId, sealHead(keys, 0, NEW_HEAD));
  });
}

/** In a transaction of its own: two first writers that both found none would deadlock inserting it. */
async function makeHead({ database, keys }: UserVault): Promise<void> {
  await database.transaction(async (execute) => {
    await insertHead(execute, keys.ownerId, sealHead(keys, 0, NEW_HEAD));
    for (const dek of keys.wrapped) await insertKey(execute, keys.ownerId, dek);
    // Asked last: an erasure has either been committed before, or deletes what is written here. Without a head no
    // change is made, so that nothing of the owner comes back.
    if (await wasErased(execute, keys.ownerId)) throw new AppError("session_revoked");
  });
}

/** Waits for both even when one fails: nothing of a change may still be under way when it is given up. */
async function both<A, B>(one: Promise<A>, other: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([one, other]);
  return Promise.all([one, other]);
}

function settleLater(vault: UserVault, announced: VaultState): void {
  // What is not settled now is settled by the next change, or when the vault is verified.
  settle(vault, announced).catch(() => undefined);
}

/** The months in which each table holds records of the owner; null when there is no head that opens. */
export async function findMonths(
  { keys }: UserVault,
  execute: Execute,
): Promise<Head["months"] | null> {
  const stored = await findHead(execute, keys.ownerId);
  return stored && (ifOpens(() => openHead(keys, stored))?.months ?? null);
}

/** The months in which `table` holds records of the owner, newest first. */
export async function monthsOf(vault: UserVault, table: string): Promise<string[]> {
  const { database, keys } = vault;
  const stored = vault.head ?? (await findHead(database.execute, keys.ownerId));
  return stored === null ? [] : [...(openHead(keys, stored).months[table] ?? [])].reverse();
}

/** @throws DecryptionError when it does not open. */
export function syncFloorIn(keys: OwnerKeys, stored: StoredHead): number {
  return openHead(keys, stored).syncFloor;
}

function place(keys: OwnerKeys, rev: number) {
  return { table: "vault_heads", box: "sealed", ownerId: keys.ownerId, rowId: keys.ownerId, rev };
}

function sealHead(keys: OwnerKeys, rev: number, head: Head): StoredHead {
  return { rev, sealed: seal(keys.active, place(keys, rev), JSON.stringify(head)) };
}

function openHead(keys: OwnerKeys, { rev, sealed }: StoredHead): Head {
  const json = open(keys.ofVersion(boxVersion(sealed)), place(keys, rev), sealed).toString("utf8");
  return Head.parse(JSON.parse(json));
}
