import { useTranslations } from "use-intl";
import { useUser } from "@/features/account/use-user.ts";
import { listWeekdays, namedWeekdays } from "./weekdays.ts";

/** Says days of the week in words: "Monday to Friday". */
export function useWeekdays() {
  const t = useTranslations("library.habit");
  const { dateLocale, weekStartsOn } = useUser();
  return (days: readonly number[]): string => {
    const name = namedWeekdays(days);
    return name === null ? listWeekdays(days, dateLocale, weekStartsOn) : t(name);
  };
}
