import type { WeeklyRecapModel } from "../../../generated/vault/models.ts";
import { mondayOf } from "../../lib/day.ts";
import { defineTable, type ModelOf, type Same } from "../../vault/table.ts";
import { WeeklyRecapFields } from "./contract.ts";

/** A week is found by the Monday on which it begins. */
export const weeklyRecapTable = defineTable({
  table: "weekly_recaps",
  boxes: { sealed: WeeklyRecapFields },
  blind: { dayKey: (recap) => mondayOf(recap.week) },
  natural: "dayKey",
});

true satisfies Same<ModelOf<typeof weeklyRecapTable>, WeeklyRecapModel>;
