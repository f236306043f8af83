import { addDays, formatDay } from "@/lib/day.ts";

const A_SUNDAY = "2026-11-22";

/** The days of the week by their ISO numbers, 1 for Monday to 7 for Sunday, from `weekStartsOn` (0 is Sunday). */
export const weekFrom = (weekStartsOn: number): number[] =>
  Array.from({ length: 7 }, (_, index) => ((weekStartsOn + index + 6) % 7) + 1);

export const weekdayName = (day: number, locale: string, weekday: "long" | "short"): string =>
  formatDay(addDays(A_SUNDAY, day), locale, { weekday });

/** What days of the week are called together, where that has a name. */
export function namedWeekdays(
  days: readonly number[],
): "everyDay" | "workdays" | "weekends" | null {
  switch (days.toSorted((one, other) => one - other).join("")) {
    case "1234567":
      return "everyDay";
    case "12345":
      return "workdays";
    case "67":
      return "weekends";
    default:
      return null;
  }
}

/** Days of the week one after the other, as a list of `locale` has it, in the order of one's own week. */
export function listWeekdays(
  days: readonly number[],
  locale: string,
  weekStartsOn: number,
): string {
  const inOrder = weekFrom(weekStartsOn).filter((day) => days.includes(day));
  const style = inOrder.length === 1 ? "long" : "short";
  const names = inOrder.map((day) => weekdayName(day, locale, style));
  return new Intl.ListFormat(locale, { type: "unit" }).format(names);
}

/** The days chosen in a form. */
export const weekdaysIn = (data: FormData): number[] => data.getAll("days").map(Number);
