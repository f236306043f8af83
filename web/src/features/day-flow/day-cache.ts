import type { Check, DayView, MoodLog } from "./views.ts";

/** The day with another check of one habit, or none. */
export function withCheck(view: DayView, habitId: string, check: Check | null): DayView {
  return {
    ...view,
    habits: view.habits.map((each) => (each.habit.id === habitId ? { ...each, check } : each)),
  };
}

/** The day with one more log, or another one in its place, in the order in which they were felt. */
export function withMoodLog(view: DayView, log: MoodLog): DayView {
  const others = view.moodLogs.filter(({ id }) => id !== log.id);
  const moodLogs = [...others, log].sort((one, other) => one.at.localeCompare(other.at, "en"));
  return { ...view, moodLogs };
}

export function withoutMoodLog(view: DayView, id: string): DayView {
  return { ...view, moodLogs: view.moodLogs.filter((log) => log.id !== id) };
}
