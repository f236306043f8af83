import type * as z from "zod";
import type { Guard } from "../contract/endpoint.ts";
import { AppError, invalidRequest } from "../contract/errors.ts";
import { DecryptionError, ifOpens } from "../crypto/decryption-error.ts";
import { randomBytes, randomUUID } from "../crypto/random.ts";
import type { Execute } from "../lib/database.ts";
import { addDays } from "../lib/day.ts";
import { asUuid, bytesToUuid, uuidToBytes } from "../lib/ids.ts";
import { inChange, type Change } from "./head.ts";
import { findRow, listVersions } from "./statements.ts";
import type { StoredRow, Table, Times } from "./table.ts";
import type { UserVault } from "./user-vault.ts";
import { isSameSitting, recordKey, versionTable } from "./versions.ts";

const TRASH_DAYS = 30;
/** How many versions are read at a time; one can be a megabyte. */
const MAX_VERSIONS_AT_ONCE = 8;

/** An answer that holds several records ends early rather than be much larger than this. */
export const MAX_ANSWER_BYTES = 8 * 1024 * 1024;

/** One kind of record: its name in paths, its fields, its table, and the day it belongs to. */
export interface RecordKind<F extends object, H extends object> {
  readonly kind: string;
  readonly fields: z.ZodType<F>;
  readonly table: Table<F, H>;
  readonly dayOf: (fields: F) => string;
  /** Where the record stands in a list, begun by its day: text that sorts in ascending order. */
  readonly sortKey: (head: H & Times) => string;
}

/** A record as the API shows it. */
export type VaultRecord<F> = F & Times & { readonly id: string; readonly rev: number };

/** How a record is changed, besides by what. */
interface Write {
  readonly guard: Guard;
  readonly now: Date;
  /** Hears that the record as it was does not open: its writing or trashing leaves no earlier state. */
  readonly onUnreadable?: (() => void) | undefined;
}

/**
 * @throws AppError `not_found` when there is none, it is in the trash, or it is another person's; `record_unreadable`
 * when it does not open.
 */
export async function getRecord<F extends object, H extends object>(
  vault: UserVault,
  kind: RecordKind<F, H>,
  id: string,
): Promise<VaultRecord<F>> {
  const current = await readState(vault.database, vault, kind, id);
  if (current === null || current.isTrashed) throw new AppError("not_found");
  return readable(current.record);
}

/**
 * Creates a record, or replaces what is there, even when that does not open.
 *
 * @throws AppError `rev_mismatch`, with the record as it is, when `guard` does not hold; `record_unreadable` when it does
 * not open either.
 */
export async function putRecord<F extends object, H extends object>(
  vault: UserVault,
  kind: RecordKind<F, H>,
  id: string,
  { fields, ...write }: Write & { fields: F },
): Promise<{ record: VaultRecord<F>; isNew: boolean }> {
  return inChange(vault, async (change) => {
    const current = await readState(change, vault, kind, id);
    assertGuard(write.guard, current);
    const record = await writeState(change, vault, kind, id, {
      ...write,
      current,
      fields,
      mayCoalesce: typeof write.guard === "object",
    });
    return { record, isNew: current === null || current.isTrashed };
  });
}

/**
 * Creates a record under an id of ours. The same `idempotencyKey` leads to the same id, so that a repeated call
 * answers with the record that the first one made.
 *
 * @throws AppError `conflict` when the key was used for other content, or the record is in the trash by now.
 */
export async function createRecord<F extends object, H extends object>(
  vault: UserVault,
  kind: RecordKind<F, H>,
  { fields, idempotencyKey, now }: { fields: F; idempotencyKey: string | undefined; now: Date },
): Promise<VaultRecord<F>> {
  const write = { fields, guard: "absent", now } as const;
  if (idempotencyKey === undefined) {
    return (await putRecord(vault, kind, randomUUID(), write)).record;
  }
  // The first call may have been made before the data key was rotated.
  const [id = "", ...earlierIds] = vault.keys.searched.map((key) =>
    asUuid(key.blind(kind.table.table, "idempotency_key", idempotencyKey)),
  );
  for (const candidate of [id, ...earlierIds]) {
    const earlier = await findRepeated(vault, kind, candidate, fields);
    if (earlier !== null) return earlier;
  }
  try {
    return (await putRecord(vault, kind, id, write)).record;
  } catch (error) {
    // The same call came twice at once, and the other was first.
    const first = await findRepeated(vault, kind, id, fields);
    if (first === null) throw error;
    return first;
  }
}

