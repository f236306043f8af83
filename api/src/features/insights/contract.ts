import * as z from "zod";
import { endpoints } from "../../contract/endpoint.ts";
import { Day, Id, Score, Unreadable } from "../../contract/values.ts";
import { Graded } from "../daily-recaps/contract.ts";
import { Streak } from "../habits/contract.ts";

/** How a pillar went over some days. */
export const PillarWeek = z.object({
  pillarId: Id,
  average: z.number(),
  days: z.int().describe("How many days of the week have a score"),
  trend: z.number().nullable().describe("Against the week before; null without scores there"),
});

const MoodMean = z
  .number()
  .min(-2)
  .max(2)
  .nullable()
  .describe("The mean valence of the moods noted, to two places");

/** What can be shown of a day at a glance. */
export const DayPixel = z.object({
  day: Day,
  mood: MoodMean,
  overall: Graded.shape.overall,
  grade: Graded.shape.grade,
  mentalState: Score.nullable().describe("Of the morning"),
  entries: z.int(),
});
export type DayPixel = z.output<typeof DayPixel>;

/** What is noted day by day. */
const Measure = z.object({
  kind: z
    .enum(["habit", "pillar", "mood", "mental_state", "purpose", "overall"])
    .describe("purpose: whether the evening said purpose, both or neither, or pressure"),
  id: Id.nullable().describe("Of a habit or a pillar"),
});
export type Measure = z.output<typeof Measure>;

const Mean = z.number().describe("To two places");

const Correlation = z
  .object({
    type: z.literal("correlation"),
    code: z
      .enum([
        "higher_with",
        "lower_with",
        "higher_after",
        "lower_after",
        "rise_together",
        "move_apart",
        "rises_after",
        "falls_after",
      ])
      .describe(
        "How to put it: b is higher or lower on days with a, or on those after them; a and b rise together or one falls as the other rises; b rises or falls on the day after a rises",
      ),
    a: Measure,
    b: Measure,
    lagDays: z.int().min(0).max(1).describe("1: a of the day before"),
    method: z.enum(["spearman", "point_biserial"]),
    n: z.int().describe("How many days have both"),
    nEffective: z
      .number()
      .describe("How many independent days these are worth, since a day is like the one before"),
    r: z.number().min(-1).max(1),
    p: z.number().min(0).max(1).describe("How often chance alone would do as much"),
    pAdjusted: z.number().min(0).max(1).describe("The same, corrected for all comparisons made"),
    strength: z.enum(["weak", "moderate", "strong"]),
    direction: z.enum(["positive", "negative"]),
    difference: z
      .object({ with: Mean, without: Mean, by: Mean, daysWith: z.int() })
      .nullable()
      .describe("The means of b with and without a; null where a is no matter of yes or no"),
  })
  .describe("That two things go together, which is not to say that one makes the other");
export type Correlation = z.output<typeof Correlation>;

const Side = z.object({
  weeks: z.int().describe("How many of the four weeks have a recap"),
  recaps: z.int(),
  slips: z.int().describe("Slips of the pillar in these recaps"),
  perWeek: z.number().describe("Slips in seven days with a recap, to two places"),
  recapIds: z.array(Id).describe("The daily recaps with these slips"),
});

const CorrectionOutcome = z
  .object({
    type: z.literal("correction"),
    code: z.enum(["fewer_slips", "as_many_slips", "more_slips"]),
    pillarId: Id,
    text: z.string(),
    done: z.boolean(),
    day: Day.describe("The day, or the last day of the week, of the recap that has it"),
    source: z.object({ kind: z.enum(["daily-recaps", "weekly-recaps"]), id: Id }),
    before: Side,
    after: Side,
  })
  .describe("The slips of a pillar in the four weeks before a correction and in those after it");
export type CorrectionOutcome = z.output<typeof CorrectionOutcome>;

/** What shows when days are put side by side. */
export const Pattern = z.discriminatedUnion("type", [Correlation, CorrectionOutcome]);
export type Pattern = z.output<typeof Pattern>;

const Trend = z
  .number()
  .nullable()
  .describe("By how much it rose a week, by least squares over the days; null below 14 days");

const InsightsView = z.object({
  from: Day,
  to: Day,
  mood: z.object({ average: MoodMean, days: z.int(), trend: Trend }),
  scores: z.array(z.object({ pillarId: Id, average: Mean, days: z.int(), trend: Trend })),
  weeks: z
    .array(
      z.object({
        // Not a `Week`, which has all of its days in the calendar: its last days are in 9999-W52, which has not.
        week: z.string().meta({ examples: ["2026-W47"] }),
        mood: z.object({ average: MoodMean, days: z.int() }),
        scores: z.array(PillarWeek),
        ...Graded.shape,
      }),
    )
    .describe("By weeks of ISO 8601, each with those of its days that are in the range"),
  weekdays: z
    .array(
      z.object({
        weekday: z.int().min(1).max(7).describe("1 is Monday"),
        mood: MoodMean,
        moodDays: z.int(),
        overall: z.number().nullable(),
        overallDays: z.int(),
      }),
    )
    .describe("From the day on which your week starts"),
  streaks: z.array(Streak).describe("As of today"),
  correlations: z.array(Correlation).describe("The strongest first"),
  comparisons: z.int().describe("How many comparisons were made, for all of which p is corrected"),
  corrections: z.array(CorrectionOutcome).describe("The latest first"),
  unreadable: Unreadable,
});
export type InsightsView = z.output<typeof InsightsView>;

export const insights = endpoints({
  get: {
    method: "GET",
    path: "/api/insights",
    summary: "What shows in the days of a range: the last 90 days, or at most 366",
    auth: "user",
    permission: "journal:read",
    query: z.strictObject({
      from: Day.optional().describe("89 days before `to` when left out"),
      to: Day.optional().describe("Today when left out"),
    }),
    responses: { 200: InsightsView },
    conditional: true,
    errors: ["invalid_request"],
  },
  year: {
    method: "GET",
    path: "/api/insights/year",
    summary: "A year at a glance: each day that has something to show",
    auth: "user",
    permission: "journal:read",
    query: z.strictObject({
      year: z.coerce
        .number()
        .int()
        .min(1)
        .max(9999)
        .optional()
        .describe("The year it is for you when left out")
        .meta({ examples: [2026] }),
    }),
    responses: {
      200: z.object({ year: z.int(), days: z.array(DayPixel), unreadable: Unreadable }),
    },
    conditional: true,
    errors: ["invalid_request"],
  },
});
