import { dayNumber } from "../../lib/day.ts";
import { pace, type Pace } from "../../vault/pace.ts";
import { findTexts, isSearched, type RecordTexts } from "../../vault/texts.ts";
import type { UserVault } from "../../vault/user-vault.ts";
import { RECORD_KINDS } from "../record-kinds.ts";
import type { Found, SearchAnswer, SearchBody } from "./contract.ts";
import type { TextsInUse } from "./kept-texts.ts";
import { findMatches, loosened, type Match, type Matches } from "./matching.ts";
import type { Needle } from "./needle.ts";
import { passingSegments, type Damaged } from "./owner-texts.ts";
import { parseQuery, type Query } from "./query.ts";
import type { Doc, Segment } from "./segment.ts";
import { snippetOf } from "./snippet.ts";

const KINDS = RECORD_KINDS.filter(isSearched);

/** How much more of today is worth than of long ago, and after how many days half of that is left. */
const RECENT = 0.2;
const HALF_LIFE_DAYS = 180;

/**
 * Finds what somebody wrote.
 *
 * @param use - What is kept of their texts, which nobody else uses until this is done.
 * @param today - The day that it is for them.
 * @throws QueryError when there is nothing to look for in `asked.q`, or too much.
 */
export async function search(
  vault: UserVault,
  use: TextsInUse,
  asked: SearchBody,
  today: string,
): Promise<SearchAnswer & { readonly damaged: Damaged }> {
  const query = parseQuery(asked.q);
  const turn = pace();
  const { segments, damaged } = await openTexts(vault, use);
  const matches = await matchesOf(segments, query, isWantedBy(asked), turn);
  const best = await bestOf(matches, asked.limit, today, turn);
  const items = await show(vault, best, matches.needles, turn);
  return { items, total: matches.found.length, damaged: [...damaged()] };
}

/** The texts as they are now: those that are kept, or, where there is no room, as they pass by. */
async function openTexts(
  vault: UserVault,
  use: TextsInUse,
): Promise<{
  segments: () => Iterable<Segment> | AsyncIterable<Segment>;
  damaged: () => Iterable<string>;
}> {
  const { texts, fits } = use;
  use.isTooLarge ||= !(await texts.refresh(vault, KINDS, fits));
  if (!use.isTooLarge) return { segments: () => texts.segments, damaged: () => texts.damaged };
  let tables: string[] = [];
  const segments = () => {
    tables = [];
    return passingSegments(vault, KINDS, (table) => tables.push(table));
  };
  return { segments, damaged: () => tables };
}

async function matchesOf(
  segments: () => Iterable<Segment> | AsyncIterable<Segment>,
  query: Query,
  isWanted: (doc: Doc) => boolean,
  turn: Pace,
): Promise<Matches> {
  const matches = await findMatches(segments(), query, isWanted, turn);
  const looser = loosened(query, matches);
  return looser === null ? matches : findMatches(segments(), looser, isWanted, turn);
}

function isWantedBy({ from, to, kind, tag, pillarId }: SearchBody): (doc: Doc) => boolean {
  const kinds = kind && new Set(kind);
  return (doc) =>
    (kinds === undefined || kinds.has(doc.kind)) &&
    (from === undefined || (doc.day !== null && doc.day >= from)) &&
    (to === undefined || (doc.day !== null && doc.day <= to)) &&
    (tag === undefined || doc.tags.includes(tag)) &&
    (pillarId === undefined || doc.pillarIds.includes(pillarId));
}

type Ranked = Pick<Doc, "kind" | "id" | "day"> & { readonly score: number };

/** The `limit` that fit best, the best first. A term counts for more the fewer records it is in. */
async function bestOf(
  { found, documents, count }: Matches,
  limit: number,
  today: string,
  turn: Pace,
): Promise<Ranked[]> {
  const worths = documents.map((records) => Math.log(1 + count / Math.max(1, records)));
  const now = dayNumber(today);
  const best: Ranked[] = [];
  for (const [i, match] of found.entries()) {
    const ranked = rank(match, worths, now);
    let place = best.length;
    while (place > 0 && isBetter(ranked, best[place - 1])) place--;
    if (place < limit) {
      best.splice(place, 0, ranked);
      if (best.length > limit) best.pop();
    }
    if (i % 256 === 0) await turn();
  }
  return best;
}

function rank({ doc, fits }: Match, worths: readonly number[], now: number): Ranked {
  const { kind, id, day } = doc;
  const fit = fits.reduce((sum, one, i) => sum + one * (worths[i] ?? 0), 0);
  const age = day === null ? Infinity : Math.max(0, now - dayNumber(day));
  const score = fit * (1 + RECENT * 2 ** (-age / HALF_LIFE_DAYS));
  return { kind, id, day, score: Math.round(score * 1000) / 1000 };
}

/** Of two that fit as well the newer goes first. */
function isBetter(one: Ranked, other: Ranked | undefined): boolean {
  if (other === undefined) return true;
  if (one.score !== other.score) return one.score > other.score;
  const [day, otherDay] = [one.day ?? "", other.day ?? ""];
  return day === otherDay ? one.id < other.id : day > otherDay;
}

/** Reads what was found once more, for its title and a part of its texts as they are written. */
async function show(
  vault: UserVault,
  ranked: readonly Ranked[],
  needles: readonly Needle[],
  turn: Pace,
): Promise<Found[]> {
  const read = new Map<string, RecordTexts>();
  for (const kind of KINDS) {
    const ids = ranked.filter((one) => one.kind === kind.kind).map(({ id }) => id);
    const found = ids.length === 0 ? [] : await findTexts(vault, kind, ids);
    for (const texts of found) read.set(`${texts.kind}/${texts.id}`, texts);
  }
  const items: Found[] = [];
  for (const { kind, id, score } of ranked) {
    const searched = read.get(`${kind}/${id}`)?.searched;
    // It was thrown away a moment ago.
    if (searched === undefined || typeof searched === "string") continue;
    const { day, title = "", texts } = searched;
    const written = texts.filter((text) => text !== undefined);
    items.push({ kind, id, day, title, snippet: await snippetOf(written, needles, turn), score });
    await turn();
  }
  return items;
}
