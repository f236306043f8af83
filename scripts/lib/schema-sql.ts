// schema.prisma -> the SQL that creates it on an empty MySQL/MariaDB database, laid out as `prisma migrate diff
// --from-empty --script` lays it out. Used to write new migrations and to check migrated databases (schema-check.ts).
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

interface Field {
  name: string;
  dbName?: string;
  kind: "scalar" | "enum" | "object" | "unsupported";
  type: string;
  isList: boolean;
  isRequired: boolean;
  isId: boolean;
  isUnique: boolean;
  nativeType?: [string, string[]] | null;
  default?: unknown;
  relationName?: string;
  relationFromFields?: string[];
  relationToFields?: string[];
  relationOnDelete?: string;
  relationOnUpdate?: string;
}
interface Model {
  name: string;
  dbName: string | null;
  fields: Field[];
}
interface Index {
  model: string;
  type: "id" | "unique" | "normal" | "fulltext";
  dbName?: string;
  fields: { name: string; sortOrder?: "asc" | "desc"; length?: number }[];
}
export interface Datamodel {
  models: Model[];
  enums: { name: string; values: { name: string; dbName: string | null }[] }[];
  indexes: Index[];
}

export function readDatamodel(schemaFile: string): Datamodel {
  const wasm = createRequire(import.meta.url)("@prisma/prisma-schema-wasm") as {
    get_dmmf(input: string): string;
  };
  const input = {
    prismaSchema: [["schema.prisma", readFileSync(schemaFile, "utf8")]],
    noColor: true,
  };
  return (JSON.parse(wasm.get_dmmf(JSON.stringify(input))) as { datamodel: Datamodel }).datamodel;
}

