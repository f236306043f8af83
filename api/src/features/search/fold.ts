/**
 * Text as it is compared: words apart by one space each, without case, accents and compatibility forms, in UTF-8. What
 * is searched, what is searched for, and what a snippet shows as found all pass here, so that they agree.
 *
 * Folding goes code point by code point: NFKD (UAX #15), full case folding as far as upper and lower case of ECMAScript
 * give it (ß and ẞ to ss, ς to σ, İ and ı to i), NFKD again, and then without what {@link isDropped} names. Marks need no
 * order, since those of one letter that stay are never reordered by NFKD of a single code point.
 */

const SPACE = 0x20;

/** A run of letters and digits that spaces stand around: it is looked for from its beginning. */
const WORD = 1;
/** A run in a script that writes no spaces, or of symbols such as emoji: it is looked for anywhere within. */
const RUN = 2;
const SEPARATOR = 0;
type CharacterClass = typeof SEPARATOR | typeof WORD | typeof RUN;

/** What a code point becomes: nothing where it is dropped. */
type Folded = readonly { readonly is: CharacterClass; readonly bytes: Uint8Array }[];

/** Bytes that text is folded into. They grow as needed, and what they leave behind is wiped. */
export interface Sink {
  bytes: Buffer;
  length: number;
}

export function newSink(capacity = 256): Sink {
  return { bytes: Buffer.allocUnsafeSlow(capacity), length: 0 };
}

/** No code point becomes longer: U+FDFA is the longest, with 33 bytes and some spaces. */
const LONGEST = 128;

/**
 * Folds `text` behind what `sink` holds: each word or run after a space, and a space at the end; nothing where there is
 * none.
 *
 * @param origins - Is given, for each byte that is written, where in `text` it comes from (in UTF-16 code units).
 */
export function foldInto(sink: Sink, text: string, origins?: number[]): void {
  if (origins === undefined && Buffer.byteLength(text) === text.length) foldAscii(sink, text);
  else foldAny(sink, text, origins);
}

/** Writes the text where it is going to lie and folds it there, which takes half of the time. */
function foldAscii(sink: Sink, text: string): void {
  const began = sink.length;
  const bytes = roomFor(sink, began + text.length + 2);
  const end = began + 1 + bytes.write(text, began + 1, "latin1");
  bytes[began] = SPACE;
  let at = began + 1;
  let wasWord = 0;
  // Every byte is written. What stays is where the next one goes behind it: of what separates, only the first.
  for (let i = at; i < end; i++) {
    const folded = ASCII_IN_PLACE[bytes[i] ?? 0] ?? 0;
    bytes[at] = folded;
    const isWord = folded >> 8;
    at += isWord | wasWord;
    wasWord = isWord;
  }
  if (at === began + 1) at = began;
  else if (wasWord === 1) bytes[at++] = SPACE;
  // What stood behind it is as it was written.
  bytes.fill(0, at, Math.max(at, end));
  sink.length = at;
}

function foldAny(sink: Sink, text: string, origins: number[] | undefined): void {
  const began = sink.length;
  let bytes = roomFor(sink, sink.length + text.length * 2);
  let at = began;
  let run: CharacterClass = SEPARATOR;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) {
      const byte = ASCII[unit] ?? SPACE;
      if (byte === SPACE) {
        run = SEPARATOR;
        continue;
      }
      if (run !== WORD) {
        run = WORD;
        bytes[at++] = SPACE;
        if (origins !== undefined) origins.push(i);
      }
      bytes[at++] = byte;
      if (origins !== undefined) origins.push(i);
      continue;
    }
    const point = (unit & 0xfc00) === 0xd800 ? (text.codePointAt(i) ?? unit) : unit;
    const parts = foldedOf(point);
    for (const { is, bytes: folded } of parts) {
      if (is !== run && is !== SEPARATOR) {
        bytes[at++] = SPACE;
        if (origins !== undefined) origins.push(i);
      }
      run = is;
      for (const byte of folded) {
        bytes[at++] = byte;
        if (origins !== undefined) origins.push(i);
      }
    }
    if (point > 0xffff) i++;
    // What is left takes two bytes for each of ASCII, if need be; the next that is not brings its own.
    sink.length = at;
    bytes = roomFor(sink, at + (text.length - i) * 2);
  }
  if (at > began) {
    bytes[at++] = SPACE;
    if (origins !== undefined) origins.push(text.length);
  }
  sink.length = at;
}

