import { ok } from "../../http/answer.ts";
import type { RecordDeps } from "../../http/record-routes.ts";
import { routes, type Gates } from "../../http/routes.ts";
import type { Caller } from "../auth/authenticate.ts";
import { days } from "./contract.ts";
import { listDays, todayOf, viewDay } from "./days.ts";

export const dayRoutes = (gates: Gates<Caller>, { openVault, clock }: RecordDeps<Caller>) =>
  routes(days, gates, {
    today: async ({ caller }) =>
      ok(await viewDay(await openVault(caller), todayOf(caller.user, clock()))),
    get: async ({ caller, params }) => ok(await viewDay(await openVault(caller), params.day)),
    list: async ({ caller, query }) => ok(await listDays(await openVault(caller), query)),
  });
