import type * as z from "zod";
import { addDays, dayNumber, mondayOf } from "../../lib/day.ts";
import type { Correction } from "../daily-recaps/contract.ts";
import { toTwoPlaces } from "../daily-recaps/grade.ts";
import type { CorrectionOutcome } from "./contract.ts";
import type { Recap } from "./days.ts";

/** How many weeks are looked at on either side of a correction. */
const WEEKS = 4;
/** In so many of them there must be a recap. */
const MIN_WEEKS = 2;
const MAX_SHOWN = 20;

/** How many days before and after a correction are looked at. */
export const CORRECTION_DAYS = WEEKS * 7;

type Corrections = readonly z.output<typeof Correction>[];

export interface WeekCorrections {
  readonly id: string;
  readonly week: string;
  readonly corrections: Corrections;
}

type Made = Pick<CorrectionOutcome, "pillarId" | "text" | "done" | "day" | "source">;

/**
 * The slips of pillars before and after the corrections of them that were made from `from` to `to`, the latest first. A
 * correction that is made again in the same words counts from the first time. What a correction is followed by it need
 * not have brought about.
 *
 * @param recaps - Of the days from {@link CORRECTION_DAYS} before `from` to as many after `to`.
 * @param weeks - The recaps of the weeks that end from `from` to `to`.
 */
export function judgeCorrections(
  recaps: readonly Recap[],
  weeks: readonly WeekCorrections[],
  { from, to }: { readonly from: string; readonly to: string },
): CorrectionOutcome[] {
  const made = [
    ...recaps.flatMap(({ id, day, corrections }) =>
      madeIn(corrections, day, { kind: "daily-recaps", id }),
    ),
    ...weeks.flatMap(({ id, week, corrections }) =>
      madeIn(corrections, addDays(mondayOf(week), 6), { kind: "weekly-recaps", id }),
    ),
  ];
  const byDay = new Map(recaps.map((recap) => [dayNumber(recap.day), recap]));
  const outcomes: CorrectionOutcome[] = [];
  const latestFirst = firstTimes(made).sort((one, other) => inTime(other, one));
  for (const correction of latestFirst) {
    if (correction.day < from || correction.day > to) continue;
    const outcome = judge(correction, byDay);
    if (outcome !== null) outcomes.push(outcome);
    if (outcomes.length === MAX_SHOWN) break;
  }
  return outcomes;
}

function madeIn(corrections: Corrections, day: string, source: Made["source"]): Made[] {
  return corrections.flatMap(({ pillarId, text, done }) =>
    pillarId === null ? [] : [{ pillarId, text, done, day, source }],
  );
}

/** By their days; of one day by their recaps, in whatever order these were read. Those of one recap stay as they are. */
function inTime(one: Made, other: Made): number {
  const placeOf = ({ day, source }: Made) => `${day} ${source.kind} ${source.id}`;
  const [a, b] = [placeOf(one), placeOf(other)];
  return a === b ? 0 : a < b ? -1 : 1;
}

/** Each correction the first time it was made; done when it was done at any time. */
function firstTimes(made: readonly Made[]): Made[] {
  const byText = new Map<string, Made>();
  for (const one of made.toSorted(inTime)) {
    const key = `${one.pillarId} ${one.text.trim().toLowerCase()}`;
    const first = byText.get(key) ?? one;
    byText.set(key, { ...first, done: first.done || one.done });
  }
  return [...byText.values()];
}

/** Slips of the day of a correction are what it answers, and count before it. */
function judge(correction: Made, byDay: ReadonlyMap<number, Recap>): CorrectionOutcome | null {
  const pivot = dayNumber(correction.day);
  const sideFrom = (first: number) => {
    const days = Array.from({ length: CORRECTION_DAYS }, (_, i) => byDay.get(pivot + first + i));
    const weeks = Array.from({ length: WEEKS }, (_, i) => days.slice(7 * i, 7 * i + 7));
    return {
      weeks: weeks.filter((week) => week.some((recap) => recap !== undefined)).length,
      ...countSlips(
        days.flatMap((recap) => recap ?? []),
        correction.pillarId,
      ),
    };
  };
  const before = sideFrom(1 - CORRECTION_DAYS);
  const after = sideFrom(1);
  if (before.weeks < MIN_WEEKS || after.weeks < MIN_WEEKS) return null;
  const more = after.perWeek - before.perWeek;
  const code = more < 0 ? "fewer_slips" : more > 0 ? "more_slips" : "as_many_slips";
  return { type: "correction", code, ...correction, before, after };
}

function countSlips(recaps: readonly Recap[], pillarId: string) {
  const own = recaps.map(({ id, slips }) => ({
    id,
    slips: slips.filter((slip) => slip.pillarId === pillarId).length,
  }));
  const slips = own.reduce((sum, recap) => sum + recap.slips, 0);
  return {
    recaps: recaps.length,
    slips,
    perWeek: recaps.length === 0 ? 0 : toTwoPlaces((7 * slips) / recaps.length),
    recapIds: own.filter((recap) => recap.slips > 0).map(({ id }) => id),
  };
}
