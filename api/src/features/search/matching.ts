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
      segment.find(needle, 1, own);
      await turn();
      if (term.mode === "fuzzy") {
        const [{ text }] = term.tokens;
        for (const { word, steps } of near(await segment.words(turn), text).slice(0, MOST_NEAR)) {
          if (word === text) continue;
          nearWords.add(word);
          segment.find(needleOfWord(word), FUZZY_WORTH / Math.max(1, steps), own);
          await turn();
        }
      }
      fits.push(own);
      documents[i] = (documents[i] ?? 0) + own.reduce((sum, fit) => sum + (fit > 0 ? 1 : 0), 0);
    }
    const unwanted = new Float32Array(segment.docs.length);
    for (const needle of excluded) {
      segment.find(needle, 1, unwanted);
      await turn();
    }
    for (const [d, doc] of segment.docs.entries()) {
      if (doc.isGone) continue;
      count++;
      if (unwanted[d] !== 0) continue;
      const ofDoc = fits.map((own) => own[d] ?? 0);
      if (fitsAll(query, ofDoc) && isWanted(doc)) found.push({ doc, fits: ofDoc });
    }
    await turn();
  }
  const needles = [...looked.map(({ needle }) => needle), ...[...nearWords].map(needleOfWord)];
  return { terms, found, documents, count, needles: needles.slice(0, MOST_NEEDLES) };
}

/** Whether there is a term of each group. */
function fitsAll({ groups }: Query, fits: readonly number[]): boolean {
  let i = 0;
  for (const group of groups) {
    let isThere = false;
    for (let end = i + group.length; i < end; i++) isThere ||= (fits[i] ?? 0) > 0;
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
    group.map((term): Term => (isMissing(term) ? { ...term, mode: "fuzzy" } : term)),
  );
  return { ...query, groups };
}
