import * as z from "zod";
import { recordEndpoints } from "../../contract/record.ts";
import { Day, Id, Instant, Note } from "../../contract/values.ts";

export const MoodLogFields = z.strictObject({
  day: Day,
  at: Instant.describe("When it was felt"),
  moodId: Id,
  note: Note,
});

export const moodLogs = recordEndpoints(
  "mood-logs",
  MoodLogFields,
  z.object({ from: Day.optional(), to: Day.optional(), moodId: Id.optional() }),
);

export const MoodLog = moodLogs.get.responses[200];
export type MoodLog = z.output<typeof MoodLog>;
