import { AppError } from "../../contract/errors.ts";
import { dayAt, dayNumber } from "../../lib/day.ts";
import { countByDay, listDay } from "../../vault/day-list.ts";
import type { UserVault } from "../../vault/user-vault.ts";
import { entryKind } from "../entries/entries.ts";

const MAX_RANGE_DAYS = 366;

/** The day that it is for a person, by their zone and the hour at which their day begins. */
export function todayOf(
  person: { readonly timeZone: string; readonly dayStartHour: number },
  now: Date,
): string {
  return dayAt(now, person.timeZone, person.dayStartHour);
}

/** Everything of one day. */
export async function viewDay(vault: UserVault, day: string) {
  const { records, ...rest } = await listDay(vault, entryKind, day);
  return { day, entries: records, ...rest };
}

/**
 * Which days of a range have entries.
 *
 * @throws AppError `invalid_request` when `to` is before `from`, or more than a year after it.
 */
export async function listDays(vault: UserVault, { from, to }: { from: string; to: string }) {
  const length = dayNumber(to) - dayNumber(from) + 1;
  if (length < 1 || length > MAX_RANGE_DAYS) {
    const message = `must be from 0 to ${MAX_RANGE_DAYS - 1} days after query.from`;
    throw new AppError("invalid_request", { errors: [{ path: "query.to", message }] });
  }
  const counts = await countByDay(vault, entryKind, from, to);
  return { days: counts.map(({ day, count }) => ({ day, entries: count })) };
}
