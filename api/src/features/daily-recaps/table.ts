import type { DailyRecapModel } from "../../../generated/vault/models.ts";
import { defineTable, type ModelOf, type Same } from "../../vault/table.ts";
import { DailyRecapFields } from "./contract.ts";

export const dailyRecapTable = defineTable({
  table: "daily_recaps",
  boxes: { sealed: DailyRecapFields },
  blind: { dayKey: (recap) => recap.day },
  natural: "dayKey",
});

true satisfies Same<ModelOf<typeof dailyRecapTable>, DailyRecapModel>;
