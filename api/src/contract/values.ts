import * as z from "zod";

/** Days in each month of a year that is not a leap year. */
const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

/** Whether `text` is a day of the Gregorian calendar, `0001-01-01` to `9999-12-31`. */
export function isDay(text: string): boolean {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (match === null) return false;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const last = month === 2 && isLeap ? 29 : (MONTH_DAYS[month - 1] ?? 0);
  return year >= 1 && day >= 1 && day <= last;
}

/** A calendar day where the writer lives, `YYYY-MM-DD`. Never an instant. */
export const Day = z
  .string()
  .refine(isDay, "must be a day of the calendar, written YYYY-MM-DD")
  .meta({ format: "date", examples: ["2026-11-21"] });

/** A time of day on the writer's clock, `HH:MM`. */
export const TimeOfDay = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, "must be a time of day, written HH:MM")
  .meta({ examples: ["08:30"] });

/** An instant: ISO 8601, UTC, with milliseconds. */
export const Instant = z.iso.datetime({ precision: 3 });

/** A record's id. Clients make their own; only random (version 4) ones, since an id is stored in the clear. */
export const Id = z.uuidv4("must be a random (version 4) UUID").transform((id) => id.toLowerCase());

const utf8 = new TextEncoder();

/**
 * Text as a person types it, up to `maxBytes` of UTF-8. Lone surrogates are refused, since UTF-8 cannot
 * hold them and nothing may be altered silently.
 */
export const text = (maxBytes: number) =>
  z
    .string()
    .refine((value) => value.isWellFormed(), "must not contain half of a surrogate pair")
    .refine(
      (value) => value.length * 3 <= maxBytes || utf8.encode(value).length <= maxBytes,
      `must be at most ${maxBytes.toLocaleString("en")} bytes of UTF-8`,
    );

/** A short text that says something: not only spaces. */
export const name = (maxBytes = 200) =>
  text(maxBytes).refine((value) => value.trim() !== "", "must not be blank");

/** A text of a few pages. */
export const Note = text(64 * 1024).default("");

/** How it went, from 1 to 10. */
export const Score = z.int().min(1).max(10);

/** A colour, `#rrggbb`. */
export const Color = z
  .string()
  .regex(/^#[0-9a-fA-F]{6}$/, "must be a colour, written #rrggbb")
  .transform((color) => color.toLowerCase())
  .meta({ examples: ["#3b82f6"] });

/** Where a record stands among those of its kind. One without a place stands behind all others. */
export const Position = z.int().min(0).max(1_000_000).default(1_000_000);

/** Days of the week by their ISO numbers, 1 for Monday to 7 for Sunday: each at most once. */
export const Weekdays = z
  .array(z.int().min(1).max(7))
  .min(1)
  .max(7)
  .refine((days) => new Set(days).size === days.length, "must not name a day twice")
  .transform((days) => days.toSorted((a, b) => a - b));

/** A week of ISO 8601, such as `2026-W47`: it begins on Monday, and belongs to the year that its Thursday is in. */
export const Week = z
  .string()
  .refine(isWeek, "must be a week of ISO 8601, written YYYY-Www")
  .meta({ examples: ["2026-W47"] });

/** A range of days, both included. */
export const DayRange = z.strictObject({ from: Day, to: Day });

/** Whether `text` is a week, `0001-W01` to `9999-W51`, the last with all of its days in the calendar. */
export function isWeek(text: string): boolean {
  const match = /^(\d{4})-W(\d{2})$/.exec(text);
  if (match === null) return false;
  const [year, week] = [Number(match[1]), Number(match[2])];
  return year >= 1 && week >= 1 && week <= (year === 9999 ? 51 : weeksOf(year));
}

/** A year has 53 weeks when it begins on a Thursday, or on a Wednesday and is a leap year. */
function weeksOf(year: number): number {
  const lastWeekday = (of: number) =>
    (of + Math.floor(of / 4) - Math.floor(of / 100) + Math.floor(of / 400)) % 7;
  return lastWeekday(year) === 4 || lastWeekday(year - 1) === 3 ? 53 : 52;
}

/** How a list is cut into pages. `cursor` comes from the page before, as `nextCursor`. */
export const Page = z.strictObject({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(512).optional(),
});

/** One page of a list. `nextCursor` is null on the last. */
export const pageOf = <S extends z.ZodType>(item: S) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() });

/** In an answer with several records: how many are left out because they do not open. */
export const Unreadable = z
  .int()
  .min(1)
  .optional()
  .describe("How many are left out because what is stored of them does not open; absent when none");

/** An IANA time zone that this runtime knows. */
export const TimeZone = z
  .string()
  .max(64)
  .refine((zone) => {
    try {
      new Intl.DateTimeFormat("en", { timeZone: zone });
      return /^[A-Za-z]/.test(zone);
    } catch {
      return false;
    }
  }, "must be an IANA time zone, such as Europe/Berlin");
