import type { TemplateModel } from "../../../generated/vault/models.ts";
import { defineTable, type ModelOf, type Same } from "../../vault/table.ts";
import { TemplateFields } from "./contract.ts";

export const templateTable = defineTable({
  table: "templates",
  boxes: { sealed: TemplateFields.omit({ body: true }), body: TemplateFields.pick({ body: true }) },
  blind: {},
});

true satisfies Same<ModelOf<typeof templateTable>, TemplateModel>;
