import * as z from "zod";
import { recordEndpoints } from "../../contract/record.ts";
import { Day, Score, text } from "../../contract/values.ts";

const Answer = text(16 * 1024).optional();

/** The fields of each kind of check-in, besides its day. */
export const FEELS_QUESTIONS = {
  morning: ["mentalState", "strongestEmotion", "avoiding"],
  evening: ["gaveEnergy", "drainedEnergy", "pressureOrPurpose", "honestNote"],
} as const;

const Kind = z.enum(["morning", "evening"]);

/** One check-in as it is kept: of one kind, with answers to questions of that kind. */
export const FeelsContent = z.strictObject({
  day: Day,
  kind: Kind,
  mentalState: Score.optional(),
  strongestEmotion: Answer,
  avoiding: Answer,
  gaveEnergy: Answer,
  drainedEnergy: Answer,
  pressureOrPurpose: z.enum(["pressure", "purpose", "both", "neither"]).optional(),
  honestNote: Answer,
});

export const FeelsFields = FeelsContent.superRefine((feels, context) => {
  const other = feels.kind === "morning" ? "evening" : "morning";
  for (const field of FEELS_QUESTIONS[other]) {
    if (feels[field] === undefined) continue;
    context.addIssue({
      code: "custom",
      path: [field],
      message: `is asked in the ${other} only`,
    });
  }
}).meta({
  examples: [
    {
      day: "2026-11-21",
      kind: "morning",
      mentalState: 7,
      strongestEmotion: "curious",
      avoiding: "the tax letter",
    },
    {
      day: "2026-11-21",
      kind: "evening",
      gaveEnergy: "the river",
      drainedEnergy: "four calls in a row",
      pressureOrPurpose: "purpose",
      honestNote: "I was where I was, most of the day.",
    },
  ],
});

export const feels = recordEndpoints(
  "feels",
  FeelsFields,
  z.object({ from: Day.optional(), to: Day.optional(), kind: Kind.optional() }),
);

export const Feels = feels.get.responses[200];
export type Feels = z.output<typeof Feels>;
