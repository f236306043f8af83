import * as z from "zod";
import { recordEndpoints } from "../../contract/record.ts";
import { Day, Id, Instant, Note } from "../../contract/values.ts";

export const MoodLogFields = z
  .strictObject({
    day: Day,
    at: Instant.describe("When it was felt"),
    moodId: Id,
    note: Note,
  })
  .meta({
    examples: [
      {
        day: "2026-11-21",
        at: "2026-11-21T07:05:00.000Z",
        moodId: "5f0c1b9e-6a3d-4c57-9a80-0d1f6f3a7c03",
        note: "after the school run",
      },
    ],
  });

export const moodLogs = recordEndpoints(
  "mood-logs",
  MoodLogFields,
  z.object({ from: Day.optional(), to: Day.optional(), moodId: Id.optional() }),
);

export const MoodLog = moodLogs.get.responses[200];
export type MoodLog = z.output<typeof MoodLog>;
