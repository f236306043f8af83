import * as z from "zod";
import { recordEndpoints } from "../../contract/record.ts";
import { Day, Id, TimeOfDay, name, text } from "../../contract/values.ts";

const MAX_BODY_BYTES = 1024 * 1024;

const Tag = name(400).refine((tag) => /^.{0,100}$/su.test(tag), "must be at most 100 characters");

export const EntryFields = z
  .strictObject({
    day: Day,
    time: TimeOfDay.nullable().default(null),
    title: text(1000).default(""),
    body: text(MAX_BODY_BYTES).default("").describe("Markdown, kept byte for byte"),
    pillarIds: z.array(Id).max(50).default([]),
    tags: z.array(Tag).max(50).default([]),
    moodId: Id.nullable().default(null),
    starred: z.boolean().default(false),
    completed: z.boolean().default(false),
  })
  .meta({
    examples: [
      {
        day: "2026-11-21",
        time: "21:30",
        title: "By the river",
        body: "A kingfisher, **twice**.",
        pillarIds: ["3c9e1f52-7a64-4b0d-8e21-5d0c9b7f1a33"],
        tags: ["walk"],
        moodId: "5f0c1b9e-6a3d-4c57-9a80-0d1f6f3a7c03",
        starred: false,
        completed: true,
      },
    ],
  });

export const entries = recordEndpoints(
  "entries",
  EntryFields,
  z.object({
    from: Day.optional(),
    to: Day.optional(),
    pillarId: Id.optional(),
    tag: text(400).optional(),
  }),
);

export const Entry = entries.get.responses[200];
export type Entry = z.output<typeof Entry>;
