import * as z from "zod";
import { endpoints } from "../../contract/endpoint.ts";
import { recordEndpoints } from "../../contract/record.ts";
import {
  Color,
  Day,
  DayRange,
  Id,
  Position,
  Score,
  Unreadable,
  name,
  text,
} from "../../contract/values.ts";
import { PillarScore, ScoreFields } from "../pillar-scores/contract.ts";

export const PillarFields = z
  .strictObject({
    name: name(),
    description: text(16 * 1024).default(""),
    color: Color.default("#64748b"),
    icon: text(64).default(""),
    target: Score.default(8),
    position: Position,
    archived: z.boolean().default(false),
  })
  .meta({
    examples: [
      {
        name: "Health",
        description: "Walk, water, sleep",
        color: "#16a34a",
        icon: "🫀",
        target: 8,
        position: 1,
        archived: false,
      },
    ],
  });

const ScorePath = z.strictObject({ id: Id, day: Day });

const protocol = recordEndpoints("pillars", PillarFields, z.object({}));

export const pillars = endpoints({
  suggestions: {
    method: "GET",
    path: "/api/pillars/suggestions",
    summary: "Pillars to begin with, in your language: what POST /api/pillars takes",
    auth: "user",
    permission: "journal:read",
    responses: {
      200: z.object({
        items: z.array(PillarFields.omit({ position: true, archived: true })),
      }),
    },
    conditional: true,
    errors: [],
  },
  scores: {
    method: "GET",
    path: "/api/pillars/scores",
    summary: "The scores of all pillars on the days of a range (at most 366)",
    auth: "user",
    permission: "journal:read",
    query: DayRange,
    responses: { 200: z.object({ items: z.array(PillarScore), unreadable: Unreadable }) },
    conditional: true,
    errors: ["invalid_request"],
  },
  reorder: {
    method: "POST",
    path: "/api/pillars/reorder",
    summary: "Put the pillars into this order: all that are not archived, each once",
    auth: "user",
    permission: "journal:write",
    body: z.strictObject({ ids: z.array(Id).min(1).max(500) }).meta({
      examples: [
        { ids: ["3c9e1f52-7a64-4b0d-8e21-5d0c9b7f1a33", "7e0b4a19-95c2-4d38-a6f0-2b8d1c5e9f64"] },
      ],
    }),
    responses: { 204: null },
    errors: ["invalid_request"],
  },
  putScore: {
    method: "PUT",
    path: "/api/pillars/:id/scores/:day",
    summary: "Say how a pillar went on a day",
    auth: "user",
    permission: "journal:write",
    params: ScorePath,
    body: ScoreFields.pick({ score: true, note: true }).meta({
      examples: [{ score: 8, note: "an hour outside" }],
    }),
    bodyLimit: "journal",
    responses: { 200: PillarScore, 201: PillarScore },
    etag: true,
    guarded: true,
    errors: ["invalid_request", "not_found", "rev_mismatch", "record_unreadable"],
  },
  removeScore: {
    method: "DELETE",
    path: "/api/pillars/:id/scores/:day",
    summary: "Take back how a pillar went on a day",
    auth: "user",
    permission: "journal:write",
    params: ScorePath,
    responses: { 204: null },
    guarded: true,
    errors: ["invalid_request", "not_found", "rev_mismatch", "record_unreadable"],
  },
  ...protocol,
  list: { ...protocol.list, summary: "List pillars in their order" },
  remove: {
    ...protocol.remove,
    summary: "Move a pillar to the trash for 30 days, or archive it when records refer to it",
  },
});
