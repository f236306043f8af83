import { created, ok } from "../../http/answer.ts";
import { listHandler, recordHandlers, type RecordDeps } from "../../http/record-routes.ts";
import { routes, type Gates } from "../../http/routes.ts";
import { putNatural } from "../../vault/records.ts";
import type { Caller } from "../auth/authenticate.ts";
import { dailyRecaps } from "./contract.ts";
import { dailyRecapKind, graded, listDailyRecaps, recapOfDay } from "./daily-recaps.ts";

export function dailyRecapRoutes(gates: Gates<Caller>, deps: RecordDeps<Caller>) {
  const { openVault, clock } = deps;
  return routes(dailyRecaps, gates, {
    ...recordHandlers(dailyRecapKind, deps, graded),
    list: listHandler(dailyRecapKind, deps, listDailyRecaps),
    getByDay: async (asked) =>
      ok(graded(await recapOfDay(await openVault(asked), asked.params.day))),
    putByDay: async (asked) => {
      const fields = { ...asked.body, ...asked.params };
      const write = { fields, guard: asked.guard, now: clock() };
      const { record, isNew } = await putNatural(await openVault(asked), dailyRecapKind, write);
      return isNew ? created(graded(record)) : ok(graded(record));
    },
  });
}
