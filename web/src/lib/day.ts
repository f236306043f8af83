/** A calendar day, `YYYY-MM-DD`, and a month, `YYYY-MM`. Plain text: a day is no instant and has no zone. */
export type Day = string;
export type Month = string;

const MS_PER_DAY = 86_400_000;
const MS_PER_MINUTE = 60_000;
const pad = (value: number, width: number) => String(value).padStart(width, "0");

/** The days from 1970-01-01 to `day`. */
function numberOf(day: Day): number {
  const [year, month, date] = partsOf(day);
  return utcNoon(year, month, date) / MS_PER_DAY - 0.5;
}

function dayOf(number: number): Day {
  const noon = new Date((number + 0.5) * MS_PER_DAY);
  return `${pad(noon.getUTCFullYear(), 4)}-${pad(noon.getUTCMonth() + 1, 2)}-${pad(noon.getUTCDate(), 2)}`;
}

function partsOf(day: Day): [year: number, month: number, date: number] {
  return [Number(day.slice(0, 4)), Number(day.slice(5, 7)), Number(day.slice(8, 10) || "1")];
}

function utcNoon(year: number, month: number, date: number): number {
  const noon = new Date(0);
  // Date.UTC would read the years 0 to 99 as 1900 to 1999.
  noon.setUTCFullYear(year, month - 1, date);
  return noon.setUTCHours(12, 0, 0, 0);
}

export const addDays = (day: Day, days: number): Day => dayOf(numberOf(day) + days);

export const daysBetween = (from: Day, to: Day): number => numberOf(to) - numberOf(from);

/** 0 is Sunday. */
export const weekdayOf = (day: Day): number => (((numberOf(day) + 4) % 7) + 7) % 7;

export const monthOf = (day: Day): Month => day.slice(0, 7);

/** Whether `text` is a day of the Gregorian calendar, `0001-01-01` to `9999-12-31`. */
export const isDay = (text: string): boolean =>
  /^\d{4}-\d\d-\d\d$/.test(text) &&
  isMonth(monthOf(text)) &&
  text.slice(8) >= "01" &&
  text <= lastDayOf(monthOf(text));

export const isMonth = (text: string): boolean => /^(?!0000)\d{4}-(0[1-9]|1[0-2])$/.test(text);

export function addMonths(month: Month, months: number): Month {
  const [year, number] = partsOf(month);
  const count = year * 12 + number - 1 + months;
  return `${pad(Math.floor(count / 12), 4)}-${pad((count % 12) + 1, 2)}`;
}

export function lastDayOf(month: Month): Day {
  const intoTheNext = Number(addDays(`${month}-28`, 4).slice(-2));
  return addDays(`${month}-28`, 4 - intoTheNext);
}

/** The same date in another month, or that month's last day. */
export function dayInMonth(day: Day, month: Month): Day {
  const sameDate = `${month}-${day.slice(8)}`;
  const last = lastDayOf(month);
  return sameDate < last ? sameDate : last;
}

/**
 * The weeks that show `month` whole, each of seven days, beginning on `weekStartsOn` (0 is Sunday). Those of the first
 * and the last month there is hold days that are none.
 */
export function weeksOf(month: Month, weekStartsOn: number): Day[][] {
  const first = `${month}-01`;
  const start = addDays(first, -((weekdayOf(first) - weekStartsOn + 7) % 7));
  const weeks = Math.ceil((daysBetween(start, lastDayOf(month)) + 1) / 7);
  return Array.from({ length: weeks }, (_, week) =>
    Array.from({ length: 7 }, (_, index) => addDays(start, week * 7 + index)),
  );
}

/** Writes a day out, in words of `locale`. */
export function formatDay(day: Day, locale: string, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat(locale, { ...options, timeZone: "UTC" }).format(
    utcNoon(...partsOf(day)),
  );
}

export interface Clock {
  readonly day: Day;
  readonly hour: number;
  /** `HH:MM` */
  readonly time: string;
}

/** What calendar and clock on the wall in `timeZone` show at `instant`. */
export function clockIn(timeZone: string, instant: Date): Clock {
  const parts = new Intl.DateTimeFormat("en-u-ca-gregory-nu-latn", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
  }).formatToParts(instant);
  const part = (type: Intl.DateTimeFormatPartTypes) =>
    parts.find((each) => each.type === type)?.value ?? "";
  return {
    day: `${part("year").padStart(4, "0")}-${part("month")}-${part("day")}`,
    hour: Number(part("hour")),
    time: `${part("hour")}:${part("minute")}`,
  };
}

/** The day it is for a person: until their day-start hour, still the one before. */
export function dayFor(clock: Clock, dayStartHour: number): Day {
  return clock.hour < dayStartHour ? addDays(clock.day, -1) : clock.day;
}

/**
 * The instant at which the clock on the wall in `timeZone` shows `time` on a person's day: before their day-start hour,
 * that is past midnight of the date after. A time that a clock change leaves out is taken by the clock before it.
 *
 * @param time - `HH:MM`
 */
export function instantOn(day: Day, time: string, dayStartHour: number, timeZone: string): Date {
  const [hour, minute] = [Number(time.slice(0, 2)), Number(time.slice(3, 5))];
  const date = hour < dayStartHour ? addDays(day, 1) : day;
  const wall = numberOf(date) * MS_PER_DAY + (hour * 60 + minute) * MS_PER_MINUTE;
  // What the clock is ahead of UTC by may be another there than at the first guess.
  const guess = wall - aheadAt(timeZone, wall);
  return new Date(wall - aheadAt(timeZone, guess));
}

/** By how much the clock in `timeZone` is ahead of UTC, to the minute. */
function aheadAt(timeZone: string, instant: number): number {
  const { day, hour, time } = clockIn(timeZone, new Date(instant));
  const shown = numberOf(day) * MS_PER_DAY + (hour * 60 + Number(time.slice(3))) * MS_PER_MINUTE;
  return shown - Math.floor(instant / MS_PER_MINUTE) * MS_PER_MINUTE;
}
