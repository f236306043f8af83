import { AppError } from "../contract/errors.ts";
import { bytesToUuid } from "../lib/ids.ts";
import { inChange } from "./head.ts";
import { readState, writeState, fieldsOf, type RecordKind } from "./record-state.ts";
import { listSealed } from "./statements.ts";
import type { UserVault } from "./user-vault.ts";

interface Placed {
  readonly position: number;
  readonly archived: boolean;
}

/**
 * Gives the records of a kind the places of their ids in `ids`, in one change. Archived ones may be named or left out;
 * a record that stands where it should is not written, and
 * where all do nothing is changed.
 *
 * @throws AppError `invalid_request` unless `ids` names each record that is not archived, and each once.
 */
export async function reorderRecords<F extends Placed, H extends Placed>(
  vault: UserVault,
  kind: RecordKind<F, H>,
  ids: readonly string[],
  now: Date,
): Promise<void> {
  await inChange(vault, async (change) => {
    const there = new Map<string, H>();
    for await (const rows of listSealed(change.execute, kind.table, vault.keys.ownerId)) {
      for (const row of rows) {
        if (row.purgeAfter === null)
          there.set(bytesToUuid(row.id), kind.table.openHead(vault.keys, row));
      }
    }
    assertAll(ids, there);
    if (ids.every((id, position) => there.get(id)?.position === position)) {
      change.cancel();
      return;
    }
    for (const [position, id] of ids.entries()) {
      if (there.get(id)?.position === position) continue;
      const current = await readState(change, vault, kind, id);
      const record = current?.record ?? null;
      if (record === null) continue;
      const fields = kind.fields.parse({ ...fieldsOf(record), position });
      await writeState(change, vault, kind, id, {
        guard: undefined,
        now,
        current,
        fields,
        mayCoalesce: true,
      });
    }
  });
}

function assertAll(ids: readonly string[], there: ReadonlyMap<string, Placed>): void {
  const named = new Set(ids);
  const fault = (message: string) =>
    new AppError("invalid_request", { errors: [{ path: "body.ids", message }] });
  if (named.size !== ids.length) throw fault("must not name one twice");
  const foreign = ids.find((id) => !there.has(id));
  if (foreign !== undefined) throw fault(`names ${foreign}, which is not there`);
  const missing = [...there].find(([id, { archived }]) => !archived && !named.has(id));
  if (missing !== undefined)
    throw fault(`must name each that is not archived: ${missing[0]} is missing`);
}
