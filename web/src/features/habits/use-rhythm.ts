import { useTranslations } from "use-intl";
import { useWeekdays } from "@/features/library/use-weekdays.ts";
import type { Goal, Schedule } from "./habit-kind.ts";

/** Says in words what has to be done for a day to count, and on which days. */
export function useRhythm() {
  const t = useTranslations("library.habit");
  const onWeekdays = useWeekdays();

  /** Empty for a habit that is done or not. */
  function goalText(goal: Goal): string {
    if (goal.type === "yes_no") return "";
    const { value, unit } = goal;
    return t(goal.type === "at_least" ? "atLeast" : "atMost", { value, unit }).trim();
  }

  function scheduleText(schedule: Schedule): string {
    switch (schedule.type) {
      case "daily":
        return t("everyDay");
      case "weekdays":
        return onWeekdays(schedule.days);
      case "per_week":
        return t("perWeek", { times: schedule.times });
    }
  }

  return { goalText, scheduleText };
}
