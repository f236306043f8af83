import * as z from "zod";
import { endpoints } from "../../contract/endpoint.ts";
import { KindName } from "../../contract/record.ts";
import { Id } from "../../contract/values.ts";

/** Where a device has got to: a revision, and on the way through everything where it began. */
export const Since = z
  .string()
  .regex(/^(0|[1-9]\d{0,14})(-[1-9]\d{0,14})?$/, "must be 0, or what `next` said")
  .meta({ examples: ["0", "1042"] });

const Change = z.object({
  kind: KindName,
  id: Id,
  rev: z.int().min(1).describe("The revision of its last change"),
  deleted: z.boolean().describe("Whether it is in the trash, or gone for good"),
  record: z
    .record(z.string(), z.unknown())
    .optional()
    .describe("As GET /api/<kind>/:id answers; absent when deleted, unreadable or left out"),
  unreadable: z.literal(true).optional().describe("What is stored of it does not open"),
});

const IfRev = z
  .int()
  .min(0)
  .optional()
  .describe(
    "The revision that you last saw of this id, deleted or not; 0: none, create only. Absent: whatever is there is written over, and kept among its earlier states",
  );

const OPS = [
  {
    op: "put",
    kind: "entries",
    id: "0b9f3c46-1f5e-4a7e-9c3f-6f1f5f7a2b11",
    ifRev: 1041,
    record: { day: "2026-11-21", title: "On the train", body: "No reception here." },
  },
  {
    op: "delete",
    kind: "moods",
    id: "5d1a0b7e-3f0e-4f5b-8b6a-2f6f2d1c9e10",
    ifRev: 977,
  },
] as const;

/** One change of a device. */
export const Op = z
  .discriminatedUnion("op", [
    z.strictObject({
      op: z.literal("put"),
      kind: KindName,
      id: Id,
      ifRev: IfRev,
      record: z
        .record(z.string(), z.unknown())
        .describe("All fields, as PUT /api/<kind>/:id takes"),
    }),
    z.strictObject({ op: z.literal("delete"), kind: KindName, id: Id, ifRev: IfRev }),
  ])
  .meta({
    examples: OPS,
  });
export type Op = z.output<typeof Op>;

const Outcome = z
  .object({
    kind: KindName.nullable().describe("null when the op does not say it rightly"),
    id: Id.nullable().describe("null when the op does not say it rightly"),
    status: z
      .enum(["applied", "unchanged", "conflict", "not_found", "invalid"])
      .describe(
        [
          "`applied`: done.",
          "`unchanged`: it was so already, so nothing was done; sending an op again ends here.",
          "`conflict`: `ifRev` is not the revision that is there, or another record has the natural key (one a day, say). `current` is what is there. Without either: what is there does not open (`current.unreadable`), so that it cannot be archived, which is how one that records name is deleted; put it anew.",
          "`not_found`: what the record belongs to, the habit of a check or the pillar of a score, is not there.",
          "`invalid`: `errors` says what of the op.",
        ].join(" "),
      ),
    rev: z
      .int()
      .min(1)
      .optional()
      .describe("When applied or unchanged: the revision that it has now, if it is not deleted"),
    current: Change.nullable()
      .optional()
      .describe(
        "In a conflict: the record that is there, under its own id; null when it is gone for good. Its `record` is left out once an answer is 8 MiB large",
      ),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  })
  .meta({
    examples: [
      {
        kind: "entries",
        id: "0b9f3c46-1f5e-4a7e-9c3f-6f1f5f7a2b11",
        status: "applied",
        rev: 1043,
      },
      {
        kind: "moods",
        id: "5d1a0b7e-3f0e-4f5b-8b6a-2f6f2d1c9e10",
        status: "conflict",
        current: {
          kind: "moods",
          id: "5d1a0b7e-3f0e-4f5b-8b6a-2f6f2d1c9e10",
          rev: 1002,
          deleted: true,
        },
      },
      {
        kind: "entries",
        id: "7c9e6679-7425-40de-944b-e07fc1f90ae7",
        status: "invalid",
        errors: [{ path: "record.day", message: "must be a day of the calendar" }],
      },
    ],
  });
export type Outcome = z.input<typeof Outcome>;

const MAX_OPS = 500;

export const sync = endpoints({
  pull: {
    method: "GET",
    path: "/api/sync",
    summary:
      "What was changed since a place, of all kinds, in the order of the revisions; gone (410): begin again with since=0",
    auth: "user",
    permission: "journal:read",
    query: z.strictObject({
      since: Since.default("0"),
      limit: z.coerce.number().int().min(1).max(500).default(200),
    }),
    responses: {
      200: z.object({
        changes: z
          .array(Change)
          .describe("Each record once, as it is now; fewer than asked for when they are large"),
        next: Since.describe("What to send as `since` the next time, once all of these are kept"),
        hasMore: z.boolean().describe("Whether to ask again at once"),
      }),
    },
    conditional: true,
    errors: ["invalid_request", "gone"],
  },
  push: {
    method: "POST",
    path: "/api/sync",
    summary:
      "Make up to 500 changes, one after the other and each by itself: what becomes of one stops no other",
    auth: "user",
    permission: "journal:write",
    body: z
      .strictObject({
        // Any op is taken, so that one that is not valid has an outcome of its own.
        ops: z.array(z.union([Op, z.unknown()])).max(MAX_OPS),
      })
      .meta({ examples: [{ ops: [...OPS] }] }),
    bodyLimit: "journal",
    responses: {
      200: z.object({ outcomes: z.array(Outcome).describe("One for each op, in their order") }),
    },
    errors: ["invalid_request", "payload_too_large"],
  },
});
