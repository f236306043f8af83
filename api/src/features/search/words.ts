import { distance } from "fastest-levenshtein";
import type { Pace } from "../../vault/pace.ts";

const SPACE = 0x20;
const SHORTEST = 3;
const LONGEST = 40;
/** How much is gone through between two looks at the clock. */
const STEP_BYTES = 16 * 1024;

/** The different words of some folded text, of 3 to 40 bytes. Of each only where it is: strings would take more than the text. */
export interface Words {
  readonly text: Buffer;
  /** By their length in characters. */
  readonly byLength: ReadonlyMap<number, WordList>;
  /** What they take in memory. */
  readonly size: number;
}

interface WordList {
  /** Where each of the words stands first, how many bytes it has, and how often it is there. */
  readonly starts: Int32Array;
  readonly lengths: Uint8Array;
  readonly counts: Int32Array;
  /** Which letters are in each of them, as bits: what tells most words apart without comparing them. */
  readonly letters: Int32Array;
}

const WORD_BYTES = 13;

/** A word of a text that is nearly another, by so many steps, and where it is. */
export interface NearWord {
  readonly word: string;
  readonly steps: number;
  readonly start: number;
  readonly count: number;
}

/** Finds the words in `text`, comparing bytes: making a string of each would take several times as long. */
export async function wordsIn(text: Buffer, turn: Pace): Promise<Words> {
  // Open addressing: where a word was first seen, and how long it is.
  let slots = 1 << 12;
  let starts = new Int32Array(slots).fill(-1);
  let lengths = new Uint8Array(slots);
  let counts = new Int32Array(slots);
  let different = 0;
  const slotOf = (start: number, length: number): number => {
    let hash = 0x811c9dc5;
    for (let i = start; i < start + length; i++) {
      hash = Math.imul(hash ^ (text[i] ?? 0), 0x01000193);
    }
    for (let slot = (hash ^ (hash >>> 15)) & (slots - 1); ; slot = (slot + 1) & (slots - 1)) {
      const known = starts[slot] ?? -1;
      if (known === -1) return slot;
      if (lengths[slot] !== length) continue;
      let i = 0;
      while (i < length && text[known + i] === text[start + i]) i++;
      if (i === length) return slot;
    }
  };
  const enlarge = () => {
    const [oldStarts, oldLengths, oldCounts] = [starts, lengths, counts];
    slots *= 2;
    starts = new Int32Array(slots).fill(-1);
    lengths = new Uint8Array(slots);
    counts = new Int32Array(slots);
    oldStarts.forEach((start, i) => {
      if (start === -1) return;
      const length = oldLengths[i] ?? 0;
      const slot = slotOf(start, length);
      starts[slot] = start;
      lengths[slot] = length;
      counts[slot] = oldCounts[i] ?? 0;
    });
  };
  let start = 0;
  let nextTurn = STEP_BYTES;
  for (let at = 0; at < text.length; at++) {
    const byte = text[at] ?? 0;
    if (byte > SPACE) continue;
    const length = at - start;
    if (length >= SHORTEST && length <= LONGEST) {
      const slot = slotOf(start, length);
      counts[slot] = (counts[slot] ?? 0) + 1;
      if (starts[slot] === -1) {
        starts[slot] = start;
        lengths[slot] = length;
        if (++different * 2 > slots) enlarge();
      }
    }
    start = at + 1;
    if (at >= nextTurn) {
      nextTurn = at + STEP_BYTES;
      await turn();
    }
  }
  const slotsByLength = new Map<number, number[]>();
  for (let slot = 0; slot < slots; slot++) {
    const first = starts[slot] ?? -1;
    if (first === -1) continue;
    const length = charactersIn(text, first, first + (lengths[slot] ?? 0));
    const same = slotsByLength.get(length);
    if (same === undefined) slotsByLength.set(length, [slot]);
    else same.push(slot);
  }
  await turn();
  const byLength = new Map<number, WordList>();
  for (const [length, same] of slotsByLength) {
    const ends = (slot: number) => (starts[slot] ?? 0) + (lengths[slot] ?? 0);
    byLength.set(length, {
      starts: Int32Array.from(same, (slot) => starts[slot] ?? 0),
      lengths: Uint8Array.from(same, (slot) => lengths[slot] ?? 0),
      counts: Int32Array.from(same, (slot) => counts[slot] ?? 0),
      letters: Int32Array.from(same, (slot) => lettersIn(text, starts[slot] ?? 0, ends(slot))),
    });
    await turn();
  }
  return { text, byLength, size: different * WORD_BYTES };
}

/** A word takes as many mistakes as it can and still be told from others. */
export function toleranceOf(word: string): number {
  if (word.length < 4) return 0;
  return word.length < 8 ? 1 : 2;
}

/** Words that are nearly `word`, the nearest first, by Levenshtein's distance, two letters swapped being one step. */
export function near({ text, byLength }: Words, word: string): NearWord[] {
  const tolerance = toleranceOf(word);
  const swapped = swapsOf(word);
  const bytes = Buffer.from(word);
  const letters = lettersIn(bytes, 0, bytes.length);
  const characters = charactersIn(bytes, 0, bytes.length);
  const found: NearWord[] = [];
  for (let length = characters - tolerance; length <= characters + tolerance; length++) {
    const list = byLength.get(length);
    if (list === undefined) continue;
    for (let i = 0; i < list.letters.length; i++) {
      // A step takes one letter away at most, and brings another.
      if (bitsOf(letters ^ (list.letters[i] ?? 0)) > 2 * tolerance) continue;
      const start = list.starts[i] ?? 0;
      const other = text.toString("utf8", start, start + (list.lengths[i] ?? 0));
      const steps = swapped.has(other) ? 1 : distance(word, other);
      if (steps <= tolerance) found.push({ word: other, steps, start, count: list.counts[i] ?? 0 });
    }
  }
  return found.sort((a, b) => a.steps - b.steps);
}

/** Whether a byte of UTF-8 goes on with the character that began before it. */
const goesOn = (byte: number | undefined) => byte !== undefined && (byte & 0xc0) === 0x80;

function charactersIn(text: Buffer, start: number, end: number): number {
  let count = 0;
  for (let i = start; i < end; i++) if (!goesOn(text[i])) count++;
  return count;
}

/** A bit for each character that is there, by its last byte; some share one. */
function lettersIn(text: Buffer, start: number, end: number): number {
  let bits = 0;
  for (let i = start; i < end; i++) {
    if (i + 1 === end || !goesOn(text[i + 1])) bits |= 1 << ((text[i] ?? 0) & 31);
  }
  return bits;
}

function bitsOf(bits: number): number {
  let pairs = bits - ((bits >>> 1) & 0x55555555);
  pairs = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((pairs + (pairs >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

function swapsOf(word: string): Set<string> {
  const letters = Array.from(word);
  return new Set(
    letters.slice(1).map((letter, i) => {
      const swapped = [...letters];
      swapped[i + 1] = letters[i] ?? "";
      swapped[i] = letter;
      return swapped.join("");
    }),
  );
}
