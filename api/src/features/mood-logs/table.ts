import type { MoodLogModel } from "../../../generated/vault/models.ts";
import { defineTable, type ModelOf, type Same } from "../../vault/table.ts";
import { MoodLogFields } from "./contract.ts";

export const moodLogTable = defineTable({
  table: "mood_logs",
  boxes: { sealed: MoodLogFields },
  blind: { dayKey: (log) => log.day },
});

true satisfies Same<ModelOf<typeof moodLogTable>, MoodLogModel>;
