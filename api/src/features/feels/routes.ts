import { listHandler, recordHandlers, type RecordDeps } from "../../http/record-routes.ts";
import { routes, type Gates } from "../../http/routes.ts";
import type { Caller } from "../auth/authenticate.ts";
import { feels } from "./contract.ts";
import { feelsKind, listFeels } from "./feels.ts";

export const feelsRoutes = (gates: Gates<Caller>, deps: RecordDeps<Caller>) =>
  routes(feels, gates, {
    ...recordHandlers(feelsKind, deps),
    list: listHandler(feelsKind, deps, listFeels),
  });
