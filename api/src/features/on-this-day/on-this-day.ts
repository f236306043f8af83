import { listFitting } from "../../vault/day-list.ts";
import { monthsOf } from "../../vault/head.ts";
import type { UserVault } from "../../vault/user-vault.ts";
import { dailyRecapKind } from "../daily-recaps/daily-recaps.ts";
import { entryKind } from "../entries/entries.ts";
import { feelsKind } from "../feels/feels.ts";
import { unreadableOf } from "../habits/habits.ts";
import type { DayPixel } from "../insights/contract.ts";
import { groupBy, isSeen, pixelOf, readFacts } from "../insights/days.ts";
import { moodLogKind } from "../mood-logs/mood-logs.ts";
import { scoreKind } from "../pillar-scores/pillar-scores.ts";
import type { OnThisDayView } from "./contract.ts";
import { lookBacks } from "./look-backs.ts";

const KINDS = [entryKind, moodLogKind, feelsKind, scoreKind, dailyRecapKind];

/**
 * What there was on this day before. The database knows no dates: the days are named one by one, of the years in which
 * something was written. No entry is opened to its text but those that are shown.
 *
 * @param excludeBad - Whether to leave out days that went badly, for whoever does not want to come upon them.
 */
export async function viewOnThisDay(
  vault: UserVault,
  { day, excludeBad }: { readonly day: string; readonly excludeBad: boolean },
): Promise<OnThisDayView> {
  const months = await Promise.all(KINDS.map(({ table }) => monthsOf(vault, table.table)));
  const years = [...new Set(months.flat().map((month) => month.slice(0, 4)))];
  const ago = lookBacks(day, years);
  const { days: facts, ...unread } = await readFacts(vault, [...ago.keys()].reverse());
  const shown = facts
    .map(pixelOf)
    .filter((pixel) => isSeen(pixel) && !(excludeBad && isBad(pixel)))
    .reverse();
  const withEntries = shown.filter(({ entries }) => entries > 0).map((pixel) => pixel.day);
  const { records, isComplete, ...rest } = await listFitting(vault, entryKind, withEntries);
  const entriesOn = groupBy(records, (entry) => entry.day);
  return {
    day,
    items: shown.flatMap((pixel) => {
      const when = ago.get(pixel.day);
      const entries = entriesOn.get(pixel.day) ?? [];
      return when === undefined ? [] : [{ ...pixel, ago: when, entries }];
    }),
    isComplete: isComplete && unread.unreadable === undefined,
    ...unreadableOf(unread, rest),
  };
}

function isBad({ mood, grade, mentalState }: DayPixel): boolean {
  return (
    (mood !== null && mood <= -1) || grade === "F" || (mentalState !== null && mentalState <= 3)
  );
}
