import { archivable } from "../../vault/archive.ts";
import { someRecord } from "../../vault/ordered-list.ts";
import { dailyRecapKind } from "../daily-recaps/daily-recaps.ts";
import { entryKind } from "../entries/entries.ts";
import { scoreKind } from "../pillar-scores/pillar-scores.ts";
import { weeklyRecapKind } from "../weekly-recaps/weekly-recaps.ts";
import { pillarKind } from "./pillars.ts";

interface OfPillar {
  readonly pillarId: string | null;
}

/** How pillars are removed: scores, recaps and entries name them. */
export const pillarRemoval = archivable(pillarKind, async (vault, id) => {
  const names = (items: readonly OfPillar[]) => items.some(({ pillarId }) => pillarId === id);
  return (
    (await someRecord(vault, scoreKind, ({ pillarId }) => pillarId === id)) ||
    (await someRecord(vault, dailyRecapKind, ({ scores, slips, outs, corrections }) =>
      [scores, slips, outs, corrections].some(names),
    )) ||
    (await someRecord(vault, weeklyRecapKind, ({ corrections }) => names(corrections))) ||
    (await someRecord(vault, entryKind, ({ pillarIds }) => pillarIds.includes(id)))
  );
});
