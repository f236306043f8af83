import { AppError } from "../contract/errors.ts";
import { ifOpens } from "../crypto/decryption-error.ts";
import { bytesToUuid } from "../lib/ids.ts";
import { pace } from "./pace.ts";
import { MAX_ANSWER_BYTES, toRecord, type RecordKind, type VaultRecord } from "./record-state.ts";
import { listRows, type HeadRow } from "./statements.ts";
import type { Times } from "./table.ts";
import type { UserVault } from "./user-vault.ts";

/** A record's place in a list, without its large texts. */
export interface Candidate<H> {
  readonly row: HeadRow;
  readonly head: H;
  /** By what the list is sorted, and what a cursor is made of. */
  readonly key: string;
}

/** Records that were opened. `unreadable` others of those asked for do not open; it is absent when there are none. */
export interface Records<F> {
  readonly items: VaultRecord<F>[];
  readonly unreadable?: number;
}

/** A page of a list. */
export interface ListPage<F> extends Records<F> {
  readonly nextCursor: string | null;
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
    await turn();
  }
  return { opened, unreadable: rows.length - opened.length };
}

/**
 * The first of `found` as a page, with where the next begins.
 *
 * @param unreadable - How many rows did not open on the way to `found`.
 */
export async function openPage<F extends object, H extends object>(
  vault: UserVault,
  kind: RecordKind<F, H>,
  { opened: found, unreadable }: Opened<Candidate<H & Times>>,
  limit: number,
): Promise<ListPage<F>> {
  const chosen = whatFits(found, limit);
  const last = found.length > chosen.length ? chosen.at(-1) : undefined;
  const whole = await openWhole(vault, kind, chosen);
  return {
    ...recordsOf(whole.opened, unreadable + whole.unreadable),
    nextCursor: last === undefined ? null : Buffer.from(last.key).toString("base64url"),
  };
}

export function recordsOf<F>(items: VaultRecord<F>[], unreadable: number): Records<F> {
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
export async function openWhole<F extends object, H extends object>(
  { database, keys }: UserVault,
  { table }: RecordKind<F, H>,
  chosen: readonly Candidate<H & Times>[],
): Promise<Opened<VaultRecord<F>>> {
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
    const content = isAsSeen ? table.openRest(keys, row, candidate.head) : table.openRow(keys, row);
    return toRecord(content, row);
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
