/** The words and values of the SQL that `mariadb-dump` and `mysqldump` write, as they stand in a window of bytes. */

/** A dump that cannot be read, or not to its end. */
export class DumpError extends Error {
  override readonly name = "DumpError";
}

/** The window ends before what is being read does. */
class Short extends Error {}
export const SHORT = new Short();

/** A part of a dump, and where in it one is. */
export interface Cursor {
  bytes: Buffer;
  at: number;
  /** Nothing follows `bytes`. */
  isLast: boolean;
  /** Where `bytes` begins in the dump. */
  offset: number;
}

export const CHAR = {
  backslash: 0x5c,
  backtick: 0x60,
  close: 0x29,
  comma: 0x2c,
  dash: 0x2d,
  double: 0x22,
  hash: 0x23,
  newline: 0x0a,
  open: 0x28,
  semicolon: 0x3b,
  single: 0x27,
  slash: 0x2f,
  star: 0x2a,
} as const;

/** A value as it stands in the dump, not decoded yet. */
export interface Literal {
  readonly kind: "text" | "hex" | "bare" | "null";
  readonly start: number;
  readonly end: number;
}

/** The byte at `ahead` from where one is. @throws SHORT at the end of the window, -1 at the end of the dump. */
export function peek({ bytes, at, isLast }: Cursor, ahead = 0): number {
  const byte = bytes[at + ahead];
  if (byte !== undefined) return byte;
  if (isLast) return -1;
  throw SHORT;
}

/** Fails at the place where one is. @throws SHORT when that is the end. */
export function fail(cursor: Cursor, expected: string): never {
  if (peek(cursor) === -1) throw SHORT;
  throw new DumpError(
    `at byte ${cursor.offset + cursor.at} ${expected} was expected, and something else is there`,
  );
}

export function expectByte(cursor: Cursor, byte: number): void {
  if (peek(cursor) !== byte) fail(cursor, `a ${String.fromCharCode(byte)}`);
  cursor.at++;
}

export function skipSpaces(cursor: Cursor): void {
  while (isSpace(peek(cursor))) cursor.at++;
}

const isSpace = (byte: number) => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);

/**
 * Skips one comment if one stands here, and returns it. A conditional comment (that of `!40101` and the like) is taken
 * for one too: in a dump those hold settings, never rows.
 */
export function readComment(cursor: Cursor): string | undefined {
  const { bytes, at } = cursor;
  const first = peek(cursor);
  let end: number;
  if (first === CHAR.hash || (first === CHAR.dash && peek(cursor, 1) === CHAR.dash)) {
    end = bytes.indexOf(CHAR.newline, at);
    if (end === -1 && cursor.isLast) end = bytes.length;
  } else if (first === CHAR.slash && peek(cursor, 1) === CHAR.star) {
    const close = bytes.indexOf("*/", at + 2, "latin1");
    end = close === -1 ? -1 : close + 2;
  } else {
    return undefined;
  }
  if (end === -1) throw SHORT;
  cursor.at = end;
  return bytes.toString("latin1", at, end);
}

/** A bare word in upper case, or "" where none stands. */
export function readWord(cursor: Cursor): string {
  const from = cursor.at;
  while (isWordByte(peek(cursor))) cursor.at++;
  return cursor.bytes.toString("latin1", from, cursor.at).toUpperCase();
}

function isWordByte(byte: number): boolean {
  const isDigit = byte >= 0x30 && byte <= 0x39;
  const isLetter = (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a);
  return isDigit || isLetter || byte === 0x5f || byte === 0x24 || byte >= 0x80;
}

/** The name of a table or a column: in backticks, in double quotes, or bare. */
export function readName(cursor: Cursor): string {
  const quote = peek(cursor);
  if (quote === CHAR.backtick || quote === CHAR.double) {
    const from = cursor.at + 1;
    skipQuoted(cursor);
    const sign = String.fromCharCode(quote);
    const quoted = cursor.bytes.toString("utf8", from, cursor.at - 1);
    return quoted.replaceAll(sign + sign, sign);
  }
  const from = cursor.at;
  if (readWord(cursor) === "") fail(cursor, "a name");
  return cursor.bytes.toString("utf8", from, cursor.at);
}

