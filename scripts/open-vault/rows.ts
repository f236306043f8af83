import { z } from "zod";
import { boxVersion, open } from "../../api/src/crypto/box.ts";
import { DecryptionError } from "../../api/src/crypto/decryption-error.ts";
import { bytesToUuid } from "../../api/src/lib/ids.ts";
import { type DataKeys, Unopened } from "./keys.ts";
import type { Column, Row } from "./sql-dump.ts";

/** A row of the vault, as far as it opened. */
export interface OpenedRow {
  readonly table: string;
  /** In hex. */
  readonly owner: string;
  readonly id: string;
  readonly rev: number;
  /** The day after which it is deleted for good, when it is in the trash. */
  readonly purgeAfter: string | null;
  /** What was in its boxes. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** The boxes that stayed shut, and why. */
  readonly unopened: readonly { readonly box: string; readonly why: string }[];
}

const DEK_ID = { start: 6, end: 22 } as const;
const CLEAR = new Set(["owner_id", "id", "rev", "purge_after"]);
const Content = z.record(z.string(), z.unknown());

/**
 * The columns that hold boxes: of a table that says whose its rows are and which revision, the columns of a blob
 * type; where types are unknown, all that are neither clear nor a blind index. Empty for every other table.
 */
export function boxColumns(columns: readonly Column[]): string[] {
  const names = new Set(columns.map(({ name }) => name));
  if (!names.has("owner_id") || !names.has("rev")) return [];
  return columns
    .filter(({ name, type }) =>
      type === undefined ? !CLEAR.has(name) && !name.endsWith("_key") : type.endsWith("blob"),
    )
    .map(({ name }) => name);
}

/** Opens each box of a row. A box that does not open is no error here: it is in `unopened`. */
export function openRow(row: Row, keys: DataKeys): OpenedRow {
  const ownerId = row.value("owner_id") ?? Buffer.alloc(0);
  // The owner's head has no id of its own.
  const rowId = row.columns.some(({ name }) => name === "id") ? row.value("id") : ownerId;
  const rev = Number(row.value("rev"));
  const place = { table: row.table, ownerId, rowId: rowId ?? Buffer.alloc(0), rev };
  let fields = {};
  const unopened: { box: string; why: string }[] = [];
  for (const column of boxColumns(row.columns)) {
    try {
      fields = { ...fields, ...openBox(row.value(column), { ...place, box: camel(column) }, keys) };
    } catch (error) {
      if (!(error instanceof Unopened)) throw error;
      unopened.push({ box: column, why: error.message });
    }
  }
  return {
    table: row.table,
    owner: ownerId.toString("hex"),
    id: bytesToUuid(place.rowId),
    rev,
    purgeAfter: row.value("purge_after")?.toString("latin1") ?? null,
    fields,
    unopened,
  };
}

interface Place {
  readonly table: string;
  readonly box: string;
  readonly ownerId: Buffer;
  readonly rowId: Buffer;
  readonly rev: number;
}

function openBox(box: Buffer | null, place: Place, keys: DataKeys): object {
  if (!Number.isSafeInteger(place.rev) || place.rev < 0) {
    throw new Unopened("its revision is no number");
  }
  try {
    if (box === null) throw new DecryptionError();
    const dekId = box.subarray(DEK_ID.start, DEK_ID.end);
    const key = keys.find(place.ownerId, boxVersion(box), dekId);
    return Content.parse(JSON.parse(open(key, place, box).toString("utf8")));
  } catch (error) {
    if (error instanceof Unopened) throw error;
    throw new Unopened("it was altered, or does not lie where it was sealed", { cause: error });
  }
}

/** Boxes are bound to their names in the declaration of the table, which SQL writes with underscores. */
function camel(column: string): string {
  return column.replace(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase());
}
