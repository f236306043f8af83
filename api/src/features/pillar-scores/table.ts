import type { PillarScoreModel } from "../../../generated/vault/models.ts";
import { defineTable, type ModelOf, type Same } from "../../vault/table.ts";
import { ScoreFields } from "./contract.ts";

export const scoreTable = defineTable({
  table: "pillar_scores",
  boxes: { sealed: ScoreFields },
  blind: {
    dayKey: (score) => score.day,
    naturalKey: (score) => scoreKey(score.pillarId, score.day),
  },
  natural: "naturalKey",
});

true satisfies Same<ModelOf<typeof scoreTable>, PillarScoreModel>;

/** What the score of a pillar on a day is found by. */
export function scoreKey(pillarId: string, day: string): string {
  return `${pillarId}/${day}`;
}
