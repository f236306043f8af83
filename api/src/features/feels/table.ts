import type { FeelsEntryModel } from "../../../generated/vault/models.ts";
import { defineTable, type ModelOf, type Same } from "../../vault/table.ts";
import { FeelsContent } from "./contract.ts";

export const feelsTable = defineTable({
  table: "feels_entries",
  boxes: { sealed: FeelsContent },
  blind: {
    dayKey: (feels) => feels.day,
    naturalKey: (feels) => `${feels.day}/${feels.kind}`,
  },
  natural: "naturalKey",
});

true satisfies Same<ModelOf<typeof feelsTable>, FeelsEntryModel>;