/** The bytes of a sink, moved where there are more of them if `length`, and one code point, may not fit. */
function roomFor(sink: Sink, length: number): Buffer {
  const { bytes } = sink;
  if (length + LONGEST <= bytes.length) return bytes;
  const larger = Buffer.allocUnsafeSlow(Math.max(bytes.length * 2, length + LONGEST));
  bytes.copy(larger, 0, 0, sink.length);
  bytes.fill(0);
  sink.bytes = larger;
  return larger;
}

/** One word or run of a folded text. */
export interface Token {
  readonly text: string;
  readonly isWord: boolean;
}

export function tokensOf(text: string): Token[] {
  const sink = newSink();
  foldInto(sink, text);
  const folded = sink.bytes.toString("utf8", 0, sink.length).trim();
  if (folded === "") return [];
  return folded.split(" ").map((token) => ({ text: token, isWord: isWord(token) }));
}

/** What `text` is compared as. */
export const folded = (text: string): string =>
  tokensOf(text)
    .map((token) => token.text)
    .join(" ");

function isWord(token: string): boolean {
  const point = token.codePointAt(0) ?? 0;
  return point < 0x80 || foldedOf(point)[0]?.is === WORD;
}

/** The letters and digits of ASCII in lower case; a space in place of all else. */
const ASCII = Uint8Array.from({ length: 0x80 }, (_, unit) => {
  const letter = String.fromCharCode(unit).toLowerCase();
  return /[a-z0-9]/.test(letter) ? letter.charCodeAt(0) : SPACE;
});

/** The same, with a bit above the byte for what is a letter or a digit. */
const ASCII_IN_PLACE = Uint16Array.from(ASCII, (byte) => (byte === SPACE ? byte : byte | 0x100));

/** By code point, filled as they occur. An array for most, which is found in faster than in a map. */
const basic: (Folded | undefined)[] = new Array<Folded | undefined>(0x10000).fill(undefined);
const further = new Map<number, Folded>();

function foldedOf(point: number): Folded {
  const known = point < 0x10000 ? basic[point] : further.get(point);
  if (known !== undefined) return known;
  const made = fold(point);
  if (point < 0x10000) basic[point] = made;
  else further.set(point, made);
  return made;
}

function fold(point: number): Folded {
  const caseless = String.fromCodePoint(point)
    .normalize("NFKD")
    .toLowerCase()
    .toUpperCase()
    .toLowerCase()
    .normalize("NFKD");
  return Array.from(caseless)
    .filter((character) => !isDropped(character))
    .map((character) => {
      const is = classOf(character);
      return { is, bytes: is === SEPARATOR ? new Uint8Array() : Buffer.from(character) };
    });
}

/**
 * Accents and vowel points of alphabets that are also read without them; what is not seen, such as soft hyphens, joiners
 * and variation selectors; tones of skin; and the Arabic lengthening. Marks of other scripts are letters of theirs.
 */
function isDropped(character: string): boolean {
  return (
    /^[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Me}\p{Emoji_Modifier}\u0640]$/u.test(character) ||
    (/^\p{Mn}$/u.test(character) &&
      /^[\p{Script=Inherited}\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Hebrew}\p{Script=Arabic}]$/u.test(
        character,
      ) &&
      // The voicing marks of kana tell words apart.
      !/^[\u3099\u309a]$/.test(character))
  );
}

const UNSPACED = [
  ...["Hani", "Hira", "Kana", "Bopo", "Yiii", "Thai", "Laoo", "Khmr", "Mymr", "Tibt"],
  ...["Java", "Bali", "Lana", "Talu", "Cham", "Sund"],
]
  .map((script) => `\\p{Script_Extensions=${script}}`)
  .join("");
const unspaced = new RegExp(`^[${UNSPACED}]$`, "u");

function classOf(character: string): CharacterClass {
  if (/^[\p{L}\p{M}\p{N}]$/u.test(character)) return unspaced.test(character) ? RUN : WORD;
  return /^[\p{So}\p{Extended_Pictographic}]$/u.test(character) ? RUN : SEPARATOR;
}
