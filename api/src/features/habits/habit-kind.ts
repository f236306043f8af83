import type * as z from "zod";
import type { RecordKind } from "../../vault/record-state.ts";
import { HabitFields } from "./contract.ts";
import { habitTable } from "./table.ts";

type Fields = z.output<typeof HabitFields>;

/** What somebody wants to do again and again. */
export const habitKind: RecordKind<Fields, Fields> = {
  kind: "habits",
  fields: HabitFields,
  table: habitTable,
  dayOf: null,
  searched: ({ name, icon, goal }) => ({
    title: name,
    texts: [icon, goal !== undefined && "unit" in goal ? goal.unit : undefined],
  }),
  sortKey: (habit) => `${String(habit.position).padStart(7, "0")} ${habit.createdAt}`,
};
