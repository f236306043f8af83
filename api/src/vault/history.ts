import { AppError } from "../contract/errors.ts";
import { uuidToBytes } from "../lib/ids.ts";
import { inChange } from "./head.ts";
import {
  MAX_ANSWER_BYTES,
  assertGuard,
  fieldsOf,
  readable,
  readState,
  versionIn,
  writeState,
  type RecordKind,
  type VaultRecord,
  type Write,
} from "./record-state.ts";
import { findRow, listVersions } from "./statements.ts";
import type { StoredRow } from "./table.ts";
import type { UserVault } from "./user-vault.ts";
import { recordKey, versionTable } from "./versions.ts";

/** How many versions are read at a time; one can be a megabyte. */
const MAX_VERSIONS_AT_ONCE = 8;

/**
 * Earlier states of a record, newest first, from below the revision `before`: at most `limit`, and fewer when they are
 * large. `next` is where older ones begin, or null. States that do not open are left out and counted.
 */
export async function listRecordVersions<F extends object, H extends object>(
  vault: UserVault,
  kind: RecordKind<F, H>,
  id: string,
  { before, limit }: { before: number; limit: number },
): Promise<{ versions: VaultRecord<F>[]; next: number | null; unreadable?: number }> {
  const { keys, database } = vault;
  const current = await findRow(database.execute, kind.table, keys.ownerId, uuidToBytes(id));
  if (current?.purgeAfter !== null) throw new AppError("not_found");
  const recordKeys = versionTable.blindValues(keys, "recordKey", recordKey(kind.kind, id));
  const rows: StoredRow[] = [];
  const atOnce = Math.min(limit + 1, MAX_VERSIONS_AT_ONCE);
  let isLast = false;
  for (let bytes = 0; !isLast && rows.length <= limit && bytes < MAX_ANSWER_BYTES;) {
    const range = { recordKeys, before: rows.at(-1)?.rev ?? before, limit: atOnce };
    const batch = await listVersions(database.execute, versionTable, keys.ownerId, range);
    rows.push(...batch);
    for (const row of batch) bytes += row.bytes["sealed"]?.length ?? 0;
    isLast = batch.length < atOnce;
  }
  const page = rows.slice(0, limit);
  const versions = page.flatMap((row) => versionIn(vault, kind, id, row) ?? []);
  const hasMore = rows.length > limit || !isLast;
  const unreadable = page.length - versions.length;
  return {
    versions,
    next: hasMore ? (page.at(-1)?.rev ?? null) : null,
    ...(unreadable === 0 ? {} : { unreadable }),
  };
}

/**
 * Writes an earlier state again, as the newest, even when what is there does not open.
 *
 * @throws AppError `not_found` when the record or that state of it is not there; `record_unreadable` when that state
 * does not open; `rev_mismatch` as {@link putRecord}.
 */
export async function restoreRecord<F extends object, H extends object>(
  vault: UserVault,
  kind: RecordKind<F, H>,
  id: string,
  { rev, ...write }: Write & { rev: number },
): Promise<VaultRecord<F>> {
  const { keys, database } = vault;
  const recordKeys = versionTable.blindValues(keys, "recordKey", recordKey(kind.kind, id));
  const range = { recordKeys, before: rev + 1, limit: 1 };
  const [row] = await listVersions(database.execute, versionTable, keys.ownerId, range);
  if (row?.rev !== rev)
    throw new AppError("not_found", { detail: "There is no such earlier state." });
  const version = readable(versionIn(vault, kind, id, row));
  return inChange(vault, async (change) => {
    const current = await readState(change, vault, kind, id);
    if (current === null || current.isTrashed) throw new AppError("not_found");
    assertGuard(write.guard, current);
    const fields = kind.fields.parse(fieldsOf(version));
    const { createdAt } = version;
    return writeState(change, vault, kind, id, {
      ...write,
      current,
      fields,
      createdAt,
      mayCoalesce: false,
    });
  });
}
