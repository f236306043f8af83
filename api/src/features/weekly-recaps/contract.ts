import * as z from "zod";
import { endpoints } from "../../contract/endpoint.ts";
import { recordEndpoints } from "../../contract/record.ts";
import { Day, Id, Instant, Note, Unreadable, Week, name } from "../../contract/values.ts";
import { Correction, Graded } from "../daily-recaps/contract.ts";
import { DayPixel, Pattern, PillarWeek } from "../insights/contract.ts";

const EXAMPLE = {
  wins: ["Three walks, one of them in rain"],
  note: "The days that began with drawing ended better.",
  corrections: [{ text: "Two calls a day at most", pillarId: null, done: false }],
};

export const WeeklyRecapFields = z
  .strictObject({
    week: Week,
    wins: z.array(name(4096)).max(100).default([]),
    note: Note,
    corrections: z.array(Correction).max(100).default([]),
  })
  .meta({ examples: [{ week: "2026-W47", ...EXAMPLE }] });

const protocol = recordEndpoints(
  "weekly-recaps",
  WeeklyRecapFields,
  z.object({ from: Day.optional(), to: Day.optional() }),
);

/** A week as it went: what was written about it, if anything, and what its days come to. */
const WeekView = z.object({
  ...WeeklyRecapFields.shape,
  id: Id.nullable().describe("null while nothing is written about the week"),
  rev: z.int().min(1).nullable(),
  createdAt: Instant.nullable(),
  updatedAt: Instant.nullable(),
  from: Day,
  to: Day,
  days: z.array(DayPixel).describe("Its seven days, in the order in which your weeks run"),
  scores: z.array(PillarWeek),
  ...Graded.shape,
  slips: z.array(z.object({ day: Day, text: z.string(), pillarId: Id.nullable() })),
  patterns: z.array(Pattern).describe("What shows in the eight weeks up to this one"),
  unreadable: Unreadable,
});
export type WeekView = z.output<typeof WeekView>;

const OfWeek = z.strictObject({ week: Week });

export const weeklyRecaps = endpoints({
  current: {
    method: "GET",
    path: "/api/weekly-recaps/current",
    summary: "The week that it is for you, as it went so far",
    auth: "user",
    permission: "journal:read",
    responses: { 200: WeekView },
    conditional: true,
    errors: ["record_unreadable"],
  },
  getByWeek: {
    method: "GET",
    path: "/api/weekly-recaps/by-week/:week",
    summary: "A week as it went",
    auth: "user",
    permission: "journal:read",
    params: OfWeek,
    responses: { 200: WeekView },
    conditional: true,
    errors: ["invalid_request", "record_unreadable"],
  },
  putByWeek: {
    method: "PUT",
    path: "/api/weekly-recaps/by-week/:week",
    summary: "Write the recap of a week, or replace it",
    auth: "user",
    permission: "journal:write",
    params: OfWeek,
    body: WeeklyRecapFields.omit({ week: true }).meta({ examples: [EXAMPLE] }),
    bodyLimit: "journal",
    responses: { 200: WeekView, 201: WeekView },
    guarded: true,
    errors: ["invalid_request", "rev_mismatch", "record_unreadable", "payload_too_large"],
  },
  ...protocol,
});
