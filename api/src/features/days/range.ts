import { AppError } from "../../contract/errors.ts";
import { dayNumber, daysBetween } from "../../lib/day.ts";

const MAX_RANGE_DAYS = 366;

/**
 * The days of a range, both ends included.
 *
 * @throws AppError `invalid_request` when `to` is before `from`, or more than a year after it.
 */
export function daysOf({ from, to }: { readonly from: string; readonly to: string }): string[] {
  const length = dayNumber(to) - dayNumber(from) + 1;
  if (length >= 1 && length <= MAX_RANGE_DAYS) return daysBetween(from, to);
  const message = `must be from 0 to ${MAX_RANGE_DAYS - 1} days after query.from`;
  throw new AppError("invalid_request", { errors: [{ path: "query.to", message }] });
}
