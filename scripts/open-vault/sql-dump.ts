/**
 * Reads the rows of what `mariadb-dump` and `mysqldump` write, as a stream: memory holds one row and one chunk. Of SQL
 * it knows INSERT (and REPLACE) and, for the order of the columns, CREATE TABLE. Everything else is passed over.
 */
import {
  CHAR,
  type Cursor,
  decodeLiteral,
  DumpError,
  expectByte,
  fail,
  type Literal,
  peek,
  readComment,
  readLiteral,
  readName,
  readWord,
  SHORT,
  skipQuoted,
  skipSpaces,
} from "./sql-text.ts";

export interface Column {
  readonly name: string;
  /** In lower case and without its length, such as `longblob`; undefined when the dump does not say. */
  readonly type: string | undefined;
}

/** Tables and their columns in order, by name. */
export type Tables = Map<string, readonly Column[]>;

/** A row. Its values are good until the next row is asked for. */
export interface Row {
  readonly table: string;
  readonly columns: readonly Column[];
  /** The bytes in a column (of a number: its digits); null where the row has NULL or the table no such column. */
  readonly value: (column: string) => Buffer | null;
}

/** A single row is never this long: a box holds some megabytes at most. */
const LONGEST_PIECE_BYTES = 512 * 1024 * 1024;
const COMPLETED = "-- Dump completed";
const NO_COLUMN_KEYWORDS = new Set([
  ...["PRIMARY", "UNIQUE", "KEY", "INDEX", "CONSTRAINT", "FOREIGN", "CHECK", "FULLTEXT", "SPATIAL"],
  "PERIOD",
]);

/**
 * The rows of a dump, in its order.
 *
 * @throws DumpError after the last row that is whole, when the dump does not say at its end that it is complete.
 */
export async function* readDump(
  chunks: AsyncIterable<Buffer>,
  options: ReadOptions,
): AsyncGenerator<Row> {
  const source = chunks[Symbol.asyncIterator]();
  const cursor: Cursor = { bytes: Buffer.alloc(0), at: 0, isLast: false, offset: 0 };
  const parse = dumpParser(options);
  for (;;) {
    const from = cursor.at;
    let row: Row | undefined;
    try {
      row = parse.next(cursor);
    } catch (error) {
      if (error !== SHORT) throw error;
      cursor.at = from;
      if (cursor.isLast) break;
      await fill(cursor, source);
      continue;
    }
    if (row !== undefined) yield row;
  }
  parse.end(cursor);
}

/** The tables that `sql` makes. */
export function tablesOf(sql: Buffer): Tables {
  const tables: Tables = new Map();
  const cursor: Cursor = { bytes: sql, at: 0, isLast: true, offset: 0 };
  const { next } = dumpParser({ tables, wants: () => false });
  try {
    for (;;) next(cursor);
  } catch (error) {
    if (error !== SHORT) throw error;
  }
  return tables;
}

/** Drops what has been read and adds more: at least as much again as is left, so that a long row is tried few times. */
async function fill(cursor: Cursor, source: AsyncIterator<Buffer>): Promise<void> {
  const left = cursor.bytes.subarray(cursor.at);
  if (left.length > LONGEST_PIECE_BYTES) {
    throw new DumpError(`from byte ${cursor.offset + cursor.at} nothing in it ends: it is damaged`);
  }
  const parts = [left];
  for (let added = 0; added <= left.length && !cursor.isLast;) {
    const next = await source.next();
    if (next.done === true) cursor.isLast = true;
    else {
      parts.push(next.value);
      added += next.value.length;
    }
  }
  cursor.offset += cursor.at;
  cursor.bytes = Buffer.concat(parts);
  cursor.at = 0;
}

export interface ReadOptions {
  /**
   * The columns of tables for which a dump has neither a CREATE TABLE nor the names of the columns beside their rows.
   * Those of its own are added.
   */
  readonly tables: Tables;
  /** Whose rows to hand out. The columns are undefined where nothing says what they are. */
  readonly wants: (table: string, columns: readonly Column[] | undefined) => boolean;
}

interface Insert {
  readonly table: string;
  readonly columns: readonly Column[];
  readonly places: ReadonlyMap<string, number>;
  readonly isWanted: boolean;
}

function dumpParser({ tables, wants }: ReadOptions) {
  let insert: Insert | undefined;
  let isCompleted = false;

  /** Reads one row, or the head of one statement, or one statement or comment that is passed over. */
  const next = (cursor: Cursor): Row | undefined => {
    if (insert !== undefined) {
      const literals = readRow(cursor);
      const { table, columns, places, isWanted } = insert;
      if (isWanted && literals.length !== columns.length) {
        fail(cursor, `a row of ${columns.length} values for ${table} (it has ${literals.length})`);
      }
      skipSpaces(cursor);
      const separator = peek(cursor);
      if (separator === CHAR.semicolon) insert = undefined;
      else if (separator !== CHAR.comma) expectByte(cursor, CHAR.semicolon);
      cursor.at++;
      const { bytes } = cursor;
      const value = (column: string) => {
        const literal = literals[places.get(column) ?? -1];
        return literal === undefined ? null : decodeLiteral(bytes, literal);
      };
      return isWanted ? { table, columns, value } : undefined;
    }
    skipSpaces(cursor);
    if (peek(cursor) === -1) throw SHORT;
    const comment = readComment(cursor);
    if (comment !== undefined) {
      isCompleted ||= comment.startsWith(COMPLETED);
      return undefined;
    }
    const from = cursor.at;
    const verb = readWord(cursor);
    if (verb === "INSERT" || verb === "REPLACE") {
      insert = readInsert(cursor, tables, wants);
      isCompleted = false;
    } else {
      const table = verb === "CREATE" ? readCreateTable(cursor) : undefined;
      cursor.at = from;
      skipStatement(cursor);
      if (table !== undefined) {
        tables.set(table.name, table.columns);
        isCompleted = false;
      }
    }
    return undefined;
  };

  const end = (cursor: Cursor): void => {
    skipSpaces(cursor);
    if (insert !== undefined || cursor.at < cursor.bytes.length) {
      throw new DumpError(
        `it is cut short: at byte ${cursor.offset + cursor.bytes.length} it ends within a statement`,
      );
    }
    if (isCompleted) return;
    throw new DumpError(
      'it does not end with the line "-- Dump completed": it is cut short, or was made without comments, ' +
        "and then nothing tells whether it is whole",
    );
  };
  return { next, end };
}

