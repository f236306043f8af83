import * as z from "zod";
import { Day, Id, Instant, Note } from "../../contract/values.ts";

/** How much of something was done. */
export const Value = z.number().min(0).max(1_000_000_000);

/** That a habit was done on a day, or left out on purpose. */
export const CheckFields = z.strictObject({
  habitId: Id,
  day: Day,
  state: z.enum(["done", "skipped"]),
  value: Value.nullable().default(null),
  note: Note,
});

export const HabitCheck = z.object({
  ...CheckFields.shape,
  id: Id,
  rev: z.int().min(1),
  createdAt: Instant,
  updatedAt: Instant,
});
export type HabitCheck = z.output<typeof HabitCheck>;
