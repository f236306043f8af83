import type { Guard } from "../contract/endpoint.ts";
import { AppError, invalidRequest } from "../contract/errors.ts";
import { ifOpens } from "../crypto/decryption-error.ts";
import { randomUUID } from "../crypto/random.ts";
import { addDays } from "../lib/day.ts";
import { asUuid, uuidToBytes } from "../lib/ids.ts";
import { inChange, type Change } from "./head.ts";
import {
  assertGuard,
  assertParent,
  fieldsOf,
  holderOf,
  isSameContent,
  readable,
  readState,
  writeState,
  type RecordKind,
  type State,
  type VaultRecord,
  type Write,
} from "./record-state.ts";
import { asText } from "./pages.ts";
import { findRow } from "./statements.ts";
import type { UserVault } from "./user-vault.ts";
import type { Verbatim } from "./verbatim.ts";

const TRASH_DAYS = 30;

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

/** {@link getRecord} for whoever only hands it on: it is not read. */
export async function getText<F extends object, H extends object>(
  { database, keys }: UserVault,
  { table }: RecordKind<F, H>,
  id: string,
): Promise<Verbatim> {
  const row = await findRow(database.execute, table, keys.ownerId, uuidToBytes(id));
  if (row?.purgeAfter !== null) throw new AppError("not_found");
  return readable(ifOpens(() => asText(keys, table, row, table.readHead(keys, row))));
}

/**
 * Creates a record, or replaces what is there, even when that does not open.
 *
 * @throws AppError `not_found` when what it belongs to is not there; `rev_mismatch`, with the record as it is, when `guard` does not hold; `record_unreadable` when it does
 * not open either; `conflict`, with the other's id, when another record has the same natural key.
 */
export async function putRecord<F extends object, H extends object>(
  vault: UserVault,
  kind: RecordKind<F, H>,
  id: string,
  { fields, ...write }: Write & { fields: F },
): Promise<{ record: VaultRecord<F>; isNew: boolean }> {
  return inChange(vault, (change) => putWithin(change, vault, kind, id, { fields, ...write }));
}

/** {@link putRecord} of the record that has the natural key of `fields`, under an id of ours when there is none. */
export async function putNatural<F extends object, H extends object>(
  vault: UserVault,
  kind: RecordKind<F, H>,
  { fields, ...write }: Write & { fields: F },
): Promise<{ record: VaultRecord<F>; isNew: boolean }> {
  return inChange(vault, async (change) => {
    const id = await holderOf(change, vault, kind, kind.table.naturalKey(fields));
    return putWithin(change, vault, kind, id ?? randomUUID(), { fields, ...write });
  });
}

/** The id of the record that has this natural key and is not in the trash, or null. */
export async function findNatural<F extends object, H extends object>(
  vault: UserVault,
  kind: RecordKind<F, H>,
  key: string,
): Promise<string | null> {
  return holderOf(vault.database, vault, kind, key);
}

async function putWithin<F extends object, H extends object>(
  change: Change,
  vault: UserVault,
  kind: RecordKind<F, H>,
  id: string,
  { fields, ...write }: Write & { fields: F },
): Promise<{ record: VaultRecord<F>; isNew: boolean }> {
  await assertParent(change, vault, kind, fields);
  const current = await readState(change, vault, kind, id);
  assertGuard(write.guard, current);
  const record = await writeState(change, vault, kind, id, {
    ...write,
    current,
    fields,
    mayCoalesce: typeof write.guard === "object",
  });
  return { record, isNew: current === null || current.isTrashed };
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
  if ((wasChanged || isSameContent(kind, record, fields)) && !current.isTrashed) return record;
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
  write: Write & { patch: object },
): Promise<VaultRecord<F>> {
  return inChange(vault, (change) => patchWithin(change, vault, kind, id, write));
}

/** {@link patchRecord} as part of a change. */
export async function patchWithin<F extends object, H extends object>(
  change: Change,
  vault: UserVault,
  kind: RecordKind<F, H>,
  id: string,
  { patch, ...write }: Write & { patch: object },
): Promise<VaultRecord<F>> {
  const current = await readVisible(change, vault, kind, id, write.guard);
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
}

/** Moves a record to the trash, from which it is deleted after 30 days. Answers with the revision that it took. */
export async function trashRecord<F extends object, H extends object>(
  vault: UserVault,
  kind: RecordKind<F, H>,
  id: string,
  write: Write,
): Promise<number> {
  return inChange(vault, (change) => trashWithin(change, vault, kind, id, write));
}

/** {@link trashRecord} as part of a change. */
export async function trashWithin<F extends object, H extends object>(
  change: Change,
  vault: UserVault,
  kind: RecordKind<F, H>,
  id: string,
  { guard, now, onUnreadable }: Write,
): Promise<number> {
  const current = await readVisible(change, vault, kind, id, guard);
  if (current.record === null) onUnreadable?.();
  const rev = change.takeRev();
  const row =
    current.record === null
      ? { ...current.row, rev }
      : kind.table.sealRow(vault.keys, current.row.id, rev, current.record);
  const purgeAfter = addDays(now.toISOString().slice(0, 10), TRASH_DAYS);
  await change.put(kind.table, { ...row, purgeAfter }, current.row);
  return rev;
}

/**
 * A record that is there, out of the trash, as `guard` says.
 *
 * @throws AppError `not_found`, or `rev_mismatch` as {@link putRecord}.
 */
export async function readVisible<F extends object, H extends object>(
  from: Pick<Change, "execute">,
  vault: UserVault,
  kind: RecordKind<F, H>,
  id: string,
  guard: Guard,
): Promise<State<F>> {
  const current = await readState(from, vault, kind, id);
  if (current === null || current.isTrashed) throw new AppError("not_found");
  assertGuard(guard, current);
  return current;
}
