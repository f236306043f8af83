import type { Prisma } from "../../generated/vault/client.ts";

/** The models of the vault that hold no records. */
type Bookkeeping = "VaultHead" | "VaultKey" | "Erasure" | "LogicalClock";

/** The table of each model that holds records: what a sum over everything an owner has must not leave out. */
const TABLES = {
  DailyEntry: "daily_entries",
  FeelsEntry: "feels_entries",
  Pillar: "pillars",
  PillarScore: "pillar_scores",
  MorningHabit: "morning_habits",
  HabitCheck: "habit_checks",
  Mood: "moods",
  MoodLog: "mood_logs",
  DailyRecap: "daily_recaps",
  WeeklyRecap: "weekly_recaps",
  Template: "templates",
  Reminder: "reminders",
  RecordVersion: "record_versions",
} as const satisfies Record<Exclude<Prisma.ModelName, Bookkeeping>, string>;

export type RecordTable = (typeof TABLES)[keyof typeof TABLES];

export const RECORD_TABLES: readonly RecordTable[] = Object.values(TABLES);

/** The columns of the unique index of a table that holds `rev`, beside the owner: what its rows are gone through by. */
export function uniqueColumns(table: RecordTable): readonly [string, ...string[]] {
  return table === "record_versions" ? ["record_key", "rev"] : ["rev"];
}
