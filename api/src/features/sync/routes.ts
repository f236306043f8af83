import { ok } from "../../http/answer.ts";
import type { RecordDeps } from "../../http/record-routes.ts";
import { routes, type Gates } from "../../http/routes.ts";
import type { Caller } from "../auth/authenticate.ts";
import { todayOf } from "../days/days.ts";
import { sync } from "./contract.ts";
import { pull, push } from "./sync.ts";

export function syncRoutes(gates: Gates<Caller>, deps: RecordDeps<Caller>) {
  const { openVault, clock, onUnreadable } = deps;
  return routes(sync, gates, {
    pull: async (asked) => {
      const vault = await openVault(asked);
      const { damaged, ...page } = await pull(vault, asked.query);
      for (const table of new Set(damaged)) onUnreadable(vault, table);
      return ok(page);
    },
    push: async (asked) => {
      const vault = await openVault(asked);
      const now = clock();
      const outcomes = await push(vault, asked.body.ops, {
        today: todayOf(asked.caller.user, now),
        now,
        onUnreadable: (table) => {
          onUnreadable(vault, table);
        },
      });
      return ok({ outcomes });
    },
  });
}
