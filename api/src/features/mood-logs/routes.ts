import { listHandler, recordHandlers, type RecordDeps } from "../../http/record-routes.ts";
import { routes, type Gates } from "../../http/routes.ts";
import type { Caller } from "../auth/authenticate.ts";
import { moodLogs } from "./contract.ts";
import { moodLogKind, listMoodLogs } from "./mood-logs.ts";

export const moodLogRoutes = (gates: Gates<Caller>, deps: RecordDeps<Caller>) =>
  routes(moodLogs, gates, {
    ...recordHandlers(moodLogKind, deps),
    list: listHandler(moodLogKind, deps, listMoodLogs),
  });
