import type { DailyEntryModel } from "../../../generated/vault/models.ts";
import { defineTable, type ModelOf, type Same } from "../../vault/table.ts";
import { EntryFields } from "./contract.ts";

export const entryTable = defineTable({
  table: "daily_entries",
  boxes: {
    sealed: EntryFields.omit({ body: true }),
    body: EntryFields.pick({ body: true }),
  },
  blind: { dayKey: (entry) => entry.day },
});

// The declaration above and the Prisma model must agree, column for column.
true satisfies Same<ModelOf<typeof entryTable>, DailyEntryModel>;
