import { LRUCache } from "lru-cache";
import { isDay } from "../contract/values.ts";
import { DecryptionError } from "../crypto/decryption-error.ts";
import { addDays, daysBetween, daysOfMonth } from "../lib/day.ts";
import { bytesToUuid, hex } from "../lib/ids.ts";
import { monthsOf } from "./head.ts";
import type { OwnerKeys } from "./key-service.ts";
import {
  asRecord,
  decodeCursor,
  openEach,
  openPage,
  openWhole,
  recordsOf,
  whatFits,
  type Candidate,
  type ListPage,
  type Opening,
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
export async function listByDay<F extends object, H extends object, T>(
  vault: UserVault,
  kind: RecordKind<F, H>,
  query: DayQuery<H & Times>,
  opening: Opening<F, H, T>,
): Promise<ListPage<T>> {
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
  const densities = keptOf(vault.keys).densities;
  const usual = densities.get(kind.table.table);
  let size = usual === undefined ? FEWEST_DAYS : daysFor(query.limit + 1, usual);
  while (found.length <= query.limit) {
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
    for (const waiting = window.values(); found.length <= query.limit;) {
      const due = takeRows(waiting, rows, query.limit + 1 - found.length);
      if (due === null) break;
      const heads = await openHeads(vault, kind, due);
      unreadable += heads.unreadable;
      const candidates = heads.opened.filter(
        ({ key, head }) => (after === undefined || key < after) && (query.matches?.(head) ?? true),
      );
      found.push(...candidates.sort((a, b) => (a.key < b.key ? 1 : -1)));
    }
    const density = found.length / seen;
    size = found.length === 0 ? size * 8 : daysFor(query.limit + 1 - found.length, density);
    if (query.matches === undefined && density > 0) densities.set(kind.table.table, density);
  }
  return openPage(vault, kind, { opened: found, unreadable }, query.limit, opening);
}

/** How many days hold `count` records when each holds `density` of them. */
const daysFor = (count: number, density: number) =>
  Math.min(Math.max(Math.ceil(count / density), FEWEST_DAYS), MOST_DAYS);

/** The rows of the next days, whole: `count` of them or a few more; null when no day waits. */
function takeRows(
  waiting: Iterator<BlindDay>,
  rowsOfDays: ReadonlyMap<string, readonly FiledRow[]>,
  count: number,
): FiledRow[] | null {
  let taken: FiledRow[] | null = null;
  while ((taken?.length ?? 0) < count) {
    const next = waiting.next();
    if (next.done === true) break;
    taken = [...(taken ?? []), ...(rowsOfDays.get(next.value.day) ?? [])];
  }
  return taken;
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
  const whole = await openWhole(vault, kind, chosen, asRecord);
  const { items: records, ...rest } = recordsOf(whole.opened, found.unreadable + whole.unreadable);
  const isComplete = chosen.length === sorted.length && rest.unreadable === undefined;
  return { records, isComplete, ...rest };
}

/** All records of these days, in the order of the days. For kinds whose records are small. */
export async function listDays<F extends object, H extends object>(
  vault: UserVault,
  kind: RecordKind<F, H>,
  days: readonly string[],
): Promise<Records<VaultRecord<F>>> {
  const found = await candidatesOf(vault, kind, days);
  const sorted = found.opened.sort((a, b) => (a.key < b.key ? -1 : 1));
  const whole = await openWhole(vault, kind, sorted, asRecord);
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
  const blind = days.map((day) => blindDay(vault.keys, kind.table, day));
  const rows = await rowsOf(vault, kind.table, blind, false);
  return openHeads(vault, kind, [...rows.values()].flat());
}

/** Opens the heads of rows. */
function openHeads<F extends object, H extends object>(
  { keys }: UserVault,
  { table, sortKey }: RecordKind<F, H>,
  rows: readonly FiledRow[],
) {
  return openEach(rows, ({ row, day }) => {
    const opened = table.readHead(keys, row);
    const key = `${sortKey(opened.head)} ${bytesToUuid(row.id)}`;
    // No box holds the blind column: somebody may have put the row under another day.
    if (key.slice(0, 10) !== day) throw new DecryptionError();
    return { row, ...opened, key } satisfies Candidate<H & Times>;
  });
}

/** A day and what rows of it may hold in their blind column. */
interface BlindDay {
  readonly day: string;
  readonly values: readonly Uint8Array[];
  /** The same in hexadecimal. */
  readonly names: readonly string[];
}

/** A row, and the day under whose blind value it lies. */
interface FiledRow {
  readonly row: HeadRow;
  readonly day: string;
}

/** The rows of some days, by the day that they are filed under. */
async function rowsOf(
  { database, keys }: UserVault,
  table: Table,
  days: readonly BlindDay[],
  withSmall: boolean,
): Promise<Map<string, FiledRow[]>> {
  const dayOf = new Map(days.flatMap(({ day, names }) => names.map((name) => [name, day])));
  const values = days.flatMap((day) => day.values);
  const found = new Map<string, FiledRow[]>();
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
    if (there === undefined) found.set(day, [{ row, day }]);
    else there.push({ row, day });
  }
  return found;
}

function blindDay(keys: OwnerKeys, table: Table, day: string): BlindDay {
  const values = table.blindValues(keys, DAY_COLUMN, day);
  return { day, values, names: values.map(hex) };
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

/** What makes the next list of an owner cheaper; kept while their keys are. */
interface Kept {
  readonly months: LRUCache<string, readonly BlindDay[]>;
  /** How many records of a table a day held, the last time. */
  readonly densities: Map<string, number>;
}

const kept = new WeakMap<OwnerKeys, Kept>();

function keptOf(keys: OwnerKeys): Kept {
  const there = kept.get(keys) ?? {
    months: new LRUCache({ max: MONTHS_KEPT }),
    densities: new Map(),
  };
  kept.set(keys, there);
  return there;
}

/** The days of a month, newest first. Each of their blind values takes an HMAC. */
function daysOfMonthBlind(keys: OwnerKeys, table: Table, month: string): readonly BlindDay[] {
  const { months } = keptOf(keys);
  const name = `${table.table} ${month}`;
  const known = months.get(name);
  if (known !== undefined) return known;
  const days = daysOfMonth(month)
    .reverse()
    .map((day) => blindDay(keys, table, day));
  months.set(name, days);
  return days;
}
