import { AppError } from "../contract/errors.ts";
import { ifOpens } from "../crypto/decryption-error.ts";
import { bytesToUuid } from "../lib/ids.ts";
import { pace } from "./pace.ts";
import type { OwnerKeys } from "./key-service.ts";
import { MAX_ANSWER_BYTES, toRecord, type RecordKind, type VaultRecord } from "./record-state.ts";
import { listRows, type HeadRow } from "./statements.ts";
import type { OpenedHead, StoredRow, Table, Times } from "./table.ts";
import type { UserVault } from "./user-vault.ts";
import { Verbatim } from "./verbatim.ts";

/** A record's place in a list, without its large texts. */
export interface Candidate<H> extends OpenedHead<H> {
  readonly row: HeadRow;
  /** By what the list is sorted, and what a cursor is made of. */
  readonly key: string;
}

/** What was opened. `unreadable` others of those asked for do not open; it is absent when there are none. */
export interface Records<T> {
  readonly items: T[];
  readonly unreadable?: number;
}

/** A page of a list. */
export interface ListPage<T> extends Records<T> {
  readonly nextCursor: string | null;
}

/** Makes what is listed of a row, whose box `sealed` is open already. */
export type Opening<F, H, T> = (
  keys: OwnerKeys,
  table: Table<F, H>,
  row: StoredRow,
  head: OpenedHead<H & Times>,
) => T;

export function asRecord<F extends object, H>(
  keys: OwnerKeys,
  table: Table<F, H>,
  row: StoredRow,
  { head }: OpenedHead<H & Times>,
): VaultRecord<F> {
  return toRecord(table.openRest(keys, row, head), row);
}

/** For whoever only hands records on: their texts are not read. */
export function asText<F extends object, H>(
  keys: OwnerKeys,
  table: Table<F, H>,
  row: StoredRow,
  head: OpenedHead<H & Times>,
): Verbatim {
  const text = table.readRest(keys, row, head);
  return new Verbatim(text ?? JSON.stringify(table.openRest(keys, row, head.head)), row);
}

interface Opened<T> {
  readonly opened: T[];
  readonly unreadable: number;
}

/** Opens what opens, and counts the rest. There may be thousands: others are served meanwhile. */
export async function openEach<R, T>(rows: readonly R[], open: (row: R) => T): Promise<Opened<T>> {
  const opened: T[] = [];
  const turn = pace();
  for (const row of rows) {
    opened.push(...(ifOpens(() => [open(row)]) ?? []));
    const pause = turn();
    if (pause !== undefined) await pause;
  }
  return { opened, unreadable: rows.length - opened.length };
}

/**
 * The first of `found` as a page, with where the next begins.
 *
 * @param unreadable - How many rows did not open on the way to `found`.
 */
export async function openPage<F extends object, H extends object, T>(
  vault: UserVault,
  kind: RecordKind<F, H>,
  { opened: found, unreadable }: Opened<Candidate<H & Times>>,
  limit: number,
  opening: Opening<F, H, T>,
): Promise<ListPage<T>> {
  const chosen = whatFits(found, limit);
  const last = found.length > chosen.length ? chosen.at(-1) : undefined;
  const whole = await openWhole(vault, kind, chosen, opening);
  return {
    ...recordsOf(whole.opened, unreadable + whole.unreadable),
    nextCursor: last === undefined ? null : Buffer.from(last.key).toString("base64url"),
  };
}

export function recordsOf<T>(items: T[], unreadable: number): Records<T> {
  return unreadable === 0 ? { items } : { items, unreadable };
}

/** The first of `found` that fit into one answer: at least one, at most `limit`. */
export function whatFits<T extends { readonly row: Pick<HeadRow, "unreadBytes"> }>(
  found: readonly T[],
  limit: number,
): readonly T[] {
  let bytes = 0;
  const end = found.slice(0, limit).findIndex(({ row }, i) => {
    bytes += row.unreadBytes;
    return i > 0 && bytes > MAX_ANSWER_BYTES;
  });
  return found.slice(0, end === -1 ? limit : end);
}

/**
 * Opens what was not opened yet of the chosen rows. One that was trashed meanwhile is left out; one that was changed is
 * as it is now.
 */
export async function openWhole<F extends object, H extends object, T>(
  { database, keys }: UserVault,
  { table }: RecordKind<F, H>,
  chosen: readonly Candidate<H & Times>[],
  opening: Opening<F, H, T>,
): Promise<Opened<T>> {
  const isRead = ({ row }: Candidate<H & Times>) => table.boxColumns.every((box) => row.bytes[box]);
  const ids = chosen.flatMap((candidate) => (isRead(candidate) ? [] : [candidate.row.id]));
  const rows = await listRows(database.execute, table, keys.ownerId, ids);
  const byId = new Map(rows.map((row) => [bytesToUuid(row.id), row]));
  const there = chosen.flatMap((candidate) => {
    const row = isRead(candidate) ? candidate.row : byId.get(bytesToUuid(candidate.row.id));
    return row === undefined ? [] : [{ row, candidate }];
  });
  return openEach(there, ({ row, candidate }) => {
    const isAsSeen = row.rev === candidate.row.rev;
    return opening(keys, table, row, isAsSeen ? candidate : table.readHead(keys, row));
  });
}

/** The sort key after which a page begins. @throws AppError `invalid_request` for a cursor that no page gave. */
export function decodeCursor(cursor: string, isKey: (key: string) => boolean): string {
  const key = Buffer.from(cursor, "base64url").toString("utf8");
  if (isKey(key)) return key;
  throw new AppError("invalid_request", {
    errors: [{ path: "query.cursor", message: "must be the nextCursor of the page before" }],
  });
}
