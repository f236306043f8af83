import type { Pace } from "../../vault/pace.ts";
import { needleOf, needleOfWord, type Needle } from "./needle.ts";
import type { Query, Term } from "./query.ts";
import type { Doc, Segment } from "./segment.ts";
import { near, toleranceOf } from "./words.ts";

/** A record that a query finds, and how well it fits each of the terms. */
export interface Match {
  readonly doc: Doc;
  readonly fits: readonly number[];
}

/** What was found in all of somebody's texts. */
export interface Matches {
  /** Those terms of the query that a record may be found by, group by group. */
  readonly terms: readonly Term[];
  readonly found: readonly Match[];
  /** In how many records each of the terms is, whatever else they have to be. */
  readonly documents: readonly number[];
  readonly count: number;
  /** What shows where in a record the terms are. */
  readonly needles: readonly Needle[];
}

const FUZZY_WORTH = 0.4;
/** A word is taken for so many others at most in one segment. */
const MOST_NEAR = 16;
const MOST_NEEDLES = 64;

/**
 * Finds the records in `segments` that fit a query.
 *
 * @param isWanted - Whether a record is among those that are searched.
 */
export async function findMatches(
  segments: AsyncIterable<Segment> | Iterable<Segment>,
  query: Query,
  isWanted: (doc: Doc) => boolean,
  turn: Pace,
): Promise<Matches> {
  const terms = query.groups.flat();
  const looked = terms.map((term) => ({ term, needle: needleOf(term) }));
  const excluded = query.excluded.map(needleOf);
  const nearWords = new Set<string>();
  const documents = terms.map(() => 0);
  const found: Match[] = [];
  let count = 0;
  for await (const segment of segments) {
    const fits: Float32Array[] = [];
    for (const [i, { term, needle }] of looked.entries()) {
      const own = new Float32Array(segment.docs.length);
      if (term.mode !== "near") segment.find(needle, 1, own);
      await turn();
      if (term.mode === "fuzzy" || term.mode === "near") {
        const [{ text }] = term.tokens;
        const words = near(await segment.words(turn), text).slice(0, MOST_NEAR);
        await turn();
        for (const { word, steps, start, count: occurs } of words) {
          if (word === text) continue;
          nearWords.add(word);
          // The space before it is part of the needle.
          const known = { start: start - 1, count: occurs };
          segment.find(needleOfWord(word), FUZZY_WORTH / steps, own, known);
          await turn();
        }
      }
      fits.push(own);
      documents[i] = (documents[i] ?? 0) + countFitting(own);
    }
    const unwanted = new Float32Array(segment.docs.length);
    for (const needle of excluded) {
      segment.find(needle, 1, unwanted);
      await turn();
    }
    count += segment.count;
    collect(segment.docs, query, { fits, unwanted, isWanted }, found);
    await turn();
  }
  const needles = [...looked.map(({ needle }) => needle), ...[...nearWords].map(needleOfWord)];
  return { terms, found, documents, count, needles: needles.slice(0, MOST_NEEDLES) };
}

function countFitting(fits: Float32Array): number {
  return fits.reduce((count, fit) => count + Number(fit > 0), 0);
}

/**
 * Adds the records of a segment that fit to `found`. In a function of its own, since a loop in one that waits is not
 * compiled well; and without a look at those that do not fit.
 */
function collect(
  docs: readonly Doc[],
  query: Query,
  by: {
    readonly fits: readonly Float32Array[];
    readonly unwanted: Float32Array;
    readonly isWanted: (doc: Doc) => boolean;
  },
  found: Match[],
): void {
  const { fits, unwanted, isWanted } = by;
  for (let d = 0; d < docs.length; d++) {
    if (!fitsAll(query, fits, d) || unwanted[d] !== 0) continue;
    const doc = docs[d];
    if (doc === undefined || !isWanted(doc)) continue;
    found.push({ doc, fits: fits.map((own) => own[d] ?? 0) });
  }
}

/** Whether the record at place `d` has a term of each group. */
function fitsAll({ groups }: Query, fits: readonly Float32Array[], d: number): boolean {
  let i = 0;
  for (const group of groups) {
    let isThere = false;
    for (let end = i + group.length; i < end; i++) isThere ||= (fits[i]?.[d] ?? 0) > 0;
    if (!isThere) return false;
  }
  return true;
}

/**
 * The query with the words that are nowhere looked for as if they were misspelt; null when there is none such.
 *
 * @param matches - What it found as it is.
 */
export function loosened(query: Query, { terms, documents }: Matches): Query | null {
  const isMissing = (term: Term) =>
    term.mode === "prefix" &&
    term.tokens.length === 1 &&
    term.tokens[0].isWord &&
    toleranceOf(term.tokens[0].text) > 0 &&
    documents[terms.indexOf(term)] === 0;
  if (!terms.some(isMissing)) return null;
  const groups = query.groups.map((group) =>
    group.map((term): Term => (isMissing(term) ? { ...term, mode: "near" } : term)),
  );
  return { ...query, groups };
}
