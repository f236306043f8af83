import { AppError } from "../contract/errors.ts";
import { isDay } from "../contract/values.ts";
import { DecryptionError, ifOpens } from "../crypto/decryption-error.ts";
import { daysBetween, daysOfMonth } from "../lib/day.ts";
import { bytesToUuid, hex } from "../lib/ids.ts";
import { monthsOf } from "./head.ts";
import { pace } from "./pace.ts";
import { MAX_ANSWER_BYTES, toRecord, type RecordKind, type VaultRecord } from "./records.ts";
import { countRows, listHeads, listRows, type HeadRow } from "./statements.ts";
import { DAY_COLUMN, type Times } from "./table.ts";
import type { UserVault } from "./user-vault.ts";

const FIRST_DAY = "0001-01-01";
const LAST_DAY = "9999-12-31";
const MAX_MONTHS_AT_ONCE = 12;
const MAX_DAY_RECORDS = 200;

/** Which records of days to list: newest first, at most `limit`, from where `cursor` left off. */
export interface DayQuery<H> {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly matches?: (head: H) => boolean;
}

/** A record's place in a list, without its large texts. */
interface Candidate<H> {
  readonly row: HeadRow;
  readonly head: H;
  readonly key: string;
}

/** A page of a list. `unreadable` rows were met on the way to it and are in no page; it is absent when there are none. */
export interface DayPage<F> {
  readonly items: VaultRecord<F>[];
  readonly nextCursor: string | null;
  readonly unreadable?: number;
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
): Promise<DayPage<F>> {
  const after = query.cursor === undefined ? undefined : decodeCursor(query.cursor);
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
  const { nextCursor, ...page } = await openPage(vault, kind, found, query.limit);
  return { items: page.opened, nextCursor, ...counted(unreadable + page.unreadable) };
}

/**
 * The records of one day, in the order of the day. A day that is larger than an answer may be is cut short, and
 * `isComplete` says so; {@link listByDay} has the rest. So it does when rows do not open, which are left out.
 */
export async function listDay<F extends object, H extends object>(
  vault: UserVault,
  kind: RecordKind<F, H>,
  day: string,
): Promise<{ records: VaultRecord<F>[]; isComplete: boolean; unreadable?: number }> {
  const found = await candidatesOf(vault, kind, [day]);
  const sorted = found.opened.sort((a, b) => (a.key < b.key ? -1 : 1));
  const chosen = whatFits(sorted, MAX_DAY_RECORDS);
  const whole = await openWhole(vault, kind, chosen);
  const unreadable = found.unreadable + whole.unreadable;
  return {
    records: whole.opened,
    isComplete: chosen.length === sorted.length && unreadable === 0,
    ...counted(unreadable),
  };
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
): Promise<Opened<Candidate<H & Times>>> {
  const asked = new Set(days);
  const values = days.flatMap((day) => table.blindValues(keys, DAY_COLUMN, day));
  const rows = await listHeads(database.execute, table, DAY_COLUMN, keys.ownerId, values);
  return openEach(rows, (row) => {
    const head = table.openHead(keys, row);
    const key = `${sortKey(head)} ${bytesToUuid(row.id)}`;
    // No box holds the blind column: somebody may have put the row under another day.
    if (!asked.has(key.slice(0, 10))) throw new DecryptionError();
    return { row, head, key };
  });
}

async function openPage<F extends object, H extends object>(
  vault: UserVault,
  kind: RecordKind<F, H>,
  found: readonly Candidate<H & Times>[],
  limit: number,
): Promise<Opened<VaultRecord<F>> & { nextCursor: string | null }> {
  const chosen = whatFits(found, limit);
  const last = found.length > chosen.length ? chosen.at(-1) : undefined;
  return {
    ...(await openWhole(vault, kind, chosen)),
    nextCursor: last === undefined ? null : Buffer.from(last.key).toString("base64url"),
  };
}

/** The first of `found` that fit into one answer: at least one, at most `limit`. */
function whatFits<H>(found: readonly Candidate<H>[], limit: number): readonly Candidate<H>[] {
  let bytes = 0;
  const end = found.slice(0, limit).findIndex(({ row }, i) => {
    bytes += row.unreadBytes;
    return i > 0 && bytes > MAX_ANSWER_BYTES;
  });
  return found.slice(0, end === -1 ? limit : end);
}

/**
 * Reads the chosen rows whole, and opens what was not opened yet. One that was trashed meanwhile is left out; one that
 * was changed is as it is now.
 */
async function openWhole<F extends object, H extends object>(
  { database, keys }: UserVault,
  { table }: RecordKind<F, H>,
  chosen: readonly Candidate<H & Times>[],
): Promise<Opened<VaultRecord<F>>> {
  const ids = chosen.map(({ row }) => row.id);
  const rows = await listRows(database.execute, table, keys.ownerId, ids);
  const byId = new Map(rows.map((row) => [bytesToUuid(row.id), row]));
  const there = chosen.flatMap((candidate) => {
    const row = byId.get(bytesToUuid(candidate.row.id));
    return row === undefined ? [] : [{ row, candidate }];
  });
  return openEach(there, ({ row, candidate }) => {
    const isAsSeen = row.rev === candidate.row.rev;
    const content = isAsSeen ? table.openRest(keys, row, candidate.head) : table.openRow(keys, row);
    return toRecord(content, row);
  });
}

interface Opened<T> {
  readonly opened: T[];
  readonly unreadable: number;
}

/** Opens what opens, and counts the rest. A month may hold a thousand rows: others are served meanwhile. */
async function openEach<R, T>(rows: readonly R[], open: (row: R) => T): Promise<Opened<T>> {
  const opened: T[] = [];
  const turn = pace();
  for (const row of rows) {
    opened.push(...(ifOpens(() => [open(row)]) ?? []));
    await turn();
  }
  return { opened, unreadable: rows.length - opened.length };
}

const counted = (unreadable: number) => (unreadable === 0 ? {} : { unreadable });

function decodeCursor(cursor: string): string {
  const key = Buffer.from(cursor, "base64url").toString("utf8");
  if (isDay(key.slice(0, 10))) return key;
  throw new AppError("invalid_request", {
    errors: [{ path: "query.cursor", message: "must be the nextCursor of the page before" }],
  });
}
