import * as z from "zod";
import { endpoints } from "../../contract/endpoint.ts";
import { recordEndpoints } from "../../contract/record.ts";
import {
  Color,
  Day,
  DayRange,
  Id,
  Position,
  Unreadable,
  Weekdays,
  name,
  text,
} from "../../contract/values.ts";
import { CheckFields, HabitCheck, Value } from "../habit-checks/contract.ts";

/** What has to be done for a day to count. */
export const Goal = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("yes_no") }),
  z.strictObject({ type: z.literal("at_least"), value: Value, unit: text(64).default("") }),
  z.strictObject({ type: z.literal("at_most"), value: Value, unit: text(64).default("") }),
]);
export type Goal = z.output<typeof Goal>;

/** On which days it is to be done. */
export const Schedule = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("daily") }),
  z.strictObject({ type: z.literal("weekdays"), days: Weekdays }),
  z.strictObject({ type: z.literal("per_week"), times: z.int().min(1).max(7) }),
]);
export type Schedule = z.output<typeof Schedule>;

export const HabitFields = z
  .strictObject({
    name: name(),
    icon: text(64).default(""),
    color: Color.default("#64748b"),
    goal: Goal.default({ type: "yes_no" }),
    schedule: Schedule.default({ type: "daily" }),
    position: Position,
    archived: z.boolean().default(false),
  })
  .meta({
    examples: [
      {
        name: "Water",
        icon: "💧",
        color: "#0284c7",
        goal: { type: "at_least", value: 6, unit: "glasses" },
        schedule: { type: "daily" },
        position: 1,
        archived: false,
      },
    ],
  });

const protocol = recordEndpoints("habits", HabitFields, z.object({}));
export const Habit = protocol.get.responses[200];

/** A habit on a day: what was checked, or null. */
export const HabitOfDay = z.object({
  habit: Habit,
  check: HabitCheck.nullable(),
  isDue: z.boolean().describe("Whether it is to be done on this day"),
});

export const Streak = z.object({
  habitId: Id,
  unit: z.enum(["days", "weeks"]),
  current: z.int(),
  longest: z.int(),
  strength: z.int().min(0).max(100).describe("Rises with each day that counts, and decays"),
  lastDone: Day.nullable(),
});

const CheckPath = z.strictObject({ id: Id, day: Day });

export const habits = endpoints({
  suggestions: {
    method: "GET",
    path: "/api/habits/suggestions",
    summary: "Habits to begin with, in your language: what POST /api/habits takes",
    auth: "user",
    permission: "journal:read",
    responses: {
      200: z.object({
        items: z.array(HabitFields.omit({ position: true, archived: true })),
      }),
    },
    conditional: true,
    errors: [],
  },
  today: {
    method: "GET",
    path: "/api/habits/today",
    summary: "The habits that are not archived, with what was checked of them today",
    auth: "user",
    permission: "journal:read",
    responses: {
      200: z.object({ day: Day, items: z.array(HabitOfDay), unreadable: Unreadable }),
    },
    conditional: true,
    errors: [],
  },
  streaks: {
    method: "GET",
    path: "/api/habits/streaks",
    summary: "How long each habit has been kept up, as of today",
    auth: "user",
    permission: "journal:read",
    responses: { 200: z.object({ day: Day, items: z.array(Streak), unreadable: Unreadable }) },
    conditional: true,
    errors: [],
  },
  reorder: {
    method: "POST",
    path: "/api/habits/reorder",
    summary: "Put the habits into this order: all that are not archived, each once",
    auth: "user",
    permission: "journal:write",
    body: z.strictObject({ ids: z.array(Id).min(1).max(500) }).meta({
      examples: [
        { ids: ["c41d7e08-2f95-4a6b-9d13-0e8f5a2b6c77", "1b7a9c3d-6e20-4f58-8a94-d3c5b7e91f02"] },
      ],
    }),
    responses: { 204: null },
    errors: ["invalid_request"],
  },
  history: {
    method: "GET",
    path: "/api/habits/:id/history",
    summary: "What was checked of a habit on the days of a range (at most 366)",
    auth: "user",
    permission: "journal:read",
    params: z.strictObject({ id: Id }),
    query: DayRange,
    responses: {
      200: z.object({
        items: z.array(
          HabitCheck.extend({
            isBeforeHabit: z.boolean().describe("Whether the habit was made after that day"),
          }),
        ),
        unreadable: Unreadable,
      }),
    },
    conditional: true,
    errors: ["invalid_request", "not_found", "record_unreadable"],
  },
  putCheck: {
    method: "PUT",
    path: "/api/habits/:id/checks/:day",
    summary: "Check a habit on a day that is not in the future",
    auth: "user",
    permission: "journal:write",
    params: CheckPath,
    body: CheckFields.omit({ habitId: true, day: true }).meta({
      examples: [{ state: "done", value: 7, note: "" }],
    }),
    bodyLimit: "journal",
    responses: { 200: HabitCheck, 201: HabitCheck },
    etag: true,
    guarded: true,
    errors: ["invalid_request", "not_found", "rev_mismatch", "record_unreadable"],
  },
  removeCheck: {
    method: "DELETE",
    path: "/api/habits/:id/checks/:day",
    summary: "Take back what was checked of a habit on a day",
    auth: "user",
    permission: "journal:write",
    params: CheckPath,
    responses: { 204: null },
    guarded: true,
    errors: ["invalid_request", "not_found", "rev_mismatch", "record_unreadable"],
  },
  ...protocol,
  list: { ...protocol.list, summary: "List habits in their order" },
  remove: {
    ...protocol.remove,
    summary: "Move a habit to the trash for 30 days, or archive it when checks refer to it",
  },
});