/** The record that an earlier call with the same key made, or null. */
async function findRepeated<F extends object, H extends object>(
  vault: UserVault,
  kind: RecordKind<F, H>,
  id: string,
  fields: F,
): Promise<VaultRecord<F> | null> {
  const current = await readState(vault.database, vault, kind, id);
  if (current === null) return null;
  const record = readable(current.record);
  // Of a record that was changed since nobody can say any more what it was made of.
  const wasChanged = record.updatedAt !== record.createdAt;
  const isSame = JSON.stringify(kind.fields.parse(fieldsOf(record))) === JSON.stringify(fields);
  if ((wasChanged || isSame) && !current.isTrashed) return record;
  throw new AppError("conflict", {
    detail: "This Idempotency-Key was used already, for other content or for what is in the trash.",
    members: { id },
  });
}

/**
 * Changes some fields: a JSON merge patch (RFC 7396), in which null takes a field back to its default.
 *
 * @throws AppError `not_found`, `rev_mismatch`, `record_unreadable`, or `invalid_request` when the outcome is no valid
 * record.
 */
export async function patchRecord<F extends object, H extends object>(
  vault: UserVault,
  kind: RecordKind<F, H>,
  id: string,
  { patch, ...write }: Write & { patch: object },
): Promise<VaultRecord<F>> {
  return inChange(vault, async (change) => {
    const current = await readState(change, vault, kind, id);
    if (current === null || current.isTrashed) throw new AppError("not_found");
    assertGuard(write.guard, current);
    const merged = Object.entries({ ...fieldsOf(readable(current.record)), ...patch }).filter(
      ([, value]) => value !== null,
    );
    const fields = kind.fields.safeParse(Object.fromEntries(merged));
    if (!fields.success) throw invalidRequest("body", fields.error);
    return writeState(change, vault, kind, id, {
      ...write,
      current,
      fields: fields.data,
      mayCoalesce: typeof write.guard === "object",
    });
  });
}

/** Moves a record to the trash, from which it is deleted after 30 days. */
export async function trashRecord<F extends object, H extends object>(
  vault: UserVault,
  kind: RecordKind<F, H>,
  id: string,
  { guard, now, onUnreadable }: Write,
): Promise<void> {
  await inChange(vault, async (change) => {
    const current = await readState(change, vault, kind, id);
    if (current === null || current.isTrashed) throw new AppError("not_found");
    assertGuard(guard, current);
    if (current.record === null) onUnreadable?.();
    const row =
      current.record === null
        ? { ...current.row, rev: change.rev }
        : kind.table.sealRow(vault.keys, current.row.id, change.rev, current.record);
    const purgeAfter = addDays(now.toISOString().slice(0, 10), TRASH_DAYS);
    await change.put(kind.table, { ...row, purgeAfter }, current.row);
  });
}

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

