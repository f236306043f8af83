import { addDays, type Day, formatDay, isDay } from "@/lib/day.ts";
import { plainText } from "@/lib/plain-text.ts";

const YEARLESS = 2000;

/**
 * The day that somebody typed, in the ways their language writes days: `2024-05-03`, `3 May`, `May 3, 2024`,
 * `3. Mai`, `3.5.2024`, `3/5/2024`, `yesterday`. Without a year it is the latest such day up to today. Null for
 * anything else.
 */
export function typedDay(typed: string, today: Day, locale: string): Day | null {
  const text = plainText(typed).trim().replace(/\s+/g, " ");
  if (isDay(text)) return text;
  return (
    named(text, today, locale) ??
    withMonthName(text, today, locale) ??
    inNumbers(text, today, locale)
  );
}

/** `yesterday`, `today`, `tomorrow`, as the language calls them. */
function named(text: string, today: Day, locale: string): Day | null {
  const words = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  const days = [-2, -1, 0, 1, 2].find((offset) => plainText(words.format(offset, "day")) === text);
  return days === undefined ? null : addDays(today, days);
}

const WITH_MONTH =
  /^(?:(\p{L}{2,})[.,]{0,2} )?(?:(\d{1,2})(?:\.|st|nd|rd|th)? )?(\p{L}{3,})\.?(?: (\d{1,2})(?:st|nd|rd|th)?)?(?:,? (\d{4}))?$/u;

function withMonthName(text: string, today: Day, locale: string): Day | null {
  const [, weekday, before, name = "", after, year] = WITH_MONTH.exec(text) ?? [];
  const date = before ?? after;
  if (date === undefined || (before !== undefined && after !== undefined)) return null;
  if (weekday !== undefined && !isWeekday(weekday, locale)) return null;
  const month = monthNamed(name, locale);
  return month === null ? null : complete(Number(date), month, year, today);
}

const isWeekday = (start: string, locale: string) =>
  Array.from({ length: 7 }, (_, index) =>
    formatDay(addDays(`${YEARLESS}-01-01`, index), locale, { weekday: "long" }),
  ).some((name) => plainText(name).startsWith(start));

/** By the first letters of its name, when they are of no other month. */
function monthNamed(start: string, locale: string): number | null {
  const months = Array.from({ length: 12 }, (_, index) => index + 1).filter((month) =>
    plainText(formatDay(`${YEARLESS}-${two(month)}-01`, locale, { month: "long", day: "numeric" }))
      .split(/[^\p{L}]+/u)
      .some((word) => word.startsWith(start)),
  );
  return months.length === 1 ? (months[0] ?? null) : null;
}

/** `3.5.2024`, `3/5` or `5/3`, by what comes first in the language. */
function inNumbers(text: string, today: Day, locale: string): Day | null {
  const [, one, sign, other, year] =
    /^(\d{1,2})([./-]) ?(\d{1,2})(?:[./-] ?(\d{4})?)?$/.exec(text) ?? [];
  if (one === undefined || other === undefined) return null;
  const [date, month] = sign !== "." && isMonthFirst(locale) ? [other, one] : [one, other];
  return complete(Number(date), Number(month), year, today);
}

const isMonthFirst = (locale: string) =>
  new Intl.DateTimeFormat(locale, { month: "numeric", day: "numeric", timeZone: "UTC" })
    .formatToParts(0)
    .find(({ type }) => type === "month" || type === "day")?.type === "month";

function complete(date: number, month: number, year: string | undefined, today: Day): Day | null {
  const inYear = (number: number) =>
    `${String(number).padStart(4, "0")}-${two(month)}-${two(date)}`;
  if (year !== undefined) return isDay(inYear(Number(year))) ? inYear(Number(year)) : null;
  const thisYear = Number(today.slice(0, 4));
  // The 29th of February is up to eight years ago.
  for (let number = thisYear; number > thisYear - 9; number -= 1) {
    if (isDay(inYear(number)) && inYear(number) <= today) return inYear(number);
  }
  return null;
}

const two = (number: number) => String(number).padStart(2, "0");
