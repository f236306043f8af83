import type { contract, Response } from "@timos/api/contract";

/** Everything of one day, as the API gives it. */
export type DayView = Response<(typeof contract)["days"]["get"]>;

/**
 * What is shown of a day once the API was asked again.
 *
 * @param before - What was shown until now.
 * @param isOvertaken - Whether checks or moods were changed here meanwhile: the answer may be from before that.
 */
export function takeView(
  before: DayView | undefined,
  found: DayView,
  isOvertaken: boolean,
): DayView {
  if (before === undefined || !isOvertaken) return found;
  const checks = new Map(before.habits.map(({ habit, check }) => [habit.id, check]));
  return {
    ...found,
    moodLogs: before.moodLogs,
    habits: found.habits.map((each) => ({
      ...each,
      check: checks.has(each.habit.id) ? (checks.get(each.habit.id) ?? null) : each.check,
    })),
  };
}
