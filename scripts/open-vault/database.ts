import type { Readable } from "node:stream";
import { createConnection } from "mysql2";
import { z } from "zod";
import type { Column, ReadOptions, Row, Tables } from "./sql-dump.ts";

const ColumnRow = z.tuple([z.instanceof(Buffer), z.instanceof(Buffer), z.instanceof(Buffer)]);
const Values = z.array(z.instanceof(Buffer).nullable());

/**
 * The rows of a database that runs somewhere, as {@link readDump} gives those of a dump.
 *
 * @throws Error, without the password, when it cannot be reached or is lost.
 */
export async function* readDatabase(url: string, wants: ReadOptions["wants"]): AsyncGenerator<Row> {
  const connection = createConnection({
    uri: url,
    connectTimeout: 10_000,
    rowsAsArray: true,
    // As they come: bytes of a binary column, the digits of a number.
    typeCast: (field) => field.buffer(),
  });
  let reading: Readable | undefined;
  // A connection that is lost does not tell the query that is being read, and unheard it would end the process.
  connection.on("error", (error: Error) => reading?.destroy(error));
  const select = (sql: string): AsyncIterable<unknown> => {
    reading = connection.query(sql).stream();
    return reading;
  };
  try {
    await new Promise<void>((done, fail) => {
      connection.connect((error) => {
        if (error) fail(new Error(`The database cannot be opened: ${error.message}`));
        else done();
      });
    });
    const tables: Tables = new Map();
    for await (const row of select(
      "SELECT table_name, column_name, data_type FROM information_schema.columns " +
        "WHERE table_schema = DATABASE() ORDER BY table_name, ordinal_position",
    )) {
      const [table, name, type] = ColumnRow.parse(row).map((bytes) => bytes.toString("utf8"));
      const column: Column = { name: name ?? "", type };
      tables.set(table ?? "", [...(tables.get(table ?? "") ?? []), column]);
    }
    for (const [table, columns] of tables) {
      if (!wants(table, columns)) continue;
      const places = new Map(columns.map(({ name }, place) => [name, place]));
      for await (const row of select(`SELECT * FROM \`${table.replaceAll("`", "``")}\``)) {
        const values = Values.parse(row);
        const value = (column: string) => values[places.get(column) ?? -1] ?? null;
        yield { table, columns, value };
      }
    }
  } finally {
    connection.destroy();
  }
}
