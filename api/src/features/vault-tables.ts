import type { Table } from "../vault/table.ts";
import type { RecordTable } from "../vault/tables.ts";
import { versionTable } from "../vault/versions.ts";
import { dailyRecapTable } from "./daily-recaps/table.ts";
import { entryTable } from "./entries/table.ts";
import { feelsTable } from "./feels/table.ts";
import { checkTable } from "./habit-checks/table.ts";
import { habitTable } from "./habits/table.ts";
import { moodLogTable } from "./mood-logs/table.ts";
import { moodTable } from "./moods/table.ts";
import { scoreTable } from "./pillar-scores/table.ts";
import { pillarTable } from "./pillars/table.ts";
import { reminderTable } from "./reminders/table.ts";
import { templateTable } from "./templates/table.ts";
import { weeklyRecapTable } from "./weekly-recaps/table.ts";

/**
 * Every table of the vault that holds records. One that is missing here does not compile, since the list is that of the
 * database's models.
 */
const TABLES = {
  daily_entries: entryTable,
  feels_entries: feelsTable,
  pillars: pillarTable,
  pillar_scores: scoreTable,
  morning_habits: habitTable,
  habit_checks: checkTable,
  moods: moodTable,
  mood_logs: moodLogTable,
  daily_recaps: dailyRecapTable,
  weekly_recaps: weeklyRecapTable,
  templates: templateTable,
  reminders: reminderTable,
  record_versions: versionTable,
} as const satisfies Record<RecordTable, Table>;

/** What is walked through when all that an owner has is sealed anew, exported or counted. */
export const RECORD_TABLES: readonly Table[] = Object.values(TABLES);
