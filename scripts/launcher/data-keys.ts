import { createConnection, type RowDataPacket } from "mysql2/promise";
import { asError } from "./files.ts";

/** Where each database keeps data keys wrapped under the master keys. */
const TABLES = { platform: "dek_wraps", vault: "vault_keys" } as const;

/** How many data keys a database holds under each master key, by reference. Empty before its first migration. */
export async function countDataKeys(
  database: keyof typeof TABLES,
  url: string,
): Promise<Map<string, number>> {
  const table = TABLES[database];
  const connection = await createConnection({ uri: url, connectTimeout: 10_000 }).catch(
    (error: unknown) => {
      throw new Error(`The ${database} database cannot be reached: ${asError(error).message}`, {
        cause: error,
      });
    },
  );
  try {
    const [tables] = await connection.query<RowDataPacket[]>("SHOW TABLES LIKE ?", [table]);
    if (tables.length === 0) return new Map();
    const [rows] = await connection.query<({ ref: string; count: number } & RowDataPacket)[]>(
      `SELECT mek_ref AS ref, COUNT(*) AS count FROM ${table} GROUP BY mek_ref ORDER BY mek_ref`,
    );
    return new Map(rows.map(({ ref, count }) => [ref, count]));
  } finally {
    await connection.end();
  }
}
