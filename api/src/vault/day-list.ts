import { isDay } from "../contract/values.ts";
import { DecryptionError } from "../crypto/decryption-error.ts";
import { daysBetween, daysOfMonth } from "../lib/day.ts";
import { bytesToUuid, hex } from "../lib/ids.ts";
import { monthsOf } from "./head.ts";
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
import { countRows, listHeads } from "./statements.ts";
import { DAY_COLUMN, type Times } from "./table.ts";
import type { UserVault } from "./user-vault.ts";

const FIRST_DAY = "0001-01-01";
const LAST_DAY = "9999-12-31";
const MAX_MONTHS_AT_ONCE = 12;
const MAX_FITTING_RECORDS = 200;

/** Which records of days to list: newest first, at most `limit`, from where `cursor` left off. */
export interface DayQuery<H> {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly matches?: (head: H) => boolean;
}

/**
 * Lists records by day, newest first. The database knows no dates: the months that hold records are walked backwards,
 * a few more at each step, and asked for by the blind values of their days.
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
  const found: Candidate<H & Times>[] = [];
  let unreadable = 0;
  for (let step = 1; months.length > 0 && found.length <= query.limit;) {
    const days = months
      .splice(0, step)
      .flatMap(daysOfMonth)
      .filter((day) => day >= from && day <= to);
    const heads = await candidatesOf(vault, kind, days);
    unreadable += heads.unreadable;
    const candidates = heads.opened.filter(
      ({ key, head }) => (after === undefined || key < after) && (query.matches?.(head) ?? true),
    );
    found.push(...candidates.sort((a, b) => (a.key < b.key ? 1 : -1)));
    step = Math.min(step * 2, MAX_MONTHS_AT_ONCE);
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
  { database, keys }: UserVault,
  { table, sortKey }: RecordKind<F, H>,
  days: readonly string[],
) {
  const asked = new Set(days);
  const values = days.flatMap((day) => table.blindValues(keys, DAY_COLUMN, day));
  const rows = await listHeads(database.execute, table, DAY_COLUMN, keys.ownerId, values);
  return openEach(rows, (row) => {
    const head = table.openHead(keys, row);
    const key = `${sortKey(head)} ${bytesToUuid(row.id)}`;
    // No box holds the blind column: somebody may have put the row under another day.
    if (!asked.has(key.slice(0, 10))) throw new DecryptionError();
    return { row, head, key } satisfies Candidate<H & Times>;
  });
}
