import * as z from "zod";
import { endpoints } from "../../contract/endpoint.ts";
import { recordEndpoints } from "../../contract/record.ts";
import { Day, Id, Note } from "../../contract/values.ts";

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

const { get, versions, restore } = recordEndpoints("habit-checks", CheckFields, z.object({}));

/** Written by the day, under its habit; here is what goes by its id. */
export const habitChecks = endpoints({ get, versions, restore });

export const HabitCheck = get.responses[200];
export type HabitCheck = z.output<typeof HabitCheck>;
