import * as z from "zod";
import { Day, Id, Instant, Note, Score } from "../../contract/values.ts";

/** How a pillar went on one day. */
export const ScoreFields = z.strictObject({ pillarId: Id, day: Day, score: Score, note: Note });

export const PillarScore = z.object({
  ...ScoreFields.shape,
  id: Id,
  rev: z.int().min(1),
  createdAt: Instant,
  updatedAt: Instant,
});
export type PillarScore = z.output<typeof PillarScore>;
