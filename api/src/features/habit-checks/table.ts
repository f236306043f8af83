import type { HabitCheckModel } from "../../../generated/vault/models.ts";
import { defineTable, type ModelOf, type Same } from "../../vault/table.ts";
import { CheckFields } from "./contract.ts";

export const checkTable = defineTable({
  table: "habit_checks",
  boxes: { sealed: CheckFields },
  blind: {
    dayKey: (check) => check.day,
    naturalKey: (check) => checkKey(check.habitId, check.day),
  },
  natural: "naturalKey",
});

true satisfies Same<ModelOf<typeof checkTable>, HabitCheckModel>;

/** What the check of a habit on a day is found by. */
export function checkKey(habitId: string, day: string): string {
  return `${habitId}/${day}`;
}
