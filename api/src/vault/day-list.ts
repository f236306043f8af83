import { LRUCache } from "lru-cache";
import { isDay } from "../contract/values.ts";
import { DecryptionError } from "../crypto/decryption-error.ts";
import { addDays, daysBetween, daysOfMonth } from "../lib/day.ts";
import { bytesToUuid, hex } from "../lib/ids.ts";
import { monthsOf } from "./head.ts";
import type { OwnerKeys } from "./key-service.ts";
import {
  decodeCursor,
  openEach,
  openPage,
  openWhole,
  recordsOf,
  whatFits,
  type Candidate,
  type ListPage,
  type Records,
} from "./pages.ts";
import type { RecordKind, VaultRecord } from "./record-state.ts";
import { countRows, listHeads, type HeadRow } from "./statements.ts";
import { DAY_COLUMN, type Table, type Times } from "./table.ts";
import type { UserVault } from "./user-vault.ts";

const FIRST_DAY = "0001-01-01";
const LAST_DAY = "9999-12-31";
/** How many days are asked for at once: few at first, then as many as would fill the page by what was found so far. */
const FEWEST_DAYS = 4;
const MOST_DAYS = 512;
const MAX_FITTING_RECORDS = 200;

/** Which records of days to list: newest first, at most `limit`, from where `cursor` left off. */
export interface DayQuery<H> {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
  /** Which of them, where not all are asked for. */
  readonly matches?: ((head: H) => boolean) | undefined;
}

/**
 * Lists records by day, newest first. The database knows no dates: the days of months that hold records are walked
 * backwards, and asked for by their blind values.
 *
 * A row that does not open is left out and counted: one that was damaged must not close the list for the others.
 *
 * @throws AppError `invalid_request` for a cursor that no page gave.
 */
export async function listByDay<F extends object, H extends object>(
  vault: UserVault,
  kind: RecordKind<F, H>,
  query: DayQuery<H & Times>,
): Promise<ListPage<F>> {
  const after = query.cursor === undefined ? undefined : decodeCursor(query.cursor, beginsWithDay);
  const from = query.from ?? FIRST_DAY;
  const upTo = query.to ?? LAST_DAY;
  const cursorDay = after?.slice(0, 10) ?? LAST_DAY;
  const to = cursorDay < upTo ? cursorDay : upTo;
  const months = (await monthsOf(vault, kind.table.table)).filter(
    (month) => month >= from.slice(0, 7) && month <= to.slice(0, 7),
  );
  const days = daysBackwards(vault, kind.table, months, from, to);
  // Days that nobody has reached yet hold little, and are no measure of the others.
  const tomorrow = addDays(vault.clock().toISOString().slice(0, 10), 1);
  const found: Candidate<H & Times>[] = [];
  let [seen, unreadable] = [0, 0];
  for (let size = FEWEST_DAYS; found.length <= query.limit;) {
    const window: BlindDay[] = [];
    for (let counted = 0; counted < size;) {
      const { value } = days.next();
      if (value === undefined) break;
      window.push(value);
      if (value.day <= tomorrow) counted++;
      if (window.length === MOST_DAYS) break;
    }
    if (window.length === 0) break;
    seen += window.filter(({ day }) => day <= tomorrow).length;
    const rows = await rowsOf(vault, kind.table, window, query.matches === undefined);
    for (const { day } of window) {
      if (found.length > query.limit) break;
      const heads = await openHeads(vault, kind, [day], rows.get(day) ?? []);
      unreadable += heads.unreadable;
      const candidates = heads.opened.filter(
        ({ key, head }) => (after === undefined || key < after) && (query.matches?.(head) ?? true),
      );
      found.push(...candidates.sort((a, b) => (a.key < b.key ? 1 : -1)));
    }
    const missing = query.limit + 1 - found.length;
    const enough = found.length === 0 ? size * 8 : Math.ceil((missing * seen) / found.length);
    size = Math.min(Math.max(enough, FEWEST_DAYS), MOST_DAYS);
  }
  return openPage(vault, kind, { opened: found, unreadable }, query.limit);
}

const beginsWithDay = (key: string) => isDay(key.slice(0, 10));

/**
 * The records of these days, in the order of the days. What is larger than an answer may be is cut short, and
 * `isComplete` says so; {@link listByDay} has the rest. So it does when rows do not open, which are left out.
 */
export async function listFitting<F extends object, H extends object>(
  vault: UserVault,
  kind: RecordKind<F, H>,
  days: readonly string[],
): Promise<{ records: VaultRecord<F>[]; isComplete: boolean; unreadable?: number }> {
  const found = await candidatesOf(vault, kind, days);
  const sorted = found.opened.sort((a, b) => (a.key < b.key ? -1 : 1));
  const chosen = whatFits(sorted, MAX_FITTING_RECORDS);
  const whole = await openWhole(vault, kind, chosen);
  const { items: records, ...rest } = recordsOf(whole.opened, found.unreadable + whole.unreadable);
  const isComplete = chosen.length === sorted.length && rest.unreadable === undefined;
  return { records, isComplete, ...rest };
}

