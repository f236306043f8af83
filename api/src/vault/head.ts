import * as z from "zod";
import { AppError } from "../contract/errors.ts";
import { boxVersion, open, seal } from "../crypto/box.ts";
import type { Execute } from "../lib/database.ts";
import { bytesToUuid } from "../lib/ids.ts";
import type { OwnerKeys } from "./key-service.ts";
import {
  findHead,
  insertHead,
  insertKey,
  lockHead,
  putRow,
  updateHead,
  wasErased,
  type StoredHead,
} from "./statements.ts";
import type { StoredRow, Table } from "./table.ts";
import { inTurn } from "./turns.ts";
import type { UserVault } from "./user-vault.ts";

/** For each table, the months `YYYY-MM` that hold records, ascending: where a list without a range looks. */
const Head = z.object({ months: z.record(z.string(), z.array(z.string())) });
type Head = z.output<typeof Head>;

/** A change under way: what is written here gets the revision `rev`, or nothing is written at all. */
export interface Change {
  /** For reading within the change. What it writes goes through `put`. */
  readonly execute: Execute;
  readonly rev: number;
  /** Writes a row in place of `before`, the row that is there under its id now. */
  readonly put: (table: Table, row: StoredRow, before: StoredRow | null) => Promise<void>;
  /** Notes that `table` holds a record of this month. */
  noteMonth(table: string, month: string): void;
}

const NO_HEAD = Symbol("no head");

/**
 * Runs `work` as one change of the owner: one transaction, one revision, one after the other. A change that throws
 * takes no revision, so that they have no gaps.
 */
export async function inChange<T>(
  vault: UserVault,
  work: (change: Change) => Promise<T>,
): Promise<T> {
  return inTurn(bytesToUuid(vault.keys.ownerId), () => makeChange(vault, work));
}

async function makeChange<T>(
  { database, keys }: UserVault,
  work: (change: Change) => Promise<T>,
): Promise<T> {
  for (;;) {
    const result = await database.transaction(async (execute) => {
      const stored = await lockHead(execute, keys.ownerId);
      if (stored === null) return NO_HEAD;
      const head = openHead(keys, stored);
      const rev = stored.rev + 1;
      const noteMonth = (table: string, month: string) => {
        const months = (head.months[table] ??= []);
        if (!months.includes(month)) months.push(month);
        months.sort();
      };
      const put: Change["put"] = (table, row) => putRow(execute, table, keys.ownerId, row);
      const done = await work({ execute, rev, put, noteMonth });
      await updateHead(execute, keys.ownerId, sealHead(keys, rev, head));
      return done;
    });
    if (result !== NO_HEAD) return result;
    // In a transaction of its own: two first writers that both found none would deadlock inserting it.
    await database.transaction(async (execute) => {
      await insertHead(execute, keys.ownerId, sealHead(keys, 0, { months: {} }));
      for (const dek of keys.wrapped) await insertKey(execute, keys.ownerId, dek);
      // Asked last: an erasure has either been committed before, or deletes what is written here. Without a head no
      // change is made, so that nothing of the owner comes back.
      if (await wasErased(execute, keys.ownerId)) throw new AppError("session_revoked");
    });
  }
}

/** The months in which `table` holds records of the owner, newest first. */
export async function monthsOf({ database, keys }: UserVault, table: string): Promise<string[]> {
  const stored = await findHead(database.execute, keys.ownerId);
  return stored === null ? [] : [...(openHead(keys, stored).months[table] ?? [])].reverse();
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