/** An earlier state of a record, as its row holds it; null when that does not open. */
function versionIn<F extends object, H extends object>(
  { keys }: UserVault,
  kind: RecordKind<F, H>,
  id: string,
  row: StoredRow,
): VaultRecord<F> | null {
  return ifOpens(() => {
    const version = versionTable.openRow(keys, row);
    // No box holds the blind column: somebody may have put the state under another record.
    if (version.kind !== kind.kind || version.recordId !== id) throw new DecryptionError();
    const { createdAt, updatedAt } = version;
    const fields = kind.fields.parse(version.fields);
    return toRecord({ ...fields, createdAt, updatedAt }, { id: uuidToBytes(id), rev: row.rev });
  });
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

/** A record as it is now, in the trash or not; null in place of one that does not open. */
interface State<F> {
  readonly row: StoredRow;
  readonly record: VaultRecord<F> | null;
  readonly isTrashed: boolean;
}

async function readState<F extends object, H extends object>(
  { execute }: { readonly execute: Execute },
  { keys }: UserVault,
  { table }: RecordKind<F, H>,
  id: string,
): Promise<State<F> | null> {
  const row = await findRow(execute, table, keys.ownerId, uuidToBytes(id));
  if (row === null) return null;
  const record = ifOpens(() => toRecord(table.openRow(keys, row), row));
  return { row, record, isTrashed: row.purgeAfter !== null };
}

function readable<F>(record: VaultRecord<F> | null): VaultRecord<F> {
  if (record === null) throw new AppError("record_unreadable");
  return record;
}

interface StateWrite<F> extends Write {
  readonly current: State<F> | null;
  readonly fields: F;
  /** When the record was made, where what is there does not say. */
  readonly createdAt?: string;
  readonly mayCoalesce: boolean;
}

async function writeState<F extends object, H extends object>(
  change: Change,
  vault: UserVault,
  kind: RecordKind<F, H>,
  id: string,
  write: StateWrite<F>,
): Promise<VaultRecord<F>> {
  const { current, fields } = write;
  const record = current?.record ?? null;
  if (record !== null) await keepState(change, vault, kind, record, write);
  else if (current !== null) write.onUnreadable?.();
  const updatedAt = write.now.toISOString();
  const createdAt = record?.createdAt ?? write.createdAt ?? updatedAt;
  const content = { ...fields, createdAt, updatedAt };
  const row = kind.table.sealRow(vault.keys, uuidToBytes(id), change.rev, content);
  await change.put(kind.table, row, current?.row ?? null);
  change.noteMonth(kind.table.table, kind.dayOf(fields).slice(0, 7));
  return toRecord(content, row);
}

async function keepState<F extends object, H extends object>(
  { execute, put }: Change,
  vault: UserVault,
  kind: RecordKind<F, H>,
  record: VaultRecord<F>,
  write: StateWrite<F>,
): Promise<void> {
  const { keys } = vault;
  const { id, rev, createdAt, updatedAt } = record;
  const fields = { ...fieldsOf(record) };
  const recordKeys = versionTable.blindValues(keys, "recordKey", recordKey(kind.kind, id));
  const statesFrom = (under: readonly Uint8Array[]) =>
    listVersions(execute, versionTable, keys.ownerId, {
      recordKeys: under,
      before: rev + 1,
      limit: under.length,
    });
  const [last, ...others] = await statesFrom(recordKeys);
  let before: StoredRow | null = null;
  if (last?.rev === rev) {
    // Somebody put the row back in the database, to a state that was kept when it was written over. There may be one
    // under the blind value of each key.
    const same = [last, ...others].filter((row) => row.rev === rev);
    if (same.some((row) => versionIn(vault, kind, id, row) !== null)) return;
    const [current] = await statesFrom(recordKeys.slice(0, 1));
    before = current?.rev === rev ? current : last;
  } else if (write.mayCoalesce) {
    const lastKept = last && ifOpens(() => versionTable.openHead(keys, last));
    if (isSameSitting(lastKept?.keptAt, write.now, fields, write.fields)) return;
  }
  const row = versionTable.sealRow(keys, before?.id ?? randomBytes(16), rev, {
    kind: kind.kind,
    recordId: id,
    keptAt: write.now.toISOString(),
    createdAt,
    updatedAt,
    fields,
  });
  await put(versionTable, row, before);
}

function assertGuard<F>(guard: Guard, current: State<F> | null): void {
  if (guard === undefined) return;
  const visible = current === null || current.isTrashed ? null : current;
  const holds =
    guard === "absent"
      ? visible === null
      : guard === "present"
        ? visible !== null
        : visible?.row.rev === guard.rev;
  if (holds) return;
  throw new AppError("rev_mismatch", {
    members: { current: visible && readable(visible.record) },
  });
}

/** A record as the API shows it, from what its row held. */
export function toRecord<F extends object>(
  content: F & Times,
  row: Pick<StoredRow, "id" | "rev">,
): VaultRecord<F> {
  return { ...content, id: bytesToUuid(row.id), rev: row.rev };
}

function fieldsOf<F extends object>(record: VaultRecord<F>): object {
  const { id: _id, rev: _rev, createdAt: _createdAt, updatedAt: _updatedAt, ...fields } = record;
  return fields;
}
