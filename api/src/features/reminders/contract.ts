import * as z from "zod";
import { recordEndpoints } from "../../contract/record.ts";
import { TimeOfDay, Weekdays } from "../../contract/values.ts";

export const ReminderFields = z
  .strictObject({
    kind: z.enum(["morning", "evening", "entry", "daily-recap", "weekly-recap", "habits"]),
    time: TimeOfDay,
    days: Weekdays.default([1, 2, 3, 4, 5, 6, 7]),
    channel: z.enum(["email"]).default("email"),
    enabled: z.boolean().default(true),
  })
  .meta({
    examples: [
      { kind: "evening", time: "21:15", days: [1, 2, 3, 4, 5], channel: "email", enabled: true },
    ],
  });

export const reminders = recordEndpoints("reminders", ReminderFields, z.object({}));
