import { distance } from "fastest-levenshtein";
import type { Pace } from "../../vault/pace.ts";

const SPACE = 0x20;
const SHORTEST = 3;
const LONGEST = 40;
/** How much is gone through between two looks at the clock. */
const STEP_BYTES = 16 * 1024;

/** What a word takes in memory: its text, and its place in a list. */
const WORD_BYTES = 40;

/** The different words of some folded text, of 3 to 40 bytes. */
export interface Words {
  /** By their length, in UTF-16 code units. */
  readonly byLength: ReadonlyMap<number, readonly string[]>;
  /** What they take in memory. */
  readonly size: number;
}

/** Finds the words in `text`, comparing bytes: making a string of each would take several times as long. */
export async function wordsIn(text: Buffer, turn: Pace): Promise<Words> {
  // Open addressing: where a word was first seen, and how long it is.
  let slots = 1 << 12;
  let starts = new Int32Array(slots).fill(-1);
  let lengths = new Uint8Array(slots);
  let count = 0;
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
    const [oldStarts, oldLengths] = [starts, lengths];
    slots *= 2;
    starts = new Int32Array(slots).fill(-1);
    lengths = new Uint8Array(slots);
    oldStarts.forEach((start, i) => {
      if (start === -1) return;
      const length = oldLengths[i] ?? 0;
      const slot = slotOf(start, length);
      starts[slot] = start;
      lengths[slot] = length;
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
      if (starts[slot] === -1) {
        starts[slot] = start;
        lengths[slot] = length;
        if (++count * 2 > slots) enlarge();
      }
    }
    start = at + 1;
    if (at >= nextTurn) {
      nextTurn = at + STEP_BYTES;
      await turn();
    }
  }
  const byLength = new Map<number, string[]>();
  for (const [slot, wordStart] of starts.entries()) {
    if (wordStart === -1) continue;
    const word = text.toString("utf8", wordStart, wordStart + (lengths[slot] ?? 0));
    const same = byLength.get(word.length);
    if (same === undefined) byLength.set(word.length, [word]);
    else same.push(word);
  }
  return { byLength, size: count * WORD_BYTES };
}

/** A word takes as many mistakes as it can and still be told from others. */
export function toleranceOf(word: string): number {
  if (word.length < 4) return 0;
  return word.length < 8 ? 1 : 2;
}

/** Words that are nearly `word`, and by how much they differ: Levenshtein's distance, two letters swapped being one step. */
export function near(words: Words, word: string): { word: string; steps: number }[] {
  const tolerance = toleranceOf(word);
  const swapped = swapsOf(word);
  const found: { word: string; steps: number }[] = [];
  for (let length = word.length - tolerance; length <= word.length + tolerance; length++) {
    for (const other of words.byLength.get(length) ?? []) {
      const steps = swapped.has(other) ? 1 : distance(word, other);
      if (steps <= tolerance) found.push({ word: other, steps });
    }
  }
  return found.sort((a, b) => a.steps - b.steps);
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
