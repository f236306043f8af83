import { useUser } from "@/features/account/use-user.ts";
import { useClock } from "@/features/days/use-clock.ts";
import { type Day, dayFor, formatDay } from "@/lib/day.ts";

/** The day it is for the person. */
export function useToday(): Day {
  const { dayStartHour } = useUser();
  return dayFor(useClock(), dayStartHour);
}

/** Writes days out as the person reads them. */
export function useDayNames() {
  const { dateLocale } = useUser();
  return {
    /** Friday, 21 November 2025 */
    whole: (day: Day) =>
      formatDay(day, dateLocale, {
        weekday: "long",
        day: "numeric",
        month: "long",
        year: "numeric",
      }),
    /** 21 November 2025 */
    date: (day: Day) =>
      formatDay(day, dateLocale, { day: "numeric", month: "long", year: "numeric" }),
    /** Fri, 21 Nov */
    short: (day: Day) =>
      formatDay(day, dateLocale, { weekday: "short", day: "numeric", month: "short" }),
  };
}
