import type { Datamodel, Field, Index, Model } from "./datamodel.ts";

const COLUMN_TYPES: Partial<Record<string, string>> = {
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

const NATIVE_TYPES: Partial<Record<string, string>> = {
  Int: "INTEGER",
  UnsignedInt: "INTEGER UNSIGNED",
  UnsignedTinyInt: "TINYINT UNSIGNED",
  UnsignedSmallInt: "SMALLINT UNSIGNED",
  UnsignedMediumInt: "MEDIUMINT UNSIGNED",
  UnsignedBigInt: "BIGINT UNSIGNED",
};

const NATIVE_TYPES_WITH_ARGUMENTS = new Set([
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

const MADE_BY_THE_CLIENT = new Set(["cuid", "uuid", "ulid", "nanoid"]);

const INDEX_KINDS = {
  unique: { keyword: "UNIQUE INDEX", suffix: "key" },
  normal: { keyword: "INDEX", suffix: "idx" },
  fulltext: { keyword: "FULLTEXT INDEX", suffix: "idx" },
};

const REFERENTIAL_ACTIONS: Partial<Record<string, string>> = {
  Cascade: "CASCADE",
  Restrict: "RESTRICT",
  SetNull: "SET NULL",
  NoAction: "NO ACTION",
  SetDefault: "SET DEFAULT",
};

/** The longest name of an index or constraint; longer ones are cut in the middle, before their suffix. */
const MAX_NAME_LENGTH = 64;

/**
 * The SQL that makes what `datamodel` says in an empty database, laid out as `prisma migrate diff --from-empty
 * --script` does. New migrations start from it, and migrated databases are compared with it.
 *
 * Views, relations named by `map` and function defaults other than `now()` and `dbgenerated()` are not covered.
 */
export function schemaSql(datamodel: Datamodel): string {
  const tables = datamodel.models.map((model) => createTable(datamodel, model));
  const foreignKeys = datamodel.models.flatMap((model) => addForeignKeys(datamodel, model));
  return [...tables, ...foreignKeys].join("\n");
}

function createTable(datamodel: Datamodel, model: Model): string {
  const columns = model.fields
    .filter((field) => field.kind !== "object")
    .map((field) => columnLine(datamodel, field));
  const indexes = datamodel.indexes.filter((index) => index.model === model.name);
  const keys = [
    ...indexes.filter((index) => index.type !== "id"),
    ...indexes.filter((index) => index.type === "id"),
  ].map((index) => keyLine(model, index));
  return (
    `-- CreateTable\nCREATE TABLE ${quoteName(tableName(model))} (\n` +
    `${columns.join(",\n")},\n\n${keys.join(",\n")}\n` +
    ") DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;\n"
  );
}

function columnLine(datamodel: Datamodel, field: Field): string {
  const type = columnType(datamodel, field);
  const nullability = field.isRequired ? "NOT NULL" : "NULL";
  return `    ${quoteName(columnName(field))} ${type} ${nullability}${columnDefault(datamodel, field)}`;
}

function columnType(datamodel: Datamodel, field: Field): string {
  if (field.kind === "enum") {
    return `ENUM(${enumValues(datamodel, field).map(quoteString).join(", ")})`;
  }
  if (!field.nativeType) return known(COLUMN_TYPES[field.type], field.type);
  const [name, args] = field.nativeType;
  const type = NATIVE_TYPES[name] ?? name.toUpperCase();
  return NATIVE_TYPES_WITH_ARGUMENTS.has(name) && args.length > 0
    ? `${type}(${args.join(",")})`
    : type;
}

function columnDefault(datamodel: Datamodel, field: Field): string {
  const value = field.default;
  if (value === undefined) return "";
  if (typeof value === "object") return functionDefault(field, value);
  if (field.kind === "enum") {
    const named = datamodel.enums
      .find((each) => each.name === field.type)
      ?.values.find((each) => each.name === value);
    return ` DEFAULT ${quoteString(named?.dbName ?? String(value))}`;
  }
  // MySQL has no literal defaults for these.
  if (field.type === "Json" || field.type === "Bytes") return "";
  return ` DEFAULT ${field.type === "String" ? quoteString(String(value)) : String(value)}`;
}

function functionDefault(
  field: Field,
  { name, args }: { name: string; args: (string | number)[] },
): string {
  if (name === "autoincrement") return " AUTO_INCREMENT";
  if (name === "now") {
    const precision = field.nativeType ? (field.nativeType[1][0] ?? "") : "3";
    return ` DEFAULT CURRENT_TIMESTAMP${precision === "" ? "" : `(${precision})`}`;
  }
  if (name === "dbgenerated") return args[0] === undefined ? "" : ` DEFAULT (${args[0]})`;
  if (MADE_BY_THE_CLIENT.has(name)) return "";
  throw new Error(`The default ${name}() of ${field.name} is not supported.`);
}

function keyLine(model: Model, index: Index): string {
  const columns = index.fields.map(({ name }) => columnOf(model, name));
  const list = index.fields
    .map(({ length, sortOrder }, n) => {
      const prefix = length === undefined ? "" : `(${length})`;
      const order = sortOrder === undefined ? "" : ` ${sortOrder.toUpperCase()}`;
      return `${quoteName(columns[n] ?? "")}${prefix}${order}`;
    })
    .join(", ");
  if (index.type === "id") return `    PRIMARY KEY (${list})`;
  const { keyword, suffix } = INDEX_KINDS[index.type];
  return `    ${keyword} ${quoteName(index.dbName ?? keyName(model, columns, suffix))}(${list})`;
}

function addForeignKeys(datamodel: Datamodel, model: Model): string[] {
  return model.fields
    .filter((field) => field.kind === "object" && field.relationFromFields.length > 0)
    .map((field) => {
      const target = found(datamodel.models, field.type);
      const from = field.relationFromFields.map((name) => columnOf(model, name));
      const to = field.relationToFields.map((name) => columnOf(target, name));
      const isRequired = field.relationFromFields.every(
        (name) => found(model.fields, name).isRequired,
      );
      const onDelete = field.relationOnDelete ?? (isRequired ? "Restrict" : "SetNull");
      const onUpdate = field.relationOnUpdate ?? "Cascade";
      return (
        `-- AddForeignKey\nALTER TABLE ${quoteName(tableName(model))} ` +
        `ADD CONSTRAINT ${quoteName(keyName(model, from, "fkey"))} ` +
        `FOREIGN KEY (${from.map(quoteName).join(", ")}) ` +
        `REFERENCES ${quoteName(tableName(target))}(${to.map(quoteName).join(", ")}) ` +
        `ON DELETE ${known(REFERENTIAL_ACTIONS[onDelete], onDelete)} ` +
        `ON UPDATE ${known(REFERENTIAL_ACTIONS[onUpdate], onUpdate)};\n`
      );
    });
}

function tableName(model: Model): string {
  return model.dbName ?? model.name;
}

function columnName(field: Field): string {
  return field.dbName ?? field.name;
}

function columnOf(model: Model, fieldName: string): string {
  return columnName(found(model.fields, fieldName));
}

function keyName(model: Model, columns: string[], suffix: string): string {
  const start = [tableName(model), ...columns].join("_");
  return `${start.slice(0, MAX_NAME_LENGTH - suffix.length - 1)}_${suffix}`;
}

function enumValues(datamodel: Datamodel, field: Field): string[] {
  return found(datamodel.enums, field.type).values.map((value) => value.dbName ?? value.name);
}

function found<Named extends { name: string }>(list: Named[], name: string): Named {
  return known(
    list.find((each) => each.name === name),
    name,
  );
}

function known<Value>(value: Value | undefined, name: string): Value {
  if (value === undefined) throw new Error(`${name} is not known here.`);
  return value;
}

function quoteName(name: string): string {
  return `\`${name.replaceAll("`", "``")}\``;
}

function quoteString(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
}
