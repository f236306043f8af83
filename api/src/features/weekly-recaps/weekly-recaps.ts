import type * as z from "zod";
import { addDays, daysBetween, mondayOf } from "../../lib/day.ts";
import { listByDay, listDays } from "../../vault/day-list.ts";
import type { RecordKind, VaultRecord } from "../../vault/record-state.ts";
import { findNatural, getRecord } from "../../vault/records.ts";
import type { UserVault } from "../../vault/user-vault.ts";
import { dailyRecapKind } from "../daily-recaps/daily-recaps.ts";
import { unreadableOf } from "../habits/habits.ts";
import { listScores } from "../pillar-scores/pillar-scores.ts";
import { WeeklyRecapFields, type WeekView, type weeklyRecaps } from "./contract.ts";
import { weeklyRecapTable } from "./table.ts";
import { weekScores, type DayScore } from "./week.ts";

type Fields = z.output<typeof WeeklyRecapFields>;

/** Looking back on a week: one a week. */
export const weeklyRecapKind: RecordKind<Fields, Fields> = {
  kind: "weekly-recaps",
  fields: WeeklyRecapFields,
  table: weeklyRecapTable,
  dayOf: (recap) => mondayOf(recap.week),
  sortKey: (recap) => mondayOf(recap.week),
};

export const listWeeklyRecaps = (
  vault: UserVault,
  query: z.output<typeof weeklyRecaps.list.query>,
) => listByDay(vault, weeklyRecapKind, query);

/** A week as it went, whether or not anything is written about it. */
export async function viewWeek(vault: UserVault, week: string): Promise<WeekView> {
  const monday = mondayOf(week);
  const id = await findNatural(vault, weeklyRecapKind, monday);
  return viewOf(vault, week, id === null ? null : await getRecord(vault, weeklyRecapKind, id));
}

/** The week of a recap. */
export async function viewOf(
  vault: UserVault,
  week: string,
  recap: VaultRecord<Fields> | null,
): Promise<WeekView> {
  const from = mondayOf(week);
  const days = daysBetween(from, addDays(from, 6));
  const [current, before] = await Promise.all([
    lookBack(vault, days),
    lookBack(vault, daysBetween(addDays(from, -7), addDays(from, -1))),
  ]);
  return {
    ...WeeklyRecapFields.parse({ week }),
    id: null,
    rev: null,
    createdAt: null,
    updatedAt: null,
    ...recap,
    from,
    to: addDays(from, 6),
    ...weekScores(current.scores, before.scores),
    slips: current.slips,
    ...unreadableOf(current, before),
  };
}

/** The scores and slips of some days. What was said of a pillar by itself goes before what the day's recap says of it. */
async function lookBack(vault: UserVault, days: readonly string[]) {
  const [recaps, own] = await Promise.all([
    listDays(vault, dailyRecapKind, days),
    listScores(vault, days),
  ]);
  const scores = new Map<string, DayScore>();
  const keep = (score: DayScore) => scores.set(`${score.pillarId}/${score.day}`, score);
  for (const { day, scores: ofDay } of recaps.items) {
    for (const score of ofDay) keep({ day, ...score });
  }
  for (const { pillarId, day, score } of own.items) keep({ pillarId, day, score });
  const slips = recaps.items.flatMap(({ day, slips: ofDay }) =>
    ofDay.map((slip) => ({ day, ...slip })),
  );
  return { scores: [...scores.values()], slips, ...unreadableOf(recaps, own) };
}
