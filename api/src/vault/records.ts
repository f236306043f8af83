import type * as z from "zod";
import type { Guard } from "../contract/endpoint.ts";
import { AppError, invalidRequest } from "../contract/errors.ts";
import { DecryptionError } from "../crypto/decryption-error.ts";
import { randomBytes, randomUUID } from "../crypto/random.ts";
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

/** @throws AppError `not_found` when there is none, it is in the trash, or it is another person's. */
export async function getRecord<F extends object, H extends object>(
  { database, keys }: UserVault,
  kind: RecordKind<F, H>,
  id: string,
): Promise<VaultRecord<F>> {
  const row = await findRow(database.execute, kind.table, keys.ownerId, uuidToBytes(id));
  if (row?.purgeAfter !== null) throw new AppError("not_found");
  return toRecord(kind.table.openRow(keys, row), row);
}

/**
 * Creates a record, or replaces what is there.
 *
 * @throws AppError `rev_mismatch`, with the record as it is, when `guard` does not hold.
 */
export async function putRecord<F extends object, H extends object>(
  vault: UserVault,
  kind: RecordKind<F, H>,
  id: string,
  { fields, guard, now }: { fields: F; guard: Guard; now: Date },
): Promise<{ record: VaultRecord<F>; isNew: boolean }> {
  return inChange(vault, async (change) => {
    const current = await readState(change, vault, kind, id);
    assertGuard(guard, current);
    const record = await writeState(change, vault, kind, id, {
      current,
      fields,
      now,
      mayCoalesce: typeof guard === "object",
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
  { database, keys }: UserVault,
  { table, fields: schema }: RecordKind<F, H>,
  id: string,
  fields: F,
): Promise<VaultRecord<F> | null> {
  const row = await findRow(database.execute, table, keys.ownerId, uuidToBytes(id));
  if (row === null) return null;
  const record = toRecord(table.openRow(keys, row), row);
  // Of a record that was changed since nobody can say any more what it was made of.
  const wasChanged = record.updatedAt !== record.createdAt;
  const isSame = JSON.stringify(schema.parse(fieldsOf(record))) === JSON.stringify(fields);
  if ((wasChanged || isSame) && row.purgeAfter === null) return record;
  throw new AppError("conflict", {
    detail: "This Idempotency-Key was used already, for other content or for what is in the trash.",
    members: { id },
  });
}

/**
 * Changes some fields: a JSON merge patch (RFC 7396), in which null takes a field back to its default.
 *
 * @throws AppError `not_found`, `rev_mismatch`, or `invalid_request` when the outcome is no valid record.
 */
export async function patchRecord<F extends object, H extends object>(
  vault: UserVault,
  kind: RecordKind<F, H>,
  id: string,
  { patch, guard, now }: { patch: object; guard: Guard; now: Date },
): Promise<VaultRecord<F>> {
  return inChange(vault, async (change) => {
    const current = await readState(change, vault, kind, id);
    if (current === null || current.isTrashed) throw new AppError("not_found");
    assertGuard(guard, current);
    const merged = Object.entries({ ...fieldsOf(current.record), ...patch }).filter(
      ([, value]) => value !== null && value !== undefined,
    );
    const fields = kind.fields.safeParse(Object.fromEntries(merged));
    if (!fields.success) throw invalidRequest("body", fields.error);
    return writeState(change, vault, kind, id, {
      current,
      fields: fields.data,
      now,
      mayCoalesce: typeof guard === "object",
    });
  });
}

/** Moves a record to the trash, from which it is deleted after 30 days. */
export async function trashRecord<F extends object, H extends object>(
  vault: UserVault,
  kind: RecordKind<F, H>,
  id: string,
  { guard, now }: { guard: Guard; now: Date },
): Promise<void> {
  await inChange(vault, async (change) => {
    const current = await readState(change, vault, kind, id);
    if (current === null || current.isTrashed) throw new AppError("not_found");
    assertGuard(guard, current);
    const row = kind.table.sealRow(vault.keys, uuidToBytes(id), change.rev, current.content);
    const purgeAfter = addDays(now.toISOString().slice(0, 10), TRASH_DAYS);
    await change.put(kind.table, { ...row, purgeAfter }, current.row);
  });
}

/**
 * Earlier states of a record, newest first, from below the revision `before`: at most `limit`, and fewer when they are
 * large. `hasMore` says whether there are older ones.
 */
export async function listRecordVersions<F extends object, H extends object>(
  vault: UserVault,
  kind: RecordKind<F, H>,
  id: string,
  { before, limit }: { before: number; limit: number },
): Promise<{ versions: VaultRecord<F>[]; hasMore: boolean }> {
  await getRecord(vault, kind, id);
  const recordKeys = versionTable.blindValues(vault.keys, "recordKey", recordKey(kind.kind, id));
  const { execute } = vault.database;
  const rows: StoredRow[] = [];
  const atOnce = Math.min(limit + 1, MAX_VERSIONS_AT_ONCE);
  let isLast = false;
  for (let bytes = 0; !isLast && rows.length <= limit && bytes < MAX_ANSWER_BYTES;) {
    const range = { recordKeys, before: rows.at(-1)?.rev ?? before, limit: atOnce };
    const batch = await listVersions(execute, versionTable, vault.keys.ownerId, range);
    rows.push(...batch);
    for (const row of batch) bytes += row.bytes["sealed"]?.length ?? 0;
    isLast = batch.length < atOnce;
  }
  const versions = rows.slice(0, limit).map((row) => {
    const version = versionTable.openRow(vault.keys, row);
    // No box holds the blind column: somebody may have put the state under another record.
    if (version.kind !== kind.kind || version.recordId !== id) throw new DecryptionError();
    const { fields, createdAt, updatedAt } = version;
    return toRecord(
      { ...kind.fields.parse(fields), createdAt, updatedAt },
      { ...row, id: uuidToBytes(id) },
    );
  });
  return { versions, hasMore: rows.length > limit || !isLast };
}

/**
 * Writes an earlier state again, as the newest.
 *
 * @throws AppError `not_found` when the record or that state of it is not there.
 */
export async function restoreRecord<F extends object, H extends object>(
  vault: UserVault,
  kind: RecordKind<F, H>,
  id: string,
  { rev, guard, now }: { rev: number; guard: Guard; now: Date },
): Promise<VaultRecord<F>> {
  const range = { before: rev + 1, limit: 1 };
  const [state] = (await listRecordVersions(vault, kind, id, range)).versions;
  if (state?.rev !== rev)
    throw new AppError("not_found", { detail: "There is no such earlier state." });
  return inChange(vault, async (change) => {
    const current = await readState(change, vault, kind, id);
    if (current === null || current.isTrashed) throw new AppError("not_found");
    assertGuard(guard, current);
    const fields = kind.fields.parse(fieldsOf(state));
    return writeState(change, vault, kind, id, { current, fields, now, mayCoalesce: false });
  });
}

/** A record as it is now, in the trash or not. */
interface State<F> {
  readonly row: StoredRow;
  readonly content: F & Times;
  readonly record: VaultRecord<F>;
  readonly isTrashed: boolean;
}

async function readState<F extends object, H extends object>(
  { execute }: Change,
  { keys }: UserVault,
  { table }: RecordKind<F, H>,
  id: string,
): Promise<State<F> | null> {
  const row = await findRow(execute, table, keys.ownerId, uuidToBytes(id));
  if (row === null) return null;
  const content = table.openRow(keys, row);
  return { row, content, record: toRecord(content, row), isTrashed: row.purgeAfter !== null };
}

async function writeState<F extends object, H extends object>(
  change: Change,
  vault: UserVault,
  kind: RecordKind<F, H>,
  id: string,
  write: { current: State<F> | null; fields: F; now: Date; mayCoalesce: boolean },
): Promise<VaultRecord<F>> {
  const { current, fields, now } = write;
  if (current !== null) await keepState(change, vault, kind.kind, current, write);
  const updatedAt = now.toISOString();
  const content = { ...fields, createdAt: current?.content.createdAt ?? updatedAt, updatedAt };
  const row = kind.table.sealRow(vault.keys, uuidToBytes(id), change.rev, content);
  await change.put(kind.table, row, current?.row ?? null);
  change.noteMonth(kind.table.table, kind.dayOf(fields).slice(0, 7));
  return toRecord(content, row);
}

async function keepState<F extends object>(
  { execute, put }: Change,
  { keys }: UserVault,
  kind: string,
  { record, content }: State<F>,
  write: { fields: F; now: Date; mayCoalesce: boolean },
): Promise<void> {
  const { createdAt, updatedAt } = content;
  const version = {
    kind,
    recordId: record.id,
    keptAt: write.now.toISOString(),
    createdAt,
    updatedAt,
  };
  const fields = { ...fieldsOf(record) };
  if (write.mayCoalesce) {
    const recordKeys = versionTable.blindValues(keys, "recordKey", recordKey(kind, record.id));
    const range = { recordKeys, before: record.rev, limit: 1 };
    const [last] = await listVersions(execute, versionTable, keys.ownerId, range);
    const lastKeptAt = last && versionTable.openHead(keys, last).keptAt;
    if (isSameSitting(lastKeptAt, write.now, fields, write.fields)) return;
  }
  const row = versionTable.sealRow(keys, randomBytes(16), record.rev, { ...version, fields });
  await put(versionTable, row, null);
}

function assertGuard<F>(guard: Guard, current: State<F> | null): void {
  if (guard === undefined) return;
  const visible = current === null || current.isTrashed ? null : current.record;
  const holds =
    guard === "absent"
      ? visible === null
      : guard === "present"
        ? visible !== null
        : visible?.rev === guard.rev;
  if (!holds) throw new AppError("rev_mismatch", { members: { current: visible } });
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
