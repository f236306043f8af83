import { dayAt } from "../../lib/day.ts";
import { countByDay, listDays, listFitting } from "../../vault/day-list.ts";
import type { UserVault } from "../../vault/user-vault.ts";
import { dailyRecapKind, graded } from "../daily-recaps/daily-recaps.ts";
import { entryKind } from "../entries/entries.ts";
import { feelsKind } from "../feels/feels.ts";
import { habitsOfDay, unreadableOf } from "../habits/habits.ts";
import { moodLogKind } from "../mood-logs/mood-logs.ts";
import { listScores } from "../pillar-scores/pillar-scores.ts";
import type { DayView } from "./contract.ts";
import { daysOf } from "./range.ts";

/** The day that it is for a person, by their zone and the hour at which their day begins. */
export function todayOf(
  person: { readonly timeZone: string; readonly dayStartHour: number },
  now: Date,
): string {
  return dayAt(now, person.timeZone, person.dayStartHour);
}

/** Everything of one day. */
export async function viewDay(vault: UserVault, day: string): Promise<DayView> {
  const [entries, feels, habits, moodLogs, scores, recaps] = await Promise.all([
    listFitting(vault, entryKind, [day]),
    listDays(vault, feelsKind, [day]),
    habitsOfDay(vault, day),
    listDays(vault, moodLogKind, [day]),
    listScores(vault, [day]),
    listDays(vault, dailyRecapKind, [day]),
  ]);
  const [recap] = recaps.items;
  const unreadable = unreadableOf(entries, feels, habits, moodLogs, scores, recaps);
  return {
    day,
    entries: entries.records,
    feels: {
      morning: feels.items.find(({ kind }) => kind === "morning") ?? null,
      evening: feels.items.find(({ kind }) => kind === "evening") ?? null,
    },
    habits: habits.items,
    moodLogs: moodLogs.items,
    scores: scores.items,
    recap: recap === undefined ? null : graded(recap),
    isComplete: entries.isComplete && unreadable.unreadable === undefined,
    ...unreadable,
  };
}

/**
 * Which days of a range have entries.
 *
 * @throws AppError `invalid_request` when `to` is before `from`, or more than a year after it.
 */
export async function countEntries(vault: UserVault, range: { from: string; to: string }) {
  const [from = "", ...rest] = daysOf(range);
  const counts = await countByDay(vault, entryKind, from, rest.at(-1) ?? from);
  return { days: counts.map(({ day, count }) => ({ day, entries: count })) };
}