/** Skips what is in quotes of any kind. In backticks a backslash is a character like any other. */
export function skipQuoted(cursor: Cursor): void {
  const { bytes } = cursor;
  const sign = peek(cursor);
  const from = cursor.at + 1;
  for (let at = from; ;) {
    const quote = bytes.indexOf(sign, at);
    if (quote === -1) throw SHORT;
    at = quote + 1;
    if (sign !== CHAR.backtick && isEscaped(bytes, from, quote)) continue;
    if (at === bytes.length && !cursor.isLast) throw SHORT;
    if (bytes[at] !== sign) {
      cursor.at = at;
      return;
    }
    // Two of them stand for one.
    at++;
  }
}

/** Is the character at `at` preceded by an odd number of backslashes? */
function isEscaped(bytes: Buffer, from: number, at: number): boolean {
  let first = at;
  while (first > from && bytes[first - 1] === CHAR.backslash) first--;
  return (at - first) % 2 === 1;
}

/** One value of a row. */
export function readLiteral(cursor: Cursor): Literal {
  let first = peek(cursor);
  if (first === 0x5f) {
    // `_binary '…'`: in which character set the bytes are, which for bytes is none.
    readWord(cursor);
    skipSpaces(cursor);
    first = peek(cursor);
  }
  const from = cursor.at;
  if (first === CHAR.single) {
    skipQuoted(cursor);
    return { kind: "text", start: from + 1, end: cursor.at - 1 };
  }
  if ((first | 0x20) === 0x78 && peek(cursor, 1) === CHAR.single) {
    cursor.at++;
    skipQuoted(cursor);
    return { kind: "hex", start: from + 2, end: cursor.at - 1 };
  }
  for (
    let byte = first;
    byte !== CHAR.comma && byte !== CHAR.close && !isSpace(byte);
    byte = peek(cursor)
  ) {
    if (byte === -1) throw SHORT;
    cursor.at++;
  }
  const { bytes, at: end } = cursor;
  if (bytes[from] === 0x30 && ((bytes[from + 1] ?? 0) | 0x20) === 0x78) {
    return { kind: "hex", start: from + 2, end };
  }
  if (end === from) fail(cursor, "a value");
  const isNull = end - from === 4 && bytes.toString("latin1", from, end).toUpperCase() === "NULL";
  return { kind: isNull ? "null" : "bare", start: from, end };
}

/**
 * The bytes of a value: those of a number are its digits. They may share the window's memory.
 *
 * @throws DumpError when hexadecimal digits are none.
 */
export function decodeLiteral(bytes: Buffer, { kind, start, end }: Literal): Buffer | null {
  if (kind === "null") return null;
  if (kind === "hex") {
    const decoded = Buffer.from(bytes.toString("latin1", start, end), "hex");
    if (decoded.length * 2 !== end - start) throw new DumpError("a value in hex is no hex");
    return decoded;
  }
  const raw = bytes.subarray(start, end);
  return kind === "text" ? unescape(raw) : raw;
}

/** What stands for what after a backslash; every other character stands for itself. */
const ESCAPES: ReadonlyMap<number, number> = new Map(
  Object.entries({ "0": 0x00, b: 0x08, n: 0x0a, r: 0x0d, t: 0x09, Z: 0x1a }).map(
    ([letter, byte]) => [letter.charCodeAt(0), byte],
  ),
);

function unescape(raw: Buffer): Buffer {
  if (!raw.includes(CHAR.backslash) && !raw.includes(CHAR.single)) return raw;
  const plain = Buffer.allocUnsafe(raw.length);
  let length = 0;
  for (let at = 0; at < raw.length; at++) {
    let byte = raw[at] ?? 0;
    if (byte === CHAR.backslash) {
      byte = raw[++at] ?? 0;
      // `\%` and `\_` are kept as they are, for LIKE.
      if (byte === 0x25 || byte === 0x5f) plain[length++] = CHAR.backslash;
      byte = ESCAPES.get(byte) ?? byte;
    } else if (byte === CHAR.single) {
      at++;
    }
    plain[length++] = byte;
  }
  return plain.subarray(0, length);
}
