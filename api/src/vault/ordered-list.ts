import { bytesToUuid } from "../lib/ids.ts";
import {
  asRecord,
  decodeCursor,
  openEach,
  openPage,
  type Candidate,
  type ListPage,
} from "./pages.ts";
import type { RecordKind, VaultRecord } from "./record-state.ts";
import { listSealed, type HeadRow } from "./statements.ts";
import type { Times } from "./table.ts";
import type { UserVault } from "./user-vault.ts";

/**
 * Lists the records of a kind that is of no day, in the order of their sort keys: at most `limit`, from where `cursor`
 * left off. All of them are opened for it, which is for kinds that people have tens of.
 *
 * @throws AppError `invalid_request` for a cursor that no page gave.
 */
export async function listInOrder<F extends object, H extends object>(
  vault: UserVault,
  kind: RecordKind<F, H>,
  query: {
    readonly limit: number;
    readonly cursor?: string | undefined;
    readonly matches?: (head: H & Times) => boolean;
  },
): Promise<ListPage<VaultRecord<F>>> {
  const { database, keys } = vault;
  const after = query.cursor === undefined ? "" : decodeCursor(query.cursor, endsWithId);
  const rows: HeadRow[] = [];
  for await (const page of listSealed(database.execute, kind.table, keys.ownerId)) {
    for (const row of page) if (row.purgeAfter === null) rows.push({ ...row, unreadBytes: 0 });
  }
  const { opened, unreadable } = await openEach(rows, (row): Candidate<H & Times> => {
    const opened = kind.table.readHead(keys, row);
    return { row, ...opened, key: `${kind.sortKey(opened.head)} ${bytesToUuid(row.id)}` };
  });
  const found = opened
    .filter(({ key, head }) => key > after && (query.matches?.(head) ?? true))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  return openPage(vault, kind, { opened: found, unreadable }, query.limit, asRecord);
}

const endsWithId = (key: string) => / [0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(key);

/** All of them: {@link listInOrder} without pages. */
export async function listAll<F extends object, H extends object>(
  vault: UserVault,
  kind: RecordKind<F, H>,
) {
  return listInOrder(vault, kind, { limit: Infinity });
}
