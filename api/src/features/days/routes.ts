import { ok } from "../../http/answer.ts";
import type { RecordDeps } from "../../http/record-routes.ts";
import { routes, type Gates } from "../../http/routes.ts";
import type { Caller } from "../auth/authenticate.ts";
import { days } from "./contract.ts";
import { listDays, todayOf, viewDay } from "./days.ts";

export const dayRoutes = (gates: Gates<Caller>, { openVault, clock }: RecordDeps<Caller>) =>
  routes(days, gates, {
    today: async (asked) =>
      ok(await viewDay(await openVault(asked), todayOf(asked.caller.user, clock()))),
    get: async (asked) => ok(await viewDay(await openVault(asked), asked.params.day)),
    list: async (asked) => ok(await listDays(await openVault(asked), asked.query)),
  });
