const DAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
const DAY_MS = 24 * 60 * 60 * 1000;

/** A time of every day, or of one day of the week, in UTC. */
export interface Occasion {
  readonly hour: number;
  readonly minute: number;
  /** 0 is Sunday; undefined is every day. */
  readonly day: number | undefined;
}

/**
 * Reads `03:15`, or `sunday 04:30`.
 *
 * @throws Error naming what was not understood.
 */
export function parseOccasion(text: string): Occasion {
  const [, name, hour, minute] =
    /^(?:([a-z]+) +)?([01]\d|2[0-3]):([0-5]\d)$/.exec(text.trim().toLowerCase()) ?? [];
  const day = name === undefined ? undefined : DAYS.indexOf(name);
  if (hour === undefined || minute === undefined || day === -1) {
    throw new Error(`"${text}" is no time: write 03:15 for every day, or sunday 04:30, in UTC.`);
  }
  return { hour: Number(hour), minute: Number(minute), day };
}

/** The first moment after `now` that an occasion falls on. */
export function nextAfter(now: Date, { hour, minute, day }: Occasion): Date {
  const today = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate(), hour, minute);
  const coming = Array.from({ length: 9 }, (_, days) => new Date(today + days * DAY_MS));
  const next = coming.find((at) => at > now && (day === undefined || at.getUTCDay() === day));
  if (next === undefined) throw new Error("no such day");
  return next;
}
