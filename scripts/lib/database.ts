import mysql, { type Connection } from "mysql2/promise";
import type { ZodType } from "zod";

/** A connection that speaks UTC and takes several statements at once, as a migration script needs. */
export async function connectForMigrating(url: string): Promise<Connection> {
  const connection = await mysql.createConnection({
    uri: url,
    multipleStatements: true,
    timezone: "Z",
    charset: "utf8mb4_unicode_ci",
  });
  await connection.query("SET time_zone = '+00:00'");
  return connection;
}

/** Runs one SELECT and parses each row with `row`; throws a ZodError on a row of another shape. */
export async function selectRows<Row>(
  connection: Connection,
  row: ZodType<Row>,
  sql: string,
  values: (string | number)[] = [],
): Promise<Row[]> {
  const [rows] = await connection.query(sql, values);
  return row.array().parse(rows);
}
