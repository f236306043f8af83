import type { ResultSetHeader } from "mysql2/promise";
import type { Execute, Value } from "../lib/database.ts";
import { textOf } from "./session-statement.ts";

/** What a row has in a column. */
type Cell = Value | boolean;

/**
 * A statement that writes one row, for what is written so often that a model's API would cost too much.
 *
 * @param columns - The column of each part of a row.
 * @param duplicates - What becomes of a row whose key is there already: left out, or refused.
 */
export function inserter<T extends string>(
  table: string,
  columns: Readonly<Record<T, string>>,
  duplicates: "left out" | "refused" = "refused",
): (execute: Execute, row: Readonly<Record<T, Cell>>) => Promise<void> {
  const names = Object.keys(columns) as T[];
  const sql = `INSERT ${duplicates === "left out" ? "IGNORE " : ""}INTO ${table}
    (${names.map((name) => columns[name]).join(", ")}) VALUES (${names.map(() => "?").join(", ")})`;
  return async (execute, row) => {
    await execute<ResultSetHeader>(
      sql,
      names.map((name) => valueOf(row[name])),
    );
  };
}

function valueOf(cell: Cell): Value {
  if (cell instanceof Date) return textOf(cell);
  return typeof cell === "boolean" ? Number(cell) : cell;
}
