import * as z from "zod";
import { endpoints } from "../../contract/endpoint.ts";
import { recordEndpoints } from "../../contract/record.ts";
import { Day, Id, Note, Score } from "../../contract/values.ts";

/** How a pillar went on one day. */
export const ScoreFields = z
  .strictObject({ pillarId: Id, day: Day, score: Score, note: Note })
  .meta({
    examples: [
      {
        pillarId: "3c9e1f52-7a64-4b0d-8e21-5d0c9b7f1a33",
        day: "2026-11-21",
        score: 8,
        note: "an hour outside",
      },
    ],
  });

const { get, versions, restore } = recordEndpoints("pillar-scores", ScoreFields, z.object({}));

/** Written by the day, under its pillar; here is what goes by its id. */
export const pillarScores = endpoints({ get, versions, restore });

export const PillarScore = get.responses[200];
export type PillarScore = z.output<typeof PillarScore>;
