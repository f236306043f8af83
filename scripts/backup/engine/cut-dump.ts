/**
 * Cuts what mariadb-dump or mysqldump prints into tables, as it passes.
 *
 * A dump without definitions is lines. An INSERT begins a line and ends at the first semicolon that is in no string;
 * every other line is a comment or names the database of what follows. In strings line feeds, quotes and backslashes are
 * escaped with a backslash, and bytes are in hexadecimal, so that nothing which was stored can pass for structure.
 */

/** Part of a statement that fills a table. */
export interface Piece {
  readonly database: string;
  readonly table: string;
  readonly bytes: Buffer;
  /** How many rows begin in it. */
  readonly rows: number;
  /** Does its statement end with it? The line feed behind the semicolon is in it then. */
  readonly isEnd: boolean;
}

/** The dump is not what one without definitions looks like, or is cut off. */
export class UnreadableDump extends Error {
  override readonly name = "UnreadableDump";
}

const [LINE_FEED, QUOTE, OPEN, CLOSE, COMMA] = [0x0a, 0x27, 0x28, 0x29, 0x2c];
const [SEMICOLON, BACKSLASH] = [0x3b, 0x5c];
/** The x of 0x: outside of strings there is no other. */
const HEX = 0x78;
/** More than a line needs to show what it is: names have 64 characters at most. */
const HEAD_BYTES = 1024;
const INSERT = /^INSERT INTO `((?:[^`]|``)+)` VALUES\s*/;
const USE = /^USE `((?:[^`]|``)+)`;$/;
const OTHER = /^(?:$|--|\/\*.*\*\/;?\s*$|SET |CHANGE MASTER )/;

/**
 * The pieces of a dump, in order. Together they are its INSERT statements, byte by byte.
 *
 * @param database - That of the tables until the dump names another.
 * @param onOther - Given each other line.
 * @throws UnreadableDump.
 */
export async function* cutDump(
  dump: AsyncIterable<Buffer>,
  database: string,
  onOther: (line: string) => void = () => undefined,
): AsyncGenerator<Piece> {
  let currentDatabase = database;
  /** The table of the statement that is under way. */
  let table: string | undefined;
  let isInString = false;
  let isEscaped = false;
  let held: Buffer = Buffer.alloc(0);
  /** How many bytes of `held` come before the rows. */
  let headBytes = 0;

  /** Handles the lines before the next INSERT in `held`; false when the rest of one has to come first. */
  const toInsert = (isLast: boolean): boolean => {
    for (;;) {
      if (held.length === 0) return false;
      const head = held.toString("latin1", 0, HEAD_BYTES);
      const insert = INSERT.exec(head);
      const isWhole = held.length >= HEAD_BYTES || isLast;
      if (insert !== null && (isWhole || insert[0].length < head.length)) {
        table = unquote(insert[1]);
        headBytes = insert[0].length;
        return true;
      }
      const end = held.indexOf(LINE_FEED);
      // An INSERT may go on in the next line before its rows begin.
      if (head.startsWith("INSERT ") && !isWhole) return false;
      if (end === -1 && !isLast) {
        if (held.length > HEAD_BYTES * HEAD_BYTES)
          throw new UnreadableDump("A line of the dump has no end.");
        return false;
      }
      const line = held.toString("utf8", 0, end === -1 ? held.length : end);
      held = held.subarray(end === -1 ? held.length : end + 1);
      const use = USE.exec(line);
      if (use !== null) currentDatabase = unquote(use[1]);
      else if (OTHER.test(line)) onOther(line);
      else throw new UnreadableDump("The dump has a line that fills no table.");
    }
  };

  /** The end of the statement in `held`, or -1; counts the rows that begin until there. */
  let rows = 0;
  const toEnd = (): number => {
    const { length } = held;
    for (let i = headBytes; i < length; i++) {
      const byte = held[i] ?? 0;
      if (isInString) {
        if (isEscaped) isEscaped = false;
        else if (byte === BACKSLASH) isEscaped = true;
        else if (byte === QUOTE) isInString = false;
      } else if (byte === OPEN) rows++;
      else if (byte === QUOTE) isInString = true;
      else if (byte === SEMICOLON) return i;
      else if (byte === HEX) i = endOfDigits(held, i) - 1;
    }
    return -1;
  };

  const pieces = function* (isLast: boolean): Generator<Piece> {
    for (;;) {
      if (table === undefined && !toInsert(isLast)) return;
      if (table === undefined || held.length === 0) return;
      rows = 0;
      const semicolon = toEnd();
      headBytes = 0;
      // The line feed may come with what is read next.
      const end = semicolon === -1 ? held.length : semicolon + 1;
      const bytes = held.subarray(0, end);
      held = held.subarray(end);
      const isEnd = semicolon !== -1;
      yield {
        database: currentDatabase,
        table,
        bytes: isEnd ? Buffer.concat([bytes, Buffer.of(LINE_FEED)]) : bytes,
        rows,
        isEnd,
      };
      if (isEnd) table = undefined;
    }
  };

  for await (const part of dump) {
    held = held.length === 0 ? part : Buffer.concat([held, part]);
    yield* pieces(false);
  }
  yield* pieces(true);
  if (table !== undefined) throw new UnreadableDump("The dump ends within a statement.");
}

/** Where a value in hexadecimal ends: most of a dump is digits, and this is three times as fast as looking at each. */
function endOfDigits(bytes: Buffer, start: number): number {
  const comma = bytes.indexOf(COMMA, start);
  const close = bytes.indexOf(CLOSE, start);
  if (comma === -1) return close === -1 ? bytes.length : close;
  return close === -1 ? comma : Math.min(comma, close);
}

const unquote = (name = "") => name.replaceAll("``", "`");
