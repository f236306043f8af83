import { LRUCache } from "lru-cache";

/**
 * Calendar days as `YYYY-MM-DD` text and as day numbers (days since 1970-01-01). Pure integer arithmetic on the
 * proleptic Gregorian calendar: no day is ever read by `Date`, whose parser takes zones into it.
 */

/** The number of a day. `day` must be one that `isDay` accepts. Years count from March, so that a leap day comes last. */
export function dayNumber(day: string): number {
  const month = Number(day.slice(5, 7));
  const year = Number(day.slice(0, 4)) - (month <= 2 ? 1 : 0);
  const era = Math.floor(year / 400);
  const yearOfEra = year - era * 400;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + Number(day.slice(8, 10)) - 1;
  const dayOfEra =
    yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** The day of a number, the reverse of {@link dayNumber}. */
export function dayOf(number: number): string {
  const shifted = number + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  const date = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  return `${digits(year, 4)}-${digits(month, 2)}-${digits(date, 2)}`;
}

/** The day `count` days later, or earlier when negative. */
export function addDays(day: string, count: number): string {
  return dayOf(dayNumber(day) + count);
}

/** Every day from `from` to `to`, both included; none when `to` is before `from`. */
export function daysBetween(from: string, to: string): string[] {
  const first = dayNumber(from);
  const length = Math.max(0, dayNumber(to) - first + 1);
  return Array.from({ length }, (_, i) => dayOf(first + i));
}

/** Every day of a month `YYYY-MM`. */
export function daysOfMonth(month: string): string[] {
  const days = daysBetween(`${month}-01`, `${month}-28`);
  for (let next = addDays(`${month}-28`, 1); next.startsWith(month); next = addDays(next, 1)) {
    days.push(next);
  }
  return days;
}

/** The day of the week by ISO 8601: 1 for Monday to 7 for Sunday. */
export function weekdayOf(day: string): number {
  return ((((dayNumber(day) + 3) % 7) + 7) % 7) + 1;
}

/**
 * The days of the week by their ISO numbers, in the order of somebody whose week begins on `start` (0 is Sunday to 6 is
 * Saturday).
 */
export function weekdaysFrom(start: number): number[] {
  return Array.from({ length: 7 }, (_, i) => ((start + i + 6) % 7) + 1);
}

/** The ISO week that a day is in, such as `2026-W47`. */
export function weekOf(day: string): string {
  const thursday = addDays(day, 4 - weekdayOf(day));
  const year = thursday.slice(0, 4);
  const week = Math.floor((dayNumber(thursday) - dayNumber(`${year}-01-01`)) / 7) + 1;
  return `${year}-W${digits(week, 2)}`;
}

/** The Monday on which an ISO week begins. */
export function mondayOf(week: string): string {
  // The fourth of January is always in the first week.
  const fourth = `${week.slice(0, 4)}-01-04`;
  return addDays(fourth, 1 - weekdayOf(fourth) + 7 * (Number(week.slice(6)) - 1));
}

/**
 * The day that it is at `instant` for someone who lives in `timeZone` and whose day begins at `startHour` (0-6):
 * at 01:30 with a day beginning at 3 it is still yesterday. Read off the local clock, so that a change of daylight
 * saving time moves nothing, and a day the zone skipped (Apia, 2011-12-30) never comes.
 */
export function dayAt(instant: Date, timeZone: string, startHour: number): string {
  const local = localParts(instant, timeZone);
  if (local.hour >= startHour) return local.day;
  // Before the day has begun, it is the day that the local clock showed last.
  let earlier = localParts(new Date(instant.getTime() - local.hour * HOUR_MS - HOUR_MS), timeZone);
  if (earlier.day === local.day) {
    earlier = localParts(new Date(instant.getTime() - (local.hour + 2) * HOUR_MS), timeZone);
  }
  return earlier.day;
}

const HOUR_MS = 3_600_000;
/** Bounded: a zone may be written in any mixture of letters, and each is a format of its own. */
const formats = new LRUCache<string, Intl.DateTimeFormat>({ max: 500 });

function localParts(instant: Date, timeZone: string): { day: string; hour: number } {
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone,
      calendar: "gregory",
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
    });
    formats.set(timeZone, format);
  }
  const parts = new Map(format.formatToParts(instant).map((part) => [part.type, part.value]));
  const year = digits(Number(parts.get("year")), 4);
  return {
    day: `${year}-${parts.get("month") ?? ""}-${parts.get("day") ?? ""}`,
    hour: Number(parts.get("hour")),
  };
}

function digits(value: number, length: number): string {
  return String(value).padStart(length, "0");
}
