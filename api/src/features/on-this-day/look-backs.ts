import { addDays, daysOfMonth } from "../../lib/day.ts";

/** How long ago a day was. */
export interface Ago {
  readonly unit: "week" | "month" | "half_year" | "year";
  readonly count: number;
}

/**
 * The days to look back on from `day`, the latest first: a week, a month and half a year before, and the same date of
 * earlier years. A month that is too short for the date has its last day instead. What was on the 29th of February
 * comes back on that day, and in common years, which have none, on the 28th, beside what was on a 28th itself.
 *
 * @param years - The years that are known to have something in some month.
 */
export function lookBacks(day: string, years: readonly string[]): Map<string, Ago> {
  const ago = new Map<string, Ago>([
    [addDays(day, -7), { unit: "week", count: 1 }],
    [monthsBefore(day, 1), { unit: "month", count: 1 }],
    [monthsBefore(day, 6), { unit: "half_year", count: 1 }],
  ]);
  const thisYear = day.slice(0, 4);
  const dates = isLastOfShortFebruary(day) ? ["02-29", "02-28"] : [day.slice(5)];
  for (const year of years.filter((one) => one < thisYear)) {
    const count = Number(thisYear) - Number(year);
    for (const date of dates) {
      if (hasDate(year, date)) ago.set(`${year}-${date}`, { unit: "year", count });
    }
  }
  return new Map([...ago].sort(([a], [b]) => (a < b ? 1 : -1)));
}

function monthsBefore(day: string, count: number): string {
  const months = Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7)) - 1 - count;
  const digits = (value: number, length: number) => String(value).padStart(length, "0");
  const month = `${digits(Math.floor(months / 12), 4)}-${digits((months % 12) + 1, 2)}`;
  const [last = ""] = daysOfMonth(month).slice(-1);
  const same = `${month}-${day.slice(8)}`;
  return same < last ? same : last;
}

const hasDate = (year: string, date: string) =>
  daysOfMonth(`${year}-${date.slice(0, 2)}`).includes(`${year}-${date}`);

const isLastOfShortFebruary = (day: string) =>
  day.endsWith("-02-28") && !hasDate(day.slice(0, 4), "02-29");