const BASE: Record<string, string> = {
  String: "VARCHAR(191)",
  Boolean: "BOOLEAN",
  Int: "INTEGER",
  BigInt: "BIGINT",
  Float: "DOUBLE",
  Decimal: "DECIMAL(65,30)",
  DateTime: "DATETIME(3)",
  Json: "JSON",
  Bytes: "LONGBLOB",
};
const WITH_ARGS = new Set([
  "VarChar",
  "Char",
  "Binary",
  "VarBinary",
  "Bit",
  "Decimal",
  "DateTime",
  "Timestamp",
  "Time",
]);
const q = (s: string) => `\`${s}\``;
const str = (s: string) => `'${s.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
const GENERATED_BY_CLIENT = new Set(["cuid", "uuid", "ulid", "nanoid", "autoincrement"]);
const ACTION: Record<string, string> = {
  Cascade: "CASCADE",
  Restrict: "RESTRICT",
  SetNull: "SET NULL",
  NoAction: "NO ACTION",
  SetDefault: "SET DEFAULT",
};

function columnType(f: Field, dm: Datamodel): string {
  if (f.kind === "enum")
    return `ENUM(${dm.enums
      .find((e) => e.name === f.type)!
      .values.map((v) => str(v.dbName ?? v.name))
      .join(", ")})`;
  if (!f.nativeType) return BASE[f.type]!;
  const [name, args] = f.nativeType;
  if (name.startsWith("Unsigned"))
    return `${name === "UnsignedInt" ? "INTEGER" : name.slice(8).toUpperCase()} UNSIGNED`;
  if (name === "Int") return "INTEGER";
  return name.toUpperCase() + (WITH_ARGS.has(name) && args.length ? `(${args.join(",")})` : "");
}

function columnDefault(f: Field, dm: Datamodel): string {
  const d = f.default;
  if (d === undefined || d === null) return "";
  if (typeof d === "object") {
    const { name, args } = d as { name: string; args: unknown[] };
    if (name === "now") {
      const precision = f.nativeType ? (f.nativeType[1][0] ?? "") : "3";
      return ` DEFAULT CURRENT_TIMESTAMP${precision ? `(${precision})` : ""}`;
    }
    if (name === "dbgenerated") return args[0] ? ` DEFAULT (${args[0]})` : "";
    if (GENERATED_BY_CLIENT.has(name)) return "";
    throw new Error(`default ${name}() of ${f.name} is not supported`);
  }
  if (f.kind === "enum") {
    const v = dm.enums.find((e) => e.name === f.type)!.values.find((x) => x.name === d)!;
    return ` DEFAULT ${str(v.dbName ?? v.name)}`;
  }
  if (f.type === "Json" || f.type === "Bytes") return ""; // MySQL has no literal defaults for these
  return ` DEFAULT ${typeof d === "string" && f.type === "String" ? str(d) : String(d)}`;
}

export function schemaSql(dm: Datamodel): string {
  const out: string[] = [];
  const byName = new Map(dm.models.map((m) => [m.name, m]));
  const table = (m: Model) => m.dbName ?? m.name;
  const col = (m: Model, field: string) => {
    const f = m.fields.find((x) => x.name === field)!;
    return f.dbName ?? f.name;
  };
  const name = (m: Model, cols: string[], suffix: string) =>
    [table(m), ...cols].join("_").slice(0, 64 - suffix.length - 1) + `_${suffix}`;

  for (const m of dm.models) {
    const lines = m.fields
      .filter((f) => f.kind === "scalar" || f.kind === "enum")
      .map((f) => {
        const auto =
          (f.default as { name?: string } | undefined)?.name === "autoincrement"
            ? " AUTO_INCREMENT"
            : "";
        return `    ${q(f.dbName ?? f.name)} ${columnType(f, dm)} ${f.isRequired ? "NOT NULL" : "NULL"}${columnDefault(f, dm)}${auto}`;
      });
    const keys = dm.indexes
      .filter((i) => i.model === m.name)
      .map((i) => {
        const cols = i.fields.map((x) => col(m, x.name));
        const list = i.fields
          .map(
            (x, n) =>
              q(cols[n]!) +
              (x.length ? `(${x.length})` : "") +
              (x.sortOrder ? ` ${x.sortOrder.toUpperCase()}` : ""),
          )
          .join(", ");
        if (i.type === "id") return { order: 1, sql: `    PRIMARY KEY (${list})` };
        const [kw, suffix] =
          i.type === "unique"
            ? ["UNIQUE INDEX", "key"]
            : i.type === "fulltext"
              ? ["FULLTEXT INDEX", "idx"]
              : ["INDEX", "idx"];
        return { order: 0, sql: `    ${kw} ${q(i.dbName ?? name(m, cols, suffix!))}(${list})` };
      })
      .sort((a, b) => a.order - b.order)
      .map((k) => k.sql);
    out.push(
      `-- CreateTable\nCREATE TABLE ${q(table(m))} (\n${lines.join(",\n")},\n\n${keys.join(",\n")}\n) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;\n`,
    );
  }
  for (const m of dm.models)
    for (const f of m.fields) {
      if (f.kind !== "object" || !f.relationFromFields?.length) continue;
      const target = byName.get(f.type)!;
      const from = f.relationFromFields.map((x) => col(m, x));
      const to = f.relationToFields!.map((x) => col(target, x));
      const required = f.relationFromFields.every(
        (x) => m.fields.find((y) => y.name === x)!.isRequired,
      );
      const onDelete = ACTION[f.relationOnDelete ?? (required ? "Restrict" : "SetNull")]!;
      const onUpdate = ACTION[f.relationOnUpdate ?? "Cascade"]!;
      out.push(
        `-- AddForeignKey\nALTER TABLE ${q(table(m))} ADD CONSTRAINT ${q(name(m, from, "fkey"))} FOREIGN KEY (${from.map(q).join(", ")}) REFERENCES ${q(table(target))}(${to.map(q).join(", ")}) ON DELETE ${onDelete} ON UPDATE ${onUpdate};\n`,
      );
    }
  return out.join("\n");
}