/** All records of these days, in the order of the days. For kinds whose records are small. */
export async function listDays<F extends object, H extends object>(
  vault: UserVault,
  kind: RecordKind<F, H>,
  days: readonly string[],
): Promise<Records<F>> {
  const found = await candidatesOf(vault, kind, days);
  const sorted = found.opened.sort((a, b) => (a.key < b.key ? -1 : 1));
  const whole = await openWhole(vault, kind, sorted);
  return recordsOf(whole.opened, found.unreadable + whole.unreadable);
}

/** What the first boxes of the records of these days hold, in the order of the days: all but their large texts. */
export async function headsOfDays<F extends object, H extends object>(
  vault: UserVault,
  kind: RecordKind<F, H>,
  days: readonly string[],
): Promise<{ items: (H & Times)[]; unreadable?: number }> {
  const { opened, unreadable } = await candidatesOf(vault, kind, days);
  const items = opened.sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ head }) => head);
  return unreadable === 0 ? { items } : { items, unreadable };
}

/** How many records each day of a range has; days without any are left out. Opens nothing. */
export async function countByDay<F extends object, H extends object>(
  { database, keys }: UserVault,
  { table }: RecordKind<F, H>,
  from: string,
  to: string,
): Promise<{ day: string; count: number }[]> {
  const days = daysBetween(from, to).map((day) => ({
    day,
    values: table.blindValues(keys, DAY_COLUMN, day),
  }));
  if (days.length === 0) return [];
  const values = days.flatMap((day) => day.values);
  const counts = await countRows(database.execute, table, DAY_COLUMN, keys.ownerId, values);
  return days.flatMap(({ day, values: ofDay }) => {
    const count = ofDay.reduce((sum, value) => sum + (counts.get(hex(value)) ?? 0), 0);
    return count === 0 ? [] : [{ day, count }];
  });
}

async function candidatesOf<F extends object, H extends object>(
  vault: UserVault,
  kind: RecordKind<F, H>,
  days: readonly string[],
) {
  const { database, keys } = vault;
  const { table } = kind;
  const values = days.flatMap((day) => table.blindValues(keys, DAY_COLUMN, day));
  const rows = await listHeads(database.execute, table, DAY_COLUMN, keys.ownerId, values);
  return openHeads(vault, kind, days, rows);
}

/** Opens the heads of rows that are filed under one of `days`. */
function openHeads<F extends object, H extends object>(
  { keys }: UserVault,
  { table, sortKey }: RecordKind<F, H>,
  days: readonly string[],
  rows: readonly HeadRow[],
) {
  const asked = new Set(days);
  return openEach(rows, (row) => {
    const head = table.openHead(keys, row);
    const key = `${sortKey(head)} ${bytesToUuid(row.id)}`;
    // No box holds the blind column: somebody may have put the row under another day.
    if (!asked.has(key.slice(0, 10))) throw new DecryptionError();
    return { row, head, key } satisfies Candidate<H & Times>;
  });
}

/** A day and what rows of it may hold in their blind column. */
interface BlindDay {
  readonly day: string;
  readonly values: readonly Uint8Array[];
}

/** The rows of some days, by the day that they are filed under. */
async function rowsOf(
  { database, keys }: UserVault,
  table: Table,
  days: readonly BlindDay[],
  withSmall: boolean,
): Promise<Map<string, HeadRow[]>> {
  const dayOf = new Map(
    days.flatMap(({ day, values }) => values.map((value) => [hex(value), day])),
  );
  const values = days.flatMap((day) => day.values);
  const found = new Map<string, HeadRow[]>();
  const { ownerId } = keys;
  for (const row of await listHeads(
    database.execute,
    table,
    DAY_COLUMN,
    ownerId,
    values,
    withSmall,
  )) {
    const day = dayOf.get(hex(row.bytes[DAY_COLUMN] ?? new Uint8Array())) ?? "";
    const there = found.get(day);
    if (there === undefined) found.set(day, [row]);
    else there.push(row);
  }
  return found;
}

/** The days of `months`, which are given newest first, within a range, newest first. */
function* daysBackwards(
  { keys }: UserVault,
  table: Table,
  months: readonly string[],
  from: string,
  to: string,
): Generator<BlindDay, undefined> {
  for (const month of months) {
    for (const day of daysOfMonthBlind(keys, table, month)) {
      if (day.day >= from && day.day <= to) yield day;
    }
  }
}

/** A year of months, for each owner whose keys are at hand. */
const MONTHS_KEPT = 12;
const blindMonths = new WeakMap<OwnerKeys, LRUCache<string, readonly BlindDay[]>>();

/** The days of a month, newest first. Each of their blind values takes an HMAC, so they are kept while the keys are. */
function daysOfMonthBlind(keys: OwnerKeys, table: Table, month: string): readonly BlindDay[] {
  let kept = blindMonths.get(keys);
  if (kept === undefined) {
    kept = new LRUCache({ max: MONTHS_KEPT });
    blindMonths.set(keys, kept);
  }
  const name = `${table.table} ${month}`;
  let days = kept.get(name);
  if (days === undefined) {
    days = daysOfMonth(month)
      .reverse()
      .map((day) => ({ day, values: table.blindValues(keys, DAY_COLUMN, day) }));
    kept.set(name, days);
  }
  return days;
}
