import type { KindName } from "../contract/record.ts";
import type { RecordTable } from "../vault/tables.ts";
import { anyKind, type AnyKind } from "../vault/trash.ts";
import { dailyRecapKind } from "./daily-recaps/daily-recaps.ts";
import { entryKind } from "./entries/entries.ts";
import { feelsKind } from "./feels/feels.ts";
import { checkKind } from "./habit-checks/habit-checks.ts";
import { habitKind } from "./habits/habit-kind.ts";
import { moodLogKind } from "./mood-logs/mood-logs.ts";
import { moodKind } from "./moods/moods.ts";
import { scoreKind } from "./pillar-scores/pillar-scores.ts";
import { pillarKind } from "./pillars/pillars.ts";
import { reminderKind } from "./reminders/reminders.ts";
import { templateKind } from "./templates/templates.ts";
import { weeklyRecapKind } from "./weekly-recaps/weekly-recaps.ts";

/**
 * Every kind of record, by its table. One that is missing here does not compile, since the list is that of the
 * database's models.
 */
const KINDS = {
  daily_entries: anyKind(entryKind),
  feels_entries: anyKind(feelsKind),
  pillars: anyKind(pillarKind),
  pillar_scores: anyKind(scoreKind),
  morning_habits: anyKind(habitKind),
  habit_checks: anyKind(checkKind),
  moods: anyKind(moodKind),
  mood_logs: anyKind(moodLogKind),
  daily_recaps: anyKind(dailyRecapKind),
  weekly_recaps: anyKind(weeklyRecapKind),
  templates: anyKind(templateKind),
  reminders: anyKind(reminderKind),
} as const satisfies Record<Exclude<RecordTable, "record_versions">, AnyKind>;

export const RECORD_KINDS: readonly AnyKind[] = Object.values(KINDS);

/** The kind of this name, which each kind has one of. */
export function kindNamed(name: KindName): AnyKind {
  const found = RECORD_KINDS.find(({ kind }) => kind === name);
  if (found === undefined) throw new Error(`there is no kind ${name}`);
  return found;
}

/** The counts of tables, by the kinds that they hold. */
export function countsByKind(counts: Readonly<Record<RecordTable, number>>) {
  return Object.fromEntries(
    Object.entries(KINDS).map(([table, { kind }]) => [kind, counts[table as keyof typeof KINDS]]),
  ) as Record<KindName, number>;
}
