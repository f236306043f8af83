import type * as z from "zod";
import { headsOfDays, listDays } from "../../vault/day-list.ts";
import type { RecordKind, VaultRecord } from "../../vault/record-state.ts";
import type { UserVault } from "../../vault/user-vault.ts";
import type { DailyRecapFields } from "../daily-recaps/contract.ts";
import { dailyRecapKind } from "../daily-recaps/daily-recaps.ts";
import { gradeOf, toTwoPlaces } from "../daily-recaps/grade.ts";
import { entryKind } from "../entries/entries.ts";
import { feelsKind } from "../feels/feels.ts";
import { unreadableOf } from "../habits/habits.ts";
import { moodLogKind } from "../mood-logs/mood-logs.ts";
import { listMoods } from "../moods/moods.ts";
import { scoreKind } from "../pillar-scores/pillar-scores.ts";
import { mergeScores, type DayScore } from "../weekly-recaps/week.ts";
import type { DayPixel } from "./contract.ts";
import { meanOf } from "./statistics.ts";

export type Recap = VaultRecord<z.output<typeof DailyRecapFields>>;

/** What was noted on a day, without what was written. */
export interface DayFacts {
  readonly day: string;
  /** The valences of the moods of logs and entries, from -2 to 2. */
  readonly moods: readonly number[];
  /** How many entries there are. */
  readonly entries: number;
  readonly mentalState: number | null;
  /** 1 when the evening said purpose, -1 when it said pressure, 0 for both or neither. */
  readonly purpose: number | null;
  readonly scores: readonly DayScore[];
  readonly recap: Recap | null;
}

export interface Facts {
  /** The days that have a record, in their order. */
  readonly days: readonly DayFacts[];
  readonly unreadable?: number;
}

const PURPOSE = { pressure: -1, both: 0, neither: 0, purpose: 1 } as const;

/** What was noted on these days. Entries are not opened further than their first box. */
export async function readFacts(vault: UserVault, days: readonly string[]): Promise<Facts> {
  const [moods, logs, entries, feels, own, recaps] = await Promise.all([
    listMoods(vault, { limit: Infinity }),
    readDays(vault, moodLogKind, days),
    inSlices(days, (slice) => headsOfDays(vault, entryKind, slice)),
    readDays(vault, feelsKind, days),
    readDays(vault, scoreKind, days),
    readDays(vault, dailyRecapKind, days),
  ]);
  const valences = new Map(moods.items.map(({ id, valence }) => [id, valence]));
  const felt = [...logs.items, ...entries.items].flatMap(({ day, moodId }) => {
    const valence = moodId === null ? undefined : valences.get(moodId);
    return valence === undefined ? [] : [{ day, valence }];
  });
  const dayOf = ({ day }: { readonly day: string }) => day;
  const moodsOn = groupBy(felt, dayOf);
  const entriesOn = groupBy(entries.items, dayOf);
  const feelsOn = groupBy(feels.items, dayOf);
  const recapsOn = groupBy(recaps.items, dayOf);
  const scoresOn = groupBy(mergeScores(recaps.items, own.items), dayOf);
  const logsOn = new Set(logs.items.map(dayOf));
  const facts = days
    .filter((day) => [entriesOn, feelsOn, recapsOn, scoresOn, logsOn].some((on) => on.has(day)))
    .map((day): DayFacts => {
      const checkIns = feelsOn.get(day) ?? [];
      const answer = checkIns.find(({ kind }) => kind === "evening")?.pressureOrPurpose;
      return {
        day,
        moods: (moodsOn.get(day) ?? []).map(({ valence }) => valence),
        entries: entriesOn.get(day)?.length ?? 0,
        mentalState: checkIns.find(({ kind }) => kind === "morning")?.mentalState ?? null,
        purpose: answer === undefined ? null : PURPOSE[answer],
        scores: scoresOn.get(day) ?? [],
        recap: recapsOn.get(day)?.[0] ?? null,
      };
    });
  return { days: facts, ...unreadableOf(moods, logs, entries, feels, own, recaps) };
}

/** What can be shown of a day at a glance. */
export function pixelOf({ day, moods, entries, mentalState, scores }: DayFacts): DayPixel {
  const { overall, grade } = gradeOf(scores.map(({ score }) => score));
  return { day, mood: moodOf(moods), overall, grade, mentalState, entries };
}

/** Whether there is anything to be seen of a day. */
export function isSeen({ mood, overall, mentalState, entries }: DayPixel): boolean {
  return entries > 0 || [mood, overall, mentalState].some((value) => value !== null);
}

/** The mean of valences, to two places; null for none. */
export function moodOf(valences: readonly number[]): number | null {
  return valences.length === 0 ? null : toTwoPlaces(meanOf(valences));
}

/** All records of a kind of these days, in the order of the days, a month at a time. */
export function readDays<F extends object, H extends object>(
  vault: UserVault,
  kind: RecordKind<F, H>,
  days: readonly string[],
) {
  return inSlices(days, (slice) => listDays(vault, kind, slice));
}

const SLICE_DAYS = 31;

async function inSlices<T>(
  days: readonly string[],
  read: (slice: readonly string[]) => Promise<{ items: readonly T[]; unreadable?: number }>,
) {
  const pages: { items: readonly T[]; unreadable?: number }[] = [];
  for (let start = 0; start < days.length; start += SLICE_DAYS) {
    pages.push(await read(days.slice(start, start + SLICE_DAYS)));
  }
  return { items: pages.flatMap(({ items }) => items), ...unreadableOf(...pages) };
}

/** The items by a text of theirs, in the order in which they come. */
export function groupBy<T>(items: readonly T[], keyOf: (item: T) => string) {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}
