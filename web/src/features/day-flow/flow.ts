import { isPulseComplete, isRecapComplete, isReflectionComplete } from "./forms.ts";
import type { DayView } from "./views.ts";

export type PartName =
  | "pulse"
  | "mood"
  | "habits"
  | "entries"
  | "reflection"
  | "recap"
  /** What days are scored by, for whoever has none of it: in a journal that begins. */
  | "pillars";

/** Parts that fold to a line. */
export type FoldedPart = "pulse" | "habits" | "reflection" | "recap";

/** What a day's page is opened for: to begin the day, to go on with it, to look back on it, or to read another one. */
export type Moment = "morning" | "midday" | "evening" | "past" | "future";

const NOON = 12;
const EVENING = 18;

/**
 * When, within a person's day, it is looked at.
 *
 * @param day - The day that is looked at.
 * @param today - The day it is for them.
 * @param hour - Of their clock. Before their day-start hour it is still the evening of the day before.
 */
export function momentOf(day: string, today: string, hour: number, dayStartHour: number): Moment {
  if (day !== today) return day < today ? "past" : "future";
  if (hour < dayStartHour || hour >= EVENING) return "evening";
  return hour < NOON ? "morning" : "midday";
}

const AS_A_DAY_GOES: readonly PartName[] = [
  "pulse",
  "mood",
  "habits",
  "entries",
  "reflection",
  "recap",
];
/** Looking back comes first, and is not to be looked for below everything that was written. */
const AT_NIGHT: readonly PartName[] = ["pulse", "mood", "habits", "reflection", "recap", "entries"];
/** A journal nobody wrote in yet begins with a page to write on. */
const FOR_THE_FIRST_TIME: readonly PartName[] = [
  "entries",
  "mood",
  "pulse",
  "habits",
  "pillars",
  "reflection",
  "recap",
];

/** The parts of a day's page, in order. Of a day to come, those alone that hold something already. */
export function partsOf(view: DayView, moment: Moment): readonly PartName[] {
  if (moment === "future") {
    return AS_A_DAY_GOES.filter((part) => part === "entries" || holds(view, part));
  }
  if (moment !== "past" && isUntouched(view)) return FOR_THE_FIRST_TIME;
  return moment === "evening" ? AT_NIGHT : AS_A_DAY_GOES;
}

function holds(view: DayView, part: PartName): boolean {
  switch (part) {
    case "pulse":
      return view.feels.morning !== null;
    case "mood":
      return view.moodLogs.length > 0;
    case "habits":
      return view.habits.some(({ check }) => check !== null);
    case "entries":
      return view.entries.length > 0;
    case "reflection":
      return view.feels.evening !== null;
    case "recap":
      return view.recap !== null || view.scores.length > 0;
    case "pillars":
      return false;
  }
}

/** Whether a day holds nothing, and neither does the journal around it as far as the day can tell. */
function isUntouched(view: DayView): boolean {
  return (
    view.unreadable === undefined &&
    view.habits.length === 0 &&
    AS_A_DAY_GOES.every((part) => !holds(view, part))
  );
}

/** Which parts are open when the page is: those it is the time for and that are not filled in yet. */
export function openAtFirst(view: DayView, moment: Moment): ReadonlySet<FoldedPart> {
  const open = new Set<FoldedPart>();
  const isFirstTime = moment !== "past" && isUntouched(view);
  if (view.habits.length > 0 || isFirstTime) open.add("habits");
  if (moment === "morning" && !isFirstTime && !isPulseComplete(view.feels.morning)) {
    open.add("pulse");
  }
  if (moment === "evening" && !isFirstTime) {
    if (!isReflectionComplete(view.feels.evening)) open.add("reflection");
    if (!isRecapComplete(view.recap)) open.add("recap");
  }
  return open;
}
