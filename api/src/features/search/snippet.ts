import type { Pace } from "../../vault/pace.ts";
import type { Found } from "./contract.ts";
import { foldInto, newSink } from "./fold.ts";
import { indexOfNeedle, type Needle } from "./needle.ts";

type Snippet = Found["snippet"];

/** About how long a snippet is, in UTF-16 code units. */
const LENGTH = 160;
/** How much of a text is looked at between two looks at the clock. */
const PIECE = 4 * 1024;
/** In one piece so many places are looked at, of each needle its share, and so many are shown. */
const MOST_HITS = 2048;
const MOST_SHOWN = 100;
/** Of so many pieces that have any of them the best is taken: a text of one word does not take long for each. */
const MOST_PIECES = 32;

const SPACE = 0x20;

/** Where in a text something was found, in UTF-16 code units, give or take a grapheme, and which needle it was. */
interface Hit {
  readonly from: number;
  readonly to: number;
  readonly needle: number;
}

interface Window {
  readonly text: string;
  readonly hits: readonly Hit[];
  /** How many needles are among them. */
  readonly different: number;
  readonly worth: number;
}

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/**
 * The part of `texts` in which most of what was looked for stands together, cut where graphemes end and, where there are
 * any near, at spaces. Where nothing of it stands in them, how they begin. Of very long texts that are full of it, the
 * best of what is looked at.
 */
export async function snippetOf(
  texts: readonly string[],
  needles: readonly Needle[],
  turn: Pace,
): Promise<Snippet> {
  const sought = distinct(needles);
  let best: Window | null = null;
  let looked = 0;
  for (const text of texts) {
    for (const piece of piecesOf(text)) {
      const hits = await hitsIn(piece, sought, turn);
      const window = bestWindow(piece, hits);
      if (window !== null && window.worth > (best?.worth ?? 0)) best = window;
      if (hits.length > 0) looked++;
      await turn();
      if (best !== null && (looked === MOST_PIECES || best.different === sought.length)) {
        return cut(best);
      }
    }
  }
  if (best !== null) return cut(best);
  const [first] = texts.filter((text) => text.trim() !== "");
  return first === undefined
    ? []
    : cut({ text: first.trimStart().slice(0, 4 * LENGTH), hits: [], different: 0, worth: 0 });
}

/** Terms may be the same as others but for how they are looked for. */
const distinct = (needles: readonly Needle[]): Needle[] => [
  ...new Map(needles.map((needle) => [needle.bytes.toString(), needle])).values(),
];

/** What stands together within {@link LENGTH} is whole in one of them. */
function* piecesOf(text: string): Generator<string> {
  let at = 0;
  while (at + PIECE < text.length) {
    const rest = text.slice(at, at + PIECE);
    // What ends here may go on behind it.
    const end = startOfWord(rest);
    yield rest.slice(0, end);
    at += end > 2 * LENGTH ? startOfWord(rest.slice(0, end - LENGTH)) : end;
  }
  yield text.slice(at);
}

/** Where the last word of a text begins, or the last grapheme where it has no spaces. */
function startOfWord(text: string): number {
  const near = text.slice(-LENGTH).search(/(?:\r\n|\s)\S*$/);
  if (near > 0) return text.length - LENGTH + near;
  const last = graphemes.segment(text).containing(text.length - 1)?.index ?? 0;
  return last === 0 ? text.length : last;
}

async function hitsIn(text: string, needles: readonly Needle[], turn: Pace): Promise<Hit[]> {
  const sink = newSink(text.length * 2 + 256);
  const origins: number[] = [];
  foldInto(sink, text, origins);
  const folded = sink.bytes.subarray(0, sink.length);
  const most = Math.ceil(MOST_HITS / Math.max(1, needles.length));
  const hits: Hit[] = [];
  for (const [needle, one] of needles.entries()) {
    const { bytes } = one;
    let at = indexOfNeedle(folded, one, 0);
    for (let count = 0; at !== -1 && count < most; count++) {
      const first = at + (bytes[0] === SPACE ? 1 : 0);
      const last = at + bytes.length - (bytes.at(-1) === SPACE ? 2 : 1);
      hits.push({ from: origins[first] ?? 0, to: (origins[last] ?? 0) + 1, needle });
      at = indexOfNeedle(folded, one, at + 1);
    }
    await turn();
  }
  sink.bytes.fill(0);
  return hits.sort((a, b) => a.from - b.from || b.to - a.to);
}

/** The first of the windows with the most in them. One begins at each hit, and ends no earlier than the one before. */
function bestWindow(text: string, hits: readonly Hit[]): Window | null {
  let best = { start: 0, end: 0, different: 0, worth: 0 };
  const within = new Map<number, number>();
  let end = 0;
  for (const [start, { from, needle }] of hits.entries()) {
    for (let hit = hits[end]; hit !== undefined; hit = hits[++end]) {
      if (end >= start + MOST_SHOWN || (end > start && hit.to > from + LENGTH)) break;
      within.set(hit.needle, (within.get(hit.needle) ?? 0) + 1);
    }
    const worth = within.size * MOST_SHOWN + end - start;
    if (worth > best.worth) best = { start, end, different: within.size, worth };
    const left = (within.get(needle) ?? 0) - 1;
    if (left > 0) within.set(needle, left);
    else within.delete(needle);
  }
  const { start, different, worth } = best;
  return worth === 0 ? null : { text, hits: hits.slice(start, best.end), different, worth };
}

function cut({ text, hits: rough }: Window): Snippet {
  const within = graphemes.segment(text);
  const hits = rough.map(({ from, to }) => {
    const end = within.containing(to - 1);
    return {
      from: within.containing(from)?.index ?? 0,
      to: end === undefined ? text.length : end.index + end.segment.length,
    };
  });
  const first = hits[0]?.from ?? 0;
  const last = Math.max(first, ...hits.map(({ to }) => to));
  const spare = Math.max(0, LENGTH - (last - first));
  const boundary = (at: number) =>
    at <= 0 ? 0 : at >= text.length ? text.length : (within.containing(at)?.index ?? 0);
  let from = Math.max(0, first - Math.floor(spare / 3));
  if (from > 0) {
    const gap = text.slice(from, first).search(/\s\S/);
    from = gap === -1 ? boundary(from) : from + gap + 1;
  }
  let to = Math.min(text.length, Math.max(last, from + LENGTH));
  if (to < text.length) {
    const gap = text.slice(last, to + 1).search(/\s\S*$/);
    to = gap > 0 || (gap === 0 && last > first) ? last + gap : Math.max(last, boundary(to));
  }
  const pieces: Snippet = [];
  let at = from;
  for (const hit of hits) {
    if (hit.to <= at) continue;
    const start = Math.max(hit.from, at);
    if (start > at) pieces.push({ text: text.slice(at, start), match: false });
    const before = pieces.at(-1);
    // What overlaps is one match.
    if (hit.from < at && before?.match === true) before.text += text.slice(start, hit.to);
    else pieces.push({ text: text.slice(start, hit.to), match: true });
    at = hit.to;
  }
  if (at < to) pieces.push({ text: text.slice(at, to), match: false });
  return pieces;
}
