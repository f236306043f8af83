import { tokensOf, type Token } from "./fold.ts";

/** How a term is looked for. */
export interface Term {
  /** The words and runs of it, which stand one behind the other in a text. At least one. */
  readonly tokens: readonly [Token, ...Token[]];
  /**
   * `prefix`: its last word may go on; `whole`: it may not; `fuzzy`: words that are nearly it are found too; `near`: those
   * alone, of a word that is known to be nowhere.
   */
  readonly mode: "prefix" | "whole" | "fuzzy" | "near";
}

/** What is looked for: of every group one term at least, and none of `excluded`. */
export interface Query {
  readonly groups: readonly (readonly Term[])[];
  readonly excluded: readonly Term[];
}

/** A query that cannot be answered. The message says what to do, and holds nothing of it. */
export class QueryError extends Error {
  override readonly name = "QueryError";
}

export const MAX_QUERY_LENGTH = 200;
const MAX_TERMS = 16;

/**
 * Reads what a person typed: words are prefixes and all of them are looked for; `OR` between two means either (it binds
 * closer than a space); `-word` leaves out what has that word; `"a phrase"` stands as it is written, and one that is not
 * closed goes to the end; `word~` is also found when it is misspelt.
 *
 * @throws QueryError when there is nothing to look for, or too much.
 */
export function parseQuery(text: string): Query {
  if (Array.from(text).length > MAX_QUERY_LENGTH) {
    throw new QueryError(`must be at most ${MAX_QUERY_LENGTH} characters long`);
  }
  const groups: Term[][] = [];
  const excluded: Term[] = [];
  let joins = false;
  for (const [, minus, quoted, plain = ""] of text.matchAll(PIECE)) {
    if (plain === "OR" && minus === undefined) {
      joins = groups.length > 0;
      continue;
    }
    const isFuzzy = quoted === undefined && FUZZY.test(plain);
    const [first, ...rest] = tokensOf(quoted ?? plain.replace(FUZZY, ""));
    if (first === undefined) continue;
    const isWhole = quoted !== undefined || minus !== undefined;
    const term: Term = {
      tokens: [first, ...rest],
      mode: isWhole ? "whole" : isFuzzy && rest.length === 0 && first.isWord ? "fuzzy" : "prefix",
    };
    const group = joins ? groups.at(-1) : undefined;
    if (minus !== undefined) excluded.push(term);
    else if (group !== undefined) group.push(term);
    else groups.push([term]);
    joins = false;
  }
  if (groups.length === 0) {
    throw new QueryError(
      excluded.length === 0
        ? "must have a word to look for"
        : "must have a word to look for beside those to leave out",
    );
  }
  if (groups.flat().length + excluded.length > MAX_TERMS) {
    throw new QueryError(`must have at most ${MAX_TERMS} words and phrases`);
  }
  return {
    groups: distinct(groups.map(distinctTerms), (group) => group.map(keyOf).join("\n")),
    excluded: distinctTerms(excluded),
  };
}

/** What is said twice is looked for once: folded text holds no control characters. */
const keyOf = ({ tokens, mode }: Term) => `${mode}\t${tokens.map(({ text }) => text).join(" ")}`;
const distinctTerms = (terms: readonly Term[]) => distinct(terms, keyOf);
const distinct = <T>(all: readonly T[], key: (one: T) => string): T[] => [
  ...new Map(all.map((one) => [key(one), one])).values(),
];

/** A minus sign, if any, and then a phrase in quotation marks, straight or curly, or else what is up to the next space. */
const PIECE = /(?:^|(?<=[\s"“”„]))(-)?(?:["“”„]([^"“”„]*)(?:["“”„]|$)|(\S+))/gu;

/** The number is how Lucene says how far; here the length of the word does. */
const FUZZY = /~\d?$/;
