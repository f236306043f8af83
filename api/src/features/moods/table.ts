import type { MoodModel } from "../../../generated/vault/models.ts";
import { defineTable, type ModelOf, type Same } from "../../vault/table.ts";
import { MoodFields } from "./contract.ts";

export const moodTable = defineTable({
  table: "moods",
  boxes: { sealed: MoodFields },
  blind: {},
});

true satisfies Same<ModelOf<typeof moodTable>, MoodModel>;
