import { setTimeout as sleep } from "node:timers/promises";
import type { Connection } from "mysql2/promise";
import type { DatabaseRole } from "../../lib/backup-sets.ts";
import { listTables } from "./facts.ts";
import { createDatabase } from "./load.ts";
import { connectTo, quoteName, type SnapshotPlace, type StepOptions } from "./place.ts";

/** Which tables take the place of which. */
export interface Swap {
  /** The database that the tables were loaded into. */
  readonly from: string;
  /** The one that is in use. */
  readonly to: string;
  /** Made here, to keep what was in use. */
  readonly before: string;
  /** Only these; otherwise all of `from`. */
  readonly tables?: readonly string[] | undefined;
}

/**
 * How long the statement waits for those that use the tables. Whoever wants to use them meanwhile waits behind it, so it
 * gives up soon and tries again.
 */
const WAIT_SECONDS = 2;
const TRIES = 20;
const PAUSE_MS = 1_000;
const LOCK_WAIT_TIMEOUT = 1205;

/**
 * Puts tables in place of those in use, by one statement: whoever looks sees all of the former or all of the new, also when
 * the server dies in the middle. Tables in use whose names are not in `from` stay where they are.
 *
 * Foreign keys and their names go with the tables. Rights on single tables are by name and hold for those in place;
 * tables that are new need `npm run db:migrate` to give the API its rights on them.
 *
 * **A binlog leads across it only on paper**: replaying one from before it does over again what came before, without the
 * restore. A backup from before is of use up to the swap; take a new one after it.
 *
 * To undo it, swap `before` back in.
 *
 * @returns the names of the tables that are in place now.
 * @throws Error, having changed nothing, when `from` lacks a table, `before` is there already, or others use the tables for
 * more than a minute.
 */
export const swapIn = (
  place: SnapshotPlace,
  role: DatabaseRole,
  swap: Swap,
  options?: StepOptions,
): Promise<string[]> => swapTogether(place, [{ ...swap, role }], options);

/** A swap in one of the two databases. */
export interface SwapOf extends Swap {
  readonly role: DatabaseRole;
}

/** As {@link swapIn}, in databases that one account reaches: one statement for all of them. */
export async function swapTogether(
  place: SnapshotPlace,
  swaps: readonly SwapOf[],
  { note, signal }: StepOptions = {},
): Promise<string[]> {
  const [first] = swaps;
  if (first === undefined) return [];
  const connection = await connectTo(place, first.role);
  try {
    const plans = [];
    for (const swap of swaps) plans.push(await planSwap(connection, swap));
    try {
      for (const { role, before } of swaps) await createDatabase(place, role, before);
      // The same as for loading: where there are no replicas, the rows are in no binlog, and neither is this.
      if (place.kind === "private") await connection.query("SET sql_log_bin = 0");
      await connection.query("SET foreign_key_checks = 0, lock_wait_timeout = ?", [WAIT_SECONDS]);
      const pairs = plans.flatMap((plan) => plan.pairs);
      await whenFree(connection, `RENAME TABLE ${pairs.join(", ")}`, { note, signal });
    } catch (error) {
      for (const { before } of swaps) await dropIfEmpty(connection, before);
      throw error;
    }
    return plans.flatMap(({ moving }) => moving);
  } finally {
    connection.destroy();
  }
}

async function planSwap(connection: Connection, { from, to, before, tables }: Swap) {
  const loaded = await listTables(connection, from);
  const moving = [...(tables ?? loaded)];
  const lacking = moving.filter((table) => !loaded.includes(table));
  if (moving.length === 0) throw new Error(`There is no table in ${from}.`);
  if (lacking.length > 0) throw new Error(`${from} lacks ${lacking.join(", ")}.`);
  const inUse = await listTables(connection, to);
  const leaving = moving.filter((table) => inUse.includes(table));
  const rename = (table: string, source: string, target: string) =>
    `${quoteName(source)}.${quoteName(table)} TO ${quoteName(target)}.${quoteName(table)}`;
  const pairs = [
    ...leaving.map((table) => rename(table, to, before)),
    ...moving.map((table) => rename(table, from, to)),
  ];
  return { moving, pairs };
}

/** The statement does all or nothing; where it was lost on the way, only the tables say which. */
async function dropIfEmpty(connection: Connection, database: string): Promise<void> {
  const kept = await listTables(connection, database).catch(() => undefined);
  if (kept?.length !== 0) return;
  // It may not have been made: why is what the caller is told.
  await connection.query(`DROP DATABASE IF EXISTS ${quoteName(database)}`).catch(() => undefined);
}

async function whenFree(
  connection: Connection,
  statement: string,
  { note, signal }: StepOptions,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted();
    try {
      await connection.query(statement);
      return;
    } catch (error) {
      const isBusy =
        error instanceof Error && "errno" in error && error.errno === LOCK_WAIT_TIMEOUT;
      if (!isBusy || attempt === TRIES) throw error;
      note?.("the tables are in use; trying again");
      await sleep(PAUSE_MS);
    }
  }
}
