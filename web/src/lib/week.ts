import { addDays, type Day, daysBetween, weekdayOf } from "./day.ts";

/**
 * A week of ISO 8601, such as `2026-W47`: it begins on Monday, whatever day somebody's own week starts on, and belongs
 * to the year that its Thursday is in.
 */
export type Week = string;

export function weekOf(day: Day): Week {
  const thursday = addDays(mondayBefore(day), 3);
  const year = thursday.slice(0, 4);
  const number = Math.floor(daysBetween(`${year}-01-01`, thursday) / 7) + 1;
  return `${year}-W${String(number).padStart(2, "0")}`;
}

/** The first day of a week. */
export function mondayOf(week: Week): Day {
  // The fourth of January is in the first week of its year.
  return addDays(mondayBefore(`${week.slice(0, 4)}-01-04`), (numberOfWeek(week) - 1) * 7);
}

/** Which week of its year it is, from 1 to 53. */
export const numberOfWeek = (week: Week): number => Number(week.slice(6));

export const addWeeks = (week: Week, weeks: number): Week =>
  weekOf(addDays(mondayOf(week), weeks * 7));

/** Whether `text` is a week of a year that can be looked at with the weeks around it. */
export const isWeek = (text: string): boolean =>
  /^\d{4}-W\d{2}$/.test(text) &&
  text >= "0001-W02" &&
  text <= "9999-W51" &&
  numberOfWeek(text) >= 1 &&
  numberOfWeek(text) <= 53 &&
  weekOf(mondayOf(text)) === text;

const mondayBefore = (day: Day): Day => addDays(day, -((weekdayOf(day) + 6) % 7));
