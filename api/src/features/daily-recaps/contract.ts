import * as z from "zod";
import { endpoints } from "../../contract/endpoint.ts";
import { recordEndpoints } from "../../contract/record.ts";
import { Day, Id, Note, Score, name } from "../../contract/values.ts";

const MAX_ITEMS = 100;

const Item = z.strictObject({ text: name(4096), pillarId: Id.nullable().default(null) });

/** What to do better. */
export const Correction = z.strictObject({ ...Item.shape, done: z.boolean().default(false) });

const EXAMPLE = {
  scores: [{ pillarId: "3c9e1f52-7a64-4b0d-8e21-5d0c9b7f1a33", score: 8 }],
  slips: [
    { text: "Took the tram although it was dry", pillarId: "3c9e1f52-7a64-4b0d-8e21-5d0c9b7f1a33" },
  ],
  outs: [{ text: "No reading: Leo had a fever", pillarId: null }],
  corrections: [
    { text: "Shoes by the door", pillarId: "3c9e1f52-7a64-4b0d-8e21-5d0c9b7f1a33", done: false },
  ],
  summary: "A day that held.",
};

export const DailyRecapFields = z
  .strictObject({
    day: Day,
    scores: z
      .array(z.strictObject({ pillarId: Id, score: Score }))
      .max(MAX_ITEMS)
      .refine(
        (scores) => new Set(scores.map(({ pillarId }) => pillarId)).size === scores.length,
        "must not score a pillar twice",
      )
      .default([]),
    slips: z
      .array(Item)
      .max(MAX_ITEMS)
      .default([])
      .describe("What should have happened and did not, without a reason"),
    outs: z
      .array(Item)
      .max(MAX_ITEMS)
      .default([])
      .describe("Misses that were decided, or outside of one's control"),
    corrections: z.array(Correction).max(MAX_ITEMS).default([]),
    summary: Note,
  })
  .meta({ examples: [{ day: "2026-11-21", ...EXAMPLE }] });

export const Graded = z
  .object({
    overall: z.number().nullable().describe("The mean of the scores, to two places"),
    grade: z.enum(["A", "B", "C", "D", "F"]).nullable(),
    label: z.enum(["Excellent", "Consistent", "Mixed", "Off-track", "Critical"]).nullable(),
  })
  .meta({ examples: [{ overall: 8, grade: "B", label: "Consistent" }] });

const protocol = recordEndpoints(
  "daily-recaps",
  DailyRecapFields,
  z.object({ from: Day.optional(), to: Day.optional() }),
  Graded,
);

export const DailyRecap = protocol.get.responses[200];
export type DailyRecap = z.output<typeof DailyRecap>;

const OfDay = z.strictObject({ day: Day });

export const dailyRecaps = endpoints({
  getByDay: {
    method: "GET",
    path: "/api/daily-recaps/by-day/:day",
    summary: "Read the recap of a day",
    auth: "user",
    permission: "journal:read",
    params: OfDay,
    responses: { 200: DailyRecap },
    etag: true,
    errors: ["invalid_request", "not_found", "record_unreadable"],
  },
  putByDay: {
    method: "PUT",
    path: "/api/daily-recaps/by-day/:day",
    summary: "Write the recap of a day, or replace it",
    auth: "user",
    permission: "journal:write",
    params: OfDay,
    body: DailyRecapFields.omit({ day: true }).meta({ examples: [EXAMPLE] }),
    bodyLimit: "journal",
    responses: { 200: DailyRecap, 201: DailyRecap },
    etag: true,
    guarded: true,
    errors: ["invalid_request", "rev_mismatch", "record_unreadable", "payload_too_large"],
  },
  ...protocol,
});
