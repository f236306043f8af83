import { ok } from "../../http/answer.ts";
import type { RecordDeps } from "../../http/record-routes.ts";
import { routes, type Gates } from "../../http/routes.ts";
import type { Caller } from "../auth/authenticate.ts";
import { todayOf } from "../days/days.ts";
import { entryKind } from "../entries/entries.ts";
import { onThisDay } from "./contract.ts";
import { viewOnThisDay } from "./on-this-day.ts";

export const onThisDayRoutes = (
  gates: Gates<Caller>,
  { openVault, clock, onUnreadable }: RecordDeps<Caller>,
) =>
  routes(onThisDay, gates, {
    get: async (asked) => {
      const { day = todayOf(asked.caller.user, clock()), excludeBad } = asked.query;
      const vault = await openVault(asked);
      const view = await viewOnThisDay(vault, { day, excludeBad });
      if (view.unreadable !== undefined) onUnreadable(vault, entryKind.table.table);
      return ok(view);
    },
  });
