import {
  addDays,
  addMonths,
  type Day,
  dayInMonth,
  lastDayOf,
  type Month,
  monthOf,
} from "@/lib/day.ts";

/** The twelve months of a year. */
export function monthsOf(year: number): Month[] {
  const first = `${String(year).padStart(4, "0")}-01`;
  return Array.from({ length: 12 }, (_, index) => addMonths(first, index));
}

export function daysOfMonth(month: Month): Day[] {
  const days = Number(lastDayOf(month).slice(8));
  return Array.from(
    { length: days },
    (_, index) => `${month}-${String(index + 1).padStart(2, "0")}`,
  );
}

/**
 * Where a key leads from a day in a grid of a year, never beyond `first` and `last`; undefined for a key that leads
 * nowhere.
 *
 * @param isUpright - Whether months stand beside each other, their days below each other, rather than the other way.
 */
export function dayAfterKey(
  key: string,
  day: Day,
  { first, last, isUpright }: { first: Day; last: Day; isUpright: boolean },
): Day | undefined {
  const target = targetOf(isUpright ? turned(key) : key, day);
  if (target === undefined) return undefined;
  return target < first ? first : target > last ? last : target;
}

const TURNED: Readonly<Record<string, string>> = {
  ArrowLeft: "ArrowUp",
  ArrowRight: "ArrowDown",
  ArrowUp: "ArrowLeft",
  ArrowDown: "ArrowRight",
};

const turned = (key: string) => TURNED[key] ?? key;

function targetOf(key: string, day: Day): Day | undefined {
  switch (key) {
    case "ArrowLeft":
      return addDays(day, -1);
    case "ArrowRight":
      return addDays(day, 1);
    case "ArrowUp":
    case "PageUp":
      return dayInMonth(day, addMonths(monthOf(day), -1));
    case "ArrowDown":
    case "PageDown":
      return dayInMonth(day, addMonths(monthOf(day), 1));
    case "Home":
      return `${monthOf(day)}-01`;
    case "End":
      return lastDayOf(monthOf(day));
    default:
      return undefined;
  }
}
