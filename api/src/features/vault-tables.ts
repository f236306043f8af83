import type { Table } from "../vault/table.ts";
import type { RecordTable } from "../vault/tables.ts";
import { versionTable } from "../vault/versions.ts";
import { entryTable } from "./entries/table.ts";

/**
 * Every table of the vault that holds records. One that is missing here does not compile, since the list is that of the
 * database's models.
 */
const TABLES = {
  daily_entries: entryTable,
  record_versions: versionTable,
} as const satisfies Record<RecordTable, Table>;

/** What is walked through when all that an owner has is sealed anew, exported or counted. */
export const RECORD_TABLES: readonly Table[] = Object.values(TABLES);
