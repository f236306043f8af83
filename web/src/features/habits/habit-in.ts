import { weekdaysIn } from "@/features/library/weekdays.ts";
import { textOf } from "@/lib/form.ts";
import type { Goal, HabitFields, Schedule } from "./habit-kind.ts";

/** The habit that a form says. */
export function habitIn(data: FormData): HabitFields {
  return {
    name: textOf(data, "name"),
    icon: textOf(data, "icon"),
    color: textOf(data, "color"),
    goal: goalIn(data),
    schedule: scheduleIn(data),
  };
}

function goalIn(data: FormData): Goal {
  const type = textOf(data, "goal");
  if (type !== "at_least" && type !== "at_most") return { type: "yes_no" };
  return { type, value: Number(textOf(data, "value")), unit: textOf(data, "unit").trim() };
}

function scheduleIn(data: FormData): Schedule {
  switch (textOf(data, "schedule")) {
    case "weekdays":
      return { type: "weekdays", days: weekdaysIn(data) };
    case "per_week":
      return { type: "per_week", times: Number(textOf(data, "times")) };
    default:
      return { type: "daily" };
  }
}
