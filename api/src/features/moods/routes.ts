import { ok } from "../../http/answer.ts";
import { recordHandlers, removeHandler, type RecordDeps } from "../../http/record-routes.ts";
import { routes, type Gates } from "../../http/routes.ts";
import type { Caller } from "../auth/authenticate.ts";
import { moods } from "./contract.ts";
import { listMoods, moodKind } from "./moods.ts";
import { moodRemoval } from "./removal.ts";

export const moodRoutes = (gates: Gates<Caller>, deps: RecordDeps<Caller>) =>
  routes(moods, gates, {
    ...recordHandlers(moodKind, deps),
    remove: removeHandler(moodKind, deps, moodRemoval.remove),
    list: async (asked) => {
      const vault = await deps.openVault(asked);
      const page = await listMoods(vault, asked.query);
      if (page.unreadable !== undefined) deps.onUnreadable(vault, moodKind.table.table);
      return ok(page);
    },
  });
