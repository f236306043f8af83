import { created, noContent, ok } from "../../http/answer.ts";
import {
  listHandler,
  recordHandlers,
  removeHandler,
  type RecordDeps,
} from "../../http/record-routes.ts";
import { routes, type Gates } from "../../http/routes.ts";
import { reorderRecords } from "../../vault/reorder.ts";
import type { Caller } from "../auth/authenticate.ts";
import { daysOf } from "../days/range.ts";
import { pillars } from "./contract.ts";
import { listPillars, pillarKind } from "./pillars.ts";
import { pillarRemoval } from "./removal.ts";
import { pillarsToBeginWith } from "./suggestions.ts";
import { listScores, putScore, removeScore, scoreKind } from "../pillar-scores/pillar-scores.ts";

export function pillarRoutes(gates: Gates<Caller>, deps: RecordDeps<Caller>) {
  const { openVault, clock, onUnreadable } = deps;
  return routes(pillars, gates, {
    ...recordHandlers(pillarKind, deps),
    list: listHandler(pillarKind, deps, listPillars),
    remove: removeHandler(pillarKind, deps, pillarRemoval.remove),
    suggestions: ({ caller }) =>
      Promise.resolve(ok({ items: pillarsToBeginWith(caller.user.locale) })),
    scores: async (asked) => {
      const days = daysOf(asked.query);
      const vault = await openVault(asked);
      const scores = await listScores(vault, days);
      if (scores.unreadable !== undefined) onUnreadable(vault, scoreKind.table.table);
      return ok(scores);
    },
    reorder: async (asked) => {
      await reorderRecords(await openVault(asked), pillarKind, asked.body.ids, clock());
      return noContent();
    },
    putScore: async (asked) => {
      const { id: pillarId, day } = asked.params;
      const write = { guard: asked.guard, now: clock() };
      const fields = { pillarId, day, ...asked.body };
      const { record, isNew } = await putScore(await openVault(asked), fields, write);
      return isNew ? created(record) : ok(record);
    },
    removeScore: async (asked) => {
      const { id: pillarId, day } = asked.params;
      const write = { guard: asked.guard, now: clock() };
      await removeScore(await openVault(asked), { pillarId, day }, write);
      return noContent();
    },
  });
}
