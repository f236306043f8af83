import type { RowDataPacket } from "mysql2/promise";
import { boxVersion, open } from "../../api/src/crypto/box.ts";
import { ifOpens } from "../../api/src/crypto/decryption-error.ts";
import { bytesToUuid, hex, uuidToBytes } from "../../api/src/lib/ids.ts";
import { listPlatformBoxes } from "../../api/src/platform/boxes.ts";
import { asSystem } from "../../api/src/platform/tenancy.ts";
import { readRows } from "../../api/src/vault/rotation/statements.ts";
import { listRevs } from "../../api/src/vault/statements.ts";
import { RECORD_TABLES as TABLE_NAMES } from "../../api/src/vault/tables.ts";
import type { UserVault } from "../../api/src/vault/user-vault.ts";
import type { Installation } from "../keys/installation.ts";

/** A row can be a megabyte. */
const ROWS_AT_ONCE = 16;

/** What was opened of a table, by the version of the data key. */
export type Opened = Map<string, Map<number, number>>;

export interface Sample {
  readonly opened: Opened;
  /** `table id of owner` of each row that did not open. */
  readonly unopened: string[];
}

/**
 * Opens every n-th row of an owner in every table, and one of each version of their data key in each, as well as what the
 * platform holds under their keys.
 */
export async function openSample(
  { platform, tables }: Installation,
  vault: UserVault,
  userId: string,
  every: number,
  sample: Sample,
): Promise<void> {
  const { database, keys } = vault;
  const owner = hex(keys.ownerId);
  for (const table of tables) {
    const name = TABLE_NAMES.find((each) => each === table.table);
    if (name === undefined) throw new Error(`the vault has no table ${table.table}`);
    const ids = new Map<string, Uint8Array>();
    let place = 0;
    for await (const rows of listRevs(database.execute, name, keys.ownerId)) {
      for (const { id } of rows) if (place++ % every === 0) ids.set(hex(id), id);
    }
    if (place === 0) continue;
    // The version is in the header of a box, after its two first bytes.
    const versions = await database.execute<RowDataPacket[]>(
      `SELECT MIN(id) AS id FROM ${name} WHERE owner_id = ? GROUP BY SUBSTR(sealed, 3, 4)`,
      [keys.ownerId],
    );
    for (const row of versions) ids.set(hex(row["id"] as Uint8Array), row["id"] as Uint8Array);
    const wanted = [...ids.values()];
    for (let from = 0; from < wanted.length; from += ROWS_AT_ONCE) {
      const part = wanted.slice(from, from + ROWS_AT_ONCE);
      for (const row of await readRows(database.execute, table, keys.ownerId, part)) {
        const opens = ifOpens(() => table.openRow(keys, row)) !== null;
        if (opens) count(sample.opened, name, boxVersion(row.bytes["sealed"] ?? new Uint8Array()));
        else sample.unopened.push(`${name} ${bytesToUuid(row.id)} of ${owner}`);
      }
    }
  }
  for (const { table, box, rowId, rev, sealed } of await asSystem(() =>
    listPlatformBoxes(platform, userId),
  )) {
    const place = {
      table,
      box,
      ownerId: keys.ownerId,
      rowId: uuidToBytes(rowId),
      rev: Number(rev),
    };
    const version = ifOpens(() => {
      const under = boxVersion(sealed);
      open(keys.ofVersion(under), place, sealed).fill(0);
      return under;
    });
    if (version === null) sample.unopened.push(`${table} ${rowId} of ${owner}`);
    else count(sample.opened, table, version);
  }
}

function count(opened: Opened, table: string, version: number): void {
  const versions = opened.get(table) ?? new Map<number, number>();
  opened.set(table, versions.set(version, (versions.get(version) ?? 0) + 1));
}