/** `(value, value …)`. */
function readRow(cursor: Cursor): Literal[] {
  skipSpaces(cursor);
  expectByte(cursor, CHAR.open);
  const literals: Literal[] = [];
  for (;;) {
    skipSpaces(cursor);
    literals.push(readLiteral(cursor));
    skipSpaces(cursor);
    if (peek(cursor) === CHAR.close) break;
    expectByte(cursor, CHAR.comma);
  }
  cursor.at++;
  return literals;
}

/** What stands between INSERT and the first row. */
function readInsert(cursor: Cursor, tables: Tables, wants: ReadOptions["wants"]): Insert {
  const beforeName = new Set(["LOW_PRIORITY", "DELAYED", "HIGH_PRIORITY", "IGNORE", "INTO"]);
  let from: number;
  do {
    skipSpaces(cursor);
    from = cursor.at;
  } while (beforeName.has(readWord(cursor)));
  cursor.at = from;
  const table = readName(cursor);
  skipSpaces(cursor);
  let columns = tables.get(table);
  if (peek(cursor) === CHAR.open) {
    const types = new Map(columns?.map(({ name, type }) => [name, type]));
    columns = readNames(cursor).map((name) => ({ name, type: types.get(name) }));
    skipSpaces(cursor);
  }
  if (!/^VALUES?$/.test(readWord(cursor))) fail(cursor, "VALUES");
  const isWanted = wants(table, columns);
  if (columns === undefined && isWanted) {
    throw new DumpError(
      `it holds rows of ${table} and says nowhere which columns they have. Give the dump of the tables' ` +
        "definitions (--no-data) first, with a --vault of its own",
    );
  }
  columns ??= [];
  const places = new Map(columns.map(({ name }, place) => [name, place]));
  return { table, columns, places, isWanted };
}

function readNames(cursor: Cursor): string[] {
  const names: string[] = [];
  do {
    cursor.at++;
    skipSpaces(cursor);
    names.push(readName(cursor));
    skipSpaces(cursor);
  } while (peek(cursor) === CHAR.comma);
  expectByte(cursor, CHAR.close);
  return names;
}

/** The table that a statement makes, its CREATE already read; undefined when it makes something else. */
function readCreateTable(cursor: Cursor): { name: string; columns: Column[] } | undefined {
  skipSpaces(cursor);
  if (readWord(cursor) !== "TABLE") return undefined;
  skipSpaces(cursor);
  const from = cursor.at;
  if (readWord(cursor) === "IF") {
    for (const _word of ["NOT", "EXISTS"]) {
      skipSpaces(cursor);
      readWord(cursor);
    }
    skipSpaces(cursor);
  } else cursor.at = from;
  const name = readName(cursor);
  skipSpaces(cursor);
  if (peek(cursor) !== CHAR.open) return undefined;
  const columns: Column[] = [];
  do {
    cursor.at++;
    skipSpaces(cursor);
    const column = readColumn(cursor);
    if (column !== undefined) columns.push(column);
    skipUntil(cursor, (byte) => byte === CHAR.comma || byte === CHAR.close);
  } while (peek(cursor) === CHAR.comma);
  return { name, columns };
}

/** A column's name and type; undefined where a key or a constraint stands. */
function readColumn(cursor: Cursor): Column | undefined {
  const isQuoted = [CHAR.backtick, CHAR.double].some((quote) => quote === peek(cursor));
  const name = readName(cursor);
  if (!isQuoted && NO_COLUMN_KEYWORDS.has(name.toUpperCase())) return undefined;
  skipSpaces(cursor);
  return { name, type: readWord(cursor).toLowerCase() };
}

function skipStatement(cursor: Cursor): void {
  skipUntil(cursor, (byte) => byte === CHAR.semicolon);
  cursor.at++;
}

/** Skips to a byte that is neither within quotes nor within brackets or a comment. */
function skipUntil(cursor: Cursor, isEnd: (byte: number) => boolean): void {
  for (let depth = 0; ;) {
    const byte = peek(cursor);
    if (byte === -1) throw SHORT;
    if (depth === 0 && isEnd(byte)) return;
    if (byte === CHAR.single || byte === CHAR.double || byte === CHAR.backtick) skipQuoted(cursor);
    else if (readComment(cursor) === undefined) {
      if (byte === CHAR.open) depth++;
      if (byte === CHAR.close) depth--;
      cursor.at++;
    }
  }
}
