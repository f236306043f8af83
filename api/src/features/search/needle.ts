import type { Term } from "./query.ts";

const SPACE = 0x20;

/** The bytes of a term, as they stand in folded text. */
export interface Needle {
  readonly bytes: Buffer;
  /** How many of the first bytes are compared only where the others were found. */
  readonly skipped: number;
  readonly tail: Buffer;
}

export function needleOf({ tokens, mode }: Pick<Term, "tokens" | "mode">): Needle {
  const [first] = tokens;
  const last = tokens.at(-1) ?? first;
  const text = tokens.map((token) => token.text).join(" ");
  const end = mode === "whole" && last.isWord ? " " : "";
  return toNeedle(Buffer.from(`${first.isWord ? " " : ""}${text}${end}`), first.isWord);
}

/** The needle of one whole word. */
export const needleOfWord = (word: string): Needle => toNeedle(Buffer.from(` ${word} `), true);

/**
 * Bytes are looked for by the first of them, so that one which occurs at every turn makes it slow: the space before each
 * word, and the first byte of a letter that is not of ASCII, which a whole alphabet shares. They are passed over, unless
 * what is left would be found at every turn too.
 */
function toNeedle(bytes: Buffer, isWord: boolean): Needle {
  const start = isWord ? 1 : 0;
  const lead = bytes[start] ?? 0;
  const skipped = start + (lead < 0x80 ? 0 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3);
  const kept = bytes.length - skipped < 3 ? 0 : skipped;
  return { bytes, skipped: kept, tail: bytes.subarray(kept) };
}

/** Where `needle` is next in `folded`, from `from` on; -1 for nowhere. */
export function indexOfNeedle(folded: Buffer, needle: Needle, from: number): number {
  const { bytes, skipped, tail } = needle;
  for (let at = from + skipped; ;) {
    const found = folded.indexOf(tail, at);
    if (found === -1) return -1;
    let head = skipped - 1;
    while (head >= 0 && folded[found - skipped + head] === bytes[head]) head--;
    if (head < 0) return found - skipped;
    at = found + 1;
  }
}

/** Whether what was found at `at` ends where a word ends. */
export const endsWord = (folded: Buffer, { bytes }: Needle, at: number): boolean =>
  bytes.at(-1) === SPACE || folded[at + bytes.length] === SPACE;
