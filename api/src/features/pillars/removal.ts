import { archivable, naming } from "../../vault/archive.ts";
import { dailyRecapKind } from "../daily-recaps/daily-recaps.ts";
import { entryKind } from "../entries/entries.ts";
import { scoreKind } from "../pillar-scores/pillar-scores.ts";
import { weeklyRecapKind } from "../weekly-recaps/weekly-recaps.ts";
import { pillarKind } from "./pillars.ts";

interface OfPillar {
  readonly pillarId: string | null;
}

const pillarsIn = (items: readonly OfPillar[]) => items.map(({ pillarId }) => pillarId);

/** How pillars are removed: scores, recaps and entries name them. */
export const pillarRemoval = archivable(pillarKind, [
  naming(scoreKind, ({ pillarId }) => [pillarId]),
  naming(dailyRecapKind, ({ scores, slips, outs, corrections }) =>
    [scores, slips, outs, corrections].flatMap(pillarsIn),
  ),
  naming(weeklyRecapKind, ({ corrections }) => pillarsIn(corrections)),
  naming(entryKind, ({ pillarIds }) => pillarIds),
]);
