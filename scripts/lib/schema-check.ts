// Does the migrated database have exactly the tables that schema.prisma describes? The schema is created in a scratch
// database on the same server and both are read back from information_schema, so the server itself normalises the types.
import mysql from "mysql2/promise";
import { readDatamodel, schemaSql } from "./schema-sql.js";

const QUERIES: Record<string, string> = {
  table: `SELECT table_name AS k, CONCAT_WS(' ', engine, table_collation) AS v FROM information_schema.tables
          WHERE table_schema = ? AND table_type = 'BASE TABLE' AND table_name <> '_prisma_migrations'`,
  column: `SELECT CONCAT(table_name, '.', column_name) AS k, CONCAT_WS(' ', column_type, IF(is_nullable = 'YES', 'NULL', 'NOT NULL'),
           CONCAT('default ', column_default), extra, collation_name) AS v FROM information_schema.columns
           WHERE table_schema = ? AND table_name <> '_prisma_migrations'`,
  index: `SELECT CONCAT(table_name, '.', index_name) AS k, CONCAT(IF(MAX(non_unique), '', 'UNIQUE '), MAX(index_type), ' (',
          GROUP_CONCAT(CONCAT(column_name, IFNULL(CONCAT('(', sub_part, ')'), ''), ' ', IFNULL(collation, '')) ORDER BY seq_in_index SEPARATOR ', '), ')') AS v
          FROM information_schema.statistics WHERE table_schema = ? AND table_name <> '_prisma_migrations' GROUP BY table_name, index_name`,
  "foreign key": `SELECT CONCAT(k.table_name, '.', k.constraint_name) AS k, CONCAT(GROUP_CONCAT(k.column_name ORDER BY k.ordinal_position), ' -> ',
          MAX(k.referenced_table_name), '(', GROUP_CONCAT(k.referenced_column_name ORDER BY k.ordinal_position), ') delete ', MAX(r.delete_rule), ' update ', MAX(r.update_rule)) AS v
          FROM information_schema.key_column_usage k JOIN information_schema.referential_constraints r
          ON r.constraint_schema = k.constraint_schema AND r.constraint_name = k.constraint_name AND r.table_name = k.table_name
          WHERE k.table_schema = ? AND k.referenced_table_name IS NOT NULL GROUP BY k.table_name, k.constraint_name`,
};

async function describe(c: mysql.Connection, db: string): Promise<Map<string, string>> {
  const out = new Map<string, string>();
  for (const [what, sql] of Object.entries(QUERIES)) {
    const [rows] = (await c.query(sql, [db])) as unknown as [{ k: string; v: string }[]];
    for (const r of rows) out.set(`${what} ${r.k}`, r.v);
  }
  return out;
}

/** `scratch` is dropped and created anew; the account needs all rights on it and on the database in `url`. */
export async function schemaDiff(opts: {
  url: string;
  schemaFile: string;
  scratch: string;
}): Promise<string[]> {
  const c = await mysql.createConnection({ uri: opts.url, multipleStatements: true });
  try {
    const [[{ db }]] = (await c.query("SELECT DATABASE() AS db")) as unknown as [[{ db: string }]];
    await c.query(
      `DROP DATABASE IF EXISTS \`${opts.scratch}\`; CREATE DATABASE \`${opts.scratch}\` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci; USE \`${opts.scratch}\``,
    );
    await c.query(schemaSql(readDatamodel(opts.schemaFile)));
    const [want, have] = [await describe(c, opts.scratch), await describe(c, db)];
    await c.query(`DROP DATABASE \`${opts.scratch}\``);
    const diff: string[] = [];
    for (const [k, v] of want)
      if (!have.has(k)) diff.push(`missing  ${k}: ${v}`);
      else if (have.get(k) !== v) diff.push(`differs  ${k}: schema ${v} | database ${have.get(k)}`);
    for (const [k, v] of have) if (!want.has(k)) diff.push(`extra    ${k}: ${v}`);
    return diff.sort();
  } finally {
    await c.end();
  }
}
