import type { PillarModel } from "../../../generated/vault/models.ts";
import { defineTable, type ModelOf, type Same } from "../../vault/table.ts";
import { PillarFields } from "./contract.ts";

export const pillarTable = defineTable({
  table: "pillars",
  boxes: { sealed: PillarFields },
  blind: {},
});

true satisfies Same<ModelOf<typeof pillarTable>, PillarModel>;
