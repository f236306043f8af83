import type { ReminderModel } from "../../../generated/vault/models.ts";
import { defineTable, type ModelOf, type Same } from "../../vault/table.ts";
import { ReminderFields } from "./contract.ts";

export const reminderTable = defineTable({
  table: "reminders",
  boxes: { sealed: ReminderFields },
  blind: {},
});

true satisfies Same<ModelOf<typeof reminderTable>, ReminderModel>;
