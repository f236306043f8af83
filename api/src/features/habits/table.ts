import type { MorningHabitModel } from "../../../generated/vault/models.ts";
import { defineTable, type ModelOf, type Same } from "../../vault/table.ts";
import { HabitFields } from "./contract.ts";

export const habitTable = defineTable({
  table: "morning_habits",
  boxes: { sealed: HabitFields },
  blind: {},
});

true satisfies Same<ModelOf<typeof habitTable>, MorningHabitModel>;
