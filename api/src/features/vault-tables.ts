import type { Table } from "../vault/table.ts";
import { versionTable } from "../vault/versions.ts";
import { RECORD_KINDS } from "./record-kinds.ts";

/**
 * Every table of the vault that holds records: what is walked through when all that an owner has is sealed anew,
 * exported or counted.
 */
export const RECORD_TABLES: readonly Table[] = [
  ...RECORD_KINDS.map(({ table }) => table),
  versionTable,
];
