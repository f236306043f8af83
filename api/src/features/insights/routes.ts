import { ok } from "../../http/answer.ts";
import type { RecordDeps } from "../../http/record-routes.ts";
import { routes, type Gates } from "../../http/routes.ts";
import type { UserVault } from "../../vault/user-vault.ts";
import type { Caller } from "../auth/authenticate.ts";
import { dailyRecapKind } from "../daily-recaps/daily-recaps.ts";
import { todayOf } from "../days/days.ts";
import { insights } from "./contract.ts";
import { viewInsights, viewYear } from "./insights.ts";

export function insightRoutes(gates: Gates<Caller>, deps: RecordDeps<Caller>) {
  const { openVault, clock, onUnreadable } = deps;
  const report = (
    vault: UserVault,
    { unreadable }: { readonly unreadable?: number | undefined },
  ) => {
    if (unreadable !== undefined) onUnreadable(vault, dailyRecapKind.table.table);
  };
  return routes(insights, gates, {
    get: async (asked) => {
      const { user } = asked.caller;
      const vault = await openVault(asked);
      const view = await viewInsights(vault, user, todayOf(user, clock()), asked.query);
      report(vault, view);
      return ok(view);
    },
    year: async (asked) => {
      const thisYear = Number(todayOf(asked.caller.user, clock()).slice(0, 4));
      const vault = await openVault(asked);
      const view = await viewYear(vault, asked.query.year ?? thisYear);
      report(vault, view);
      return ok(view);
    },
  });
}
