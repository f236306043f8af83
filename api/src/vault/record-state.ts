import type * as z from "zod";
import type { Guard } from "../contract/endpoint.ts";
import type { KindName } from "../contract/record.ts";
import { AppError } from "../contract/errors.ts";
import { DecryptionError, ifOpens } from "../crypto/decryption-error.ts";
import { randomBytes } from "../crypto/random.ts";
import type { Execute } from "../lib/database.ts";
import { bytesToUuid, uuidToBytes } from "../lib/ids.ts";
import type { Change } from "./head.ts";
import { findRow, listHeads, listVersions } from "./statements.ts";
import type { StoredRow, Table, Times } from "./table.ts";
import type { UserVault } from "./user-vault.ts";
import { isSameSitting, recordKey, versionTable } from "./versions.ts";

/** An answer that holds several records ends early rather than be much larger than this. */
export const MAX_ANSWER_BYTES = 8 * 1024 * 1024;

/** One kind of record: its name in paths, its fields, its table, and the day it belongs to, where it is of one. */
export interface RecordKind<F extends object, H extends object> {
  readonly kind: KindName;
  readonly fields: z.ZodType<F>;
  readonly table: Table<F, H>;
  readonly dayOf: ((fields: F) => string) | null;
  /** What a record belongs to: where it is put, that has to be there, out of the trash, whether it opens or not. */
  readonly parent?: { readonly table: Table; readonly idIn: (fields: F) => string };
  /** What of a record is searched; absent for kinds that nobody writes a text in. It may miss fields of today. */
  readonly searched?: (fields: Partial<F>) => Searched;
  /** Where the record stands in a list, begun by its day if it has one: text that sorts in ascending order. */
  readonly sortKey: (head: H & Times) => string;
}

/** What a record is found by. */
export interface Searched {
  /** What it is called. */
  readonly title?: string | undefined;
  /** Everything else that somebody wrote in it. */
  readonly texts: readonly (string | undefined)[];
  readonly tags?: readonly string[] | undefined;
  /** The pillars that it is about. */
  readonly pillarIds?: readonly (string | null | undefined)[] | undefined;
}

/** A record as the API shows it. */
export type VaultRecord<F> = F & Times & { readonly id: string; readonly rev: number };

/** How a record is changed, besides by what. */
export interface Write {
  readonly guard: Guard;
  readonly now: Date;
  /** Hears that the record as it was does not open: its writing or trashing leaves no earlier state. */
  readonly onUnreadable?: (() => void) | undefined;
}

/** A record as it is now, in the trash or not; null in place of one that does not open. */
export interface State<F> {
  readonly row: StoredRow;
  readonly record: VaultRecord<F> | null;
  readonly isTrashed: boolean;
}

export async function readState<F extends object, H extends object>(
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

export function readable<T>(record: T | null): T {
  if (record === null) throw new AppError("record_unreadable");
  return record;
}

export function assertGuard<F>(guard: Guard, current: State<F> | null): void {
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

/** @throws AppError `not_found` when what the record belongs to is not there. */
export async function assertParent<F extends object, H extends object>(
  { execute }: Change,
  { keys }: UserVault,
  { parent }: RecordKind<F, H>,
  fields: F,
): Promise<void> {
  if (parent === undefined) return;
  const row = await findRow(execute, parent.table, keys.ownerId, uuidToBytes(parent.idIn(fields)));
  if (row?.purgeAfter !== null) throw new AppError("not_found");
}

/** The id of the record that has this natural key and is not in the trash, or null. */
export async function holderOf<F extends object, H extends object>(
  { execute }: { readonly execute: Execute },
  { keys }: UserVault,
  { table }: RecordKind<F, H>,
  key: string | null,
): Promise<string | null> {
  const { naturalColumn, naturalKeyIn } = table;
  if (naturalColumn === null || naturalKeyIn === null || key === null) return null;
  const values = table.blindValues(keys, naturalColumn, key);
  const rows = await listHeads(execute, table, naturalColumn, keys.ownerId, values);
  // No box holds the blind column: somebody may have put another record under this key. One that does not open is
  // taken for the one that is sought, which is how it can be written over.
  const holder = rows.find((row) => (ifOpens(() => naturalKeyIn(keys, row)) ?? key) === key);
  return holder === undefined ? null : bytesToUuid(holder.id);
}

/** @throws AppError `conflict`, with the other's id, when another record has the natural key of `fields`. */
export async function assertFree<F extends object, H extends object>(
  change: Change,
  vault: UserVault,
  kind: RecordKind<F, H>,
  id: string,
  fields: F,
): Promise<void> {
  const holder = await holderOf(change, vault, kind, kind.table.naturalKey(fields));
  if (holder !== null && holder !== id) throw alreadyThere(holder);
}

interface StateWrite<F> extends Write {
  readonly current: State<F> | null;
  readonly fields: F;
  /** When the record was made, where what is there does not say. */
  readonly createdAt?: string;
  readonly mayCoalesce: boolean;
}

export async function writeState<F extends object, H extends object>(
  change: Change,
  vault: UserVault,
  kind: RecordKind<F, H>,
  id: string,
  write: StateWrite<F>,
): Promise<VaultRecord<F>> {
  const { current, fields } = write;
  const record = current?.record ?? null;
  // Nobody else has the key that it had already.
  const before = current?.isTrashed === false && record !== null ? record : null;
  if (before === null || kind.table.naturalKey(before) !== kind.table.naturalKey(fields)) {
    await assertFree(change, vault, kind, id, fields);
  }
  if (record !== null) await keepState(change, vault, kind, record, write);
  else if (current !== null) write.onUnreadable?.();
  const updatedAt = write.now.toISOString();
  const createdAt = record?.createdAt ?? write.createdAt ?? updatedAt;
  const content = { ...fields, createdAt, updatedAt };
  const row = kind.table.sealRow(vault.keys, uuidToBytes(id), change.takeRev(), content);
  await change.put(kind.table, row, current?.row ?? null);
  if (kind.dayOf !== null) change.noteMonth(kind.table.table, kind.dayOf(fields).slice(0, 7));
  return toRecord(content, row);
}

const alreadyThere = (id: string) =>
  new AppError("conflict", {
    detail: "There is one of this kind already. Change that one, which `id` names.",
    members: { id },
  });

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

/** An earlier state of a record, as its row holds it; null when that does not open. */
export function versionIn<F extends object, H extends object>(
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

/** A record as the API shows it, from what its row held. */
export function toRecord<F extends object>(
  content: F & Times,
  row: Pick<StoredRow, "id" | "rev">,
): VaultRecord<F> {
  return { ...content, id: bytesToUuid(row.id), rev: row.rev };
}

/** Whether a record that opens has these fields, whatever its revision and times are. */
export function isSameContent<F extends object, H extends object>(
  kind: RecordKind<F, H>,
  record: VaultRecord<F> | null,
  fields: F,
): boolean {
  if (record === null) return false;
  // Parsed, its fields are in the order of those of a request.
  return JSON.stringify(kind.fields.parse(fieldsOf(record))) === JSON.stringify(fields);
}

export function fieldsOf<F extends object>(record: VaultRecord<F>): object {
  const { id: _id, rev: _rev, createdAt: _createdAt, updatedAt: _updatedAt, ...fields } = record;
  return fields;
}
