import * as z from "zod";
import { endpoints } from "../../contract/endpoint.ts";
import { recordEndpoints } from "../../contract/record.ts";
import { Day, Id, Note } from "../../contract/values.ts";

/** How much of something was done. */
export const Value = z.number().min(0).max(1_000_000_000);

/** That a habit was done on a day, or left out on purpose. */
export const CheckFields = z
  .strictObject({
    habitId: Id,
    day: Day,
    state: z.enum(["done", "skipped"]),
    value: Value.nullable().default(null),
    note: Note,
  })
  .meta({
    examples: [
      {
        habitId: "c41d7e08-2f95-4a6b-9d13-0e8f5a2b6c77",
        day: "2026-11-21",
        state: "done",
        value: 7,
        note: "",
      },
    ],
  });

const { get, versions, restore } = recordEndpoints("habit-checks", CheckFields, z.object({}));

/** Written by the day, under its habit; here is what goes by its id. */
export const habitChecks = endpoints({ get, versions, restore });

export const HabitCheck = get.responses[200];
export type HabitCheck = z.output<typeof HabitCheck>;
