import { ok } from "../../http/answer.ts";
import type { Asked, RecordDeps } from "../../http/record-routes.ts";
import { routes, type Gates } from "../../http/routes.ts";
import type { Caller } from "../auth/authenticate.ts";
import { entryKind } from "../entries/entries.ts";
import { days } from "./contract.ts";
import { countEntries, todayOf, viewDay } from "./days.ts";

export function dayRoutes(gates: Gates<Caller>, deps: RecordDeps<Caller>) {
  const { openVault, clock, onUnreadable } = deps;
  const view = async (asked: Asked<Caller>, day: string) => {
    const vault = await openVault(asked);
    const seen = await viewDay(vault, day);
    if (seen.unreadable !== undefined) onUnreadable(vault, entryKind.table.table);
    return ok(seen);
  };
  return routes(days, gates, {
    today: (asked) => view(asked, todayOf(asked.caller.user, clock())),
    get: (asked) => view(asked, asked.params.day),
    list: async (asked) => ok(await countEntries(await openVault(asked), asked.query)),
  });
}
