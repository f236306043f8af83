import type { Day } from "@/lib/day.ts";

/** Writes a range of days out in words of `locale`, saying what both share only once: "16 – 22 November 2026". */
export function formatDays(from: Day, to: Day, locale: string): string {
  return new Intl.DateTimeFormat(locale, {
    day: "numeric",
    month: "long",
    year: "numeric",
    timeZone: "UTC",
  }).formatRange(noonOf(from), noonOf(to));
}

/** Noon of a day in UTC: a date like any other of it, for a formatter that writes in UTC. */
const noonOf = (day: Day): number => Date.parse(`${day}T12:00:00Z`);
