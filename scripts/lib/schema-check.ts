import type { Connection } from "mysql2/promise";
import { z } from "zod";
import { connectForMigrating, selectRows } from "./database.ts";
import { readDatamodel } from "./datamodel.ts";
import { BOOKKEEPING_TABLES } from "./ledger.ts";
import { schemaSql } from "./schema-sql.ts";

const NOT_BOOKKEEPING = `table_name NOT IN (${BOOKKEEPING_TABLES.map((name) => `'${name}'`).join(", ")})`;

/** What is compared, each as a name and all that is to be said of it. */
const QUERIES = {
  table: `
    SELECT table_name AS name, CONCAT_WS(' ', engine, table_collation) AS properties
    FROM information_schema.tables
    WHERE table_schema = ? AND table_type = 'BASE TABLE' AND ${NOT_BOOKKEEPING}`,
  column: `
    SELECT CONCAT(table_name, '.', column_name) AS name,
      CONCAT_WS(' ', column_type, IF(is_nullable = 'YES', 'NULL', 'NOT NULL'),
        CONCAT('default ', column_default), extra, collation_name) AS properties
    FROM information_schema.columns
    WHERE table_schema = ? AND ${NOT_BOOKKEEPING}`,
  index: `
    SELECT CONCAT(table_name, '.', index_name) AS name,
      CONCAT(IF(MAX(non_unique), '', 'UNIQUE '), MAX(index_type), ' (',
        GROUP_CONCAT(CONCAT(column_name, IFNULL(CONCAT('(', sub_part, ')'), ''), ' ', IFNULL(collation, ''))
          ORDER BY seq_in_index SEPARATOR ', '), ')') AS properties
    FROM information_schema.statistics
    WHERE table_schema = ? AND ${NOT_BOOKKEEPING}
    GROUP BY table_name, index_name`,
  "foreign key": `
    SELECT CONCAT(k.table_name, '.', k.constraint_name) AS name,
      CONCAT(GROUP_CONCAT(k.column_name ORDER BY k.ordinal_position), ' -> ',
        MAX(k.referenced_table_name), '(', GROUP_CONCAT(k.referenced_column_name ORDER BY k.ordinal_position),
        ') delete ', MAX(r.delete_rule), ' update ', MAX(r.update_rule)) AS properties
    FROM information_schema.key_column_usage k
    JOIN information_schema.referential_constraints r
      ON r.constraint_schema = k.constraint_schema AND r.constraint_name = k.constraint_name
      AND r.table_name = k.table_name
    WHERE k.table_schema = ? AND k.referenced_table_name IS NOT NULL
    GROUP BY k.table_name, k.constraint_name`,
};

/**
 * Every difference between a migrated database and its Prisma schema, as sentences; none when they are equal.
 *
 * The schema is made in the database `scratch`, which is dropped before and after, and both are read back from
 * the server, so that it is the server who spells the types. The account needs all rights on both databases.
 * CHECK constraints, which a Prisma schema cannot express, are left out.
 */
export async function schemaDifferences({
  url,
  schemaFile,
  scratch,
}: {
  url: string;
  schemaFile: string;
  scratch: string;
}): Promise<string[]> {
  const sql = schemaSql(readDatamodel(schemaFile));
  const connection = await connectForMigrating(url);
  try {
    const [current] = await selectRows(
      connection,
      z.object({ name: z.string() }),
      "SELECT DATABASE() AS name",
    );
    if (!current) throw new Error("The address names no database.");
    await connection.query("DROP DATABASE IF EXISTS ??", [scratch]);
    await connection.query("CREATE DATABASE ?? CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci", [
      scratch,
    ]);
    try {
      await connection.query("USE ??", [scratch]);
      await connection.query(sql);
      return compare(await describe(connection, scratch), await describe(connection, current.name));
    } finally {
      await connection.query("DROP DATABASE ??", [scratch]);
    }
  } finally {
    await connection.end();
  }
}

async function describe(connection: Connection, database: string): Promise<Map<string, string>> {
  const Described = z.object({ name: z.string(), properties: z.string() });
  const all = new Map<string, string>();
  for (const [kind, sql] of Object.entries(QUERIES)) {
    for (const { name, properties } of await selectRows(connection, Described, sql, [database])) {
      all.set(`${kind} ${name}`, properties);
    }
  }
  return all;
}

function compare(schema: Map<string, string>, database: Map<string, string>): string[] {
  const differences: string[] = [];
  for (const [name, wanted] of schema) {
    const present = database.get(name);
    if (present === undefined) differences.push(`${name} is missing: ${wanted}`);
    else if (present !== wanted) differences.push(`${name} is ${present}, not ${wanted}`);
  }
  for (const [name, present] of database) {
    if (!schema.has(name)) differences.push(`${name} is not in the schema: ${present}`);
  }
  return differences.sort();
}
