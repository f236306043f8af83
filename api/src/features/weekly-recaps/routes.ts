import { created, ok } from "../../http/answer.ts";
import { listHandler, recordHandlers, type RecordDeps } from "../../http/record-routes.ts";
import { routes, type Gates } from "../../http/routes.ts";
import { weekOf } from "../../lib/day.ts";
import { putNatural } from "../../vault/records.ts";
import type { Caller } from "../auth/authenticate.ts";
import { todayOf } from "../days/days.ts";
import { weeklyRecaps } from "./contract.ts";
import { viewOf, viewWeek } from "./view.ts";
import { listWeeklyRecaps, weeklyRecapKind } from "./weekly-recaps.ts";

export function weeklyRecapRoutes(gates: Gates<Caller>, deps: RecordDeps<Caller>) {
  const { openVault, clock } = deps;
  const seer = ({ user }: Caller) => ({ person: user, today: todayOf(user, clock()) });
  return routes(weeklyRecaps, gates, {
    ...recordHandlers(weeklyRecapKind, deps),
    list: listHandler(weeklyRecapKind, deps, listWeeklyRecaps),
    current: async (asked) => {
      const by = seer(asked.caller);
      return ok(await viewWeek(await openVault(asked), weekOf(by.today), by));
    },
    getByWeek: async (asked) =>
      ok(await viewWeek(await openVault(asked), asked.params.week, seer(asked.caller))),
    putByWeek: async (asked) => {
      const { week } = asked.params;
      const vault = await openVault(asked);
      const write = { fields: { ...asked.body, week }, guard: asked.guard, now: clock() };
      const { record, isNew } = await putNatural(vault, weeklyRecapKind, write);
      const view = await viewOf(vault, week, record, seer(asked.caller));
      return isNew ? created(view) : ok(view);
    },
  });
}
