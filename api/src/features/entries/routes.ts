import { listHandler, recordHandlers, type RecordDeps } from "../../http/record-routes.ts";
import { routes, type Gates } from "../../http/routes.ts";
import type { Caller } from "../auth/authenticate.ts";
import { entries } from "./contract.ts";
import { entryKind, listEntries } from "./entries.ts";

export const entryRoutes = (gates: Gates<Caller>, deps: RecordDeps<Caller>) =>
  routes(entries, gates, {
    ...recordHandlers(entryKind, deps),
    list: listHandler(entryKind, deps, listEntries),
  });
