import * as z from "zod";
import { endpoints } from "../../contract/endpoint.ts";
import { Day, Unreadable } from "../../contract/values.ts";
import { Entry } from "../entries/contract.ts";
import { DayPixel } from "../insights/contract.ts";

/** A day that is looked back on. */
const LookBack = z.object({
  ...DayPixel.omit({ entries: true }).shape,
  ago: z.object({
    unit: z.enum(["week", "month", "half_year", "year"]),
    count: z.int().min(1).describe("1 but for years"),
  }),
  entries: z.array(Entry),
});

const OnThisDayView = z.object({
  day: Day,
  items: z.array(LookBack).describe("The latest first; only days that have something"),
  isComplete: z
    .boolean()
    .describe("false when it is too large for one answer, where GET /api/days/:day has the rest"),
  unreadable: Unreadable,
});
export type OnThisDayView = z.output<typeof OnThisDayView>;

export const onThisDay = endpoints({
  get: {
    method: "GET",
    path: "/api/on-this-day",
    summary: "What was on this day in earlier years, and a week, a month and half a year before",
    auth: "user",
    permission: "journal:read",
    query: z.strictObject({
      day: Day.optional().describe("Today when left out"),
      excludeBad: z
        .enum(["true", "false"])
        .default("false")
        .transform((value) => value === "true")
        .describe(
          "Whether to leave out days with a mean mood of -1 or below, the grade F, or a mental state of 3 or below",
        ),
    }),
    responses: { 200: OnThisDayView },
    conditional: true,
    errors: ["invalid_request"],
  },
});
