import * as z from "zod";
import { endpoints } from "../../contract/endpoint.ts";
import { Day, Unreadable } from "../../contract/values.ts";
import { DailyRecap } from "../daily-recaps/contract.ts";
import { Entry } from "../entries/contract.ts";
import { Feels } from "../feels/contract.ts";
import { HabitOfDay } from "../habits/contract.ts";
import { MoodLog } from "../mood-logs/contract.ts";
import { PillarScore } from "../pillar-scores/contract.ts";

const DayView = z.object({
  day: Day,
  entries: z.array(Entry),
  feels: z.object({ morning: Feels.nullable(), evening: Feels.nullable() }),
  habits: z.array(HabitOfDay),
  moodLogs: z.array(MoodLog),
  scores: z.array(PillarScore),
  recap: DailyRecap.nullable(),
  isComplete: z
    .boolean()
    .describe(
      "false when the day is too large for one answer, where GET /api/entries?from&to has the rest, or records are unreadable",
    ),
  unreadable: Unreadable,
});

export type DayView = z.output<typeof DayView>;

export const days = endpoints({
  today: {
    method: "GET",
    path: "/api/today",
    summary: "Everything of the day it is for you: your zone, your day-start hour",
    auth: "user",
    permission: "journal:read",
    responses: { 200: DayView },
    conditional: true,
    errors: [],
  },
  get: {
    method: "GET",
    path: "/api/days/:day",
    summary: "Everything of one day",
    auth: "user",
    permission: "journal:read",
    params: z.strictObject({ day: Day }),
    responses: { 200: DayView },
    conditional: true,
    errors: ["invalid_request"],
  },
  list: {
    method: "GET",
    path: "/api/days",
    summary: "Which days of a range (at most 366) have entries, and how many",
    auth: "user",
    permission: "journal:read",
    query: z.strictObject({ from: Day, to: Day }),
    responses: { 200: z.object({ days: z.array(z.object({ day: Day, entries: z.int() })) }) },
    conditional: true,
    errors: ["invalid_request"],
  },
});
