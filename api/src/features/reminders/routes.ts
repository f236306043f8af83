import { listHandler, recordHandlers, type RecordDeps } from "../../http/record-routes.ts";
import { routes, type Gates } from "../../http/routes.ts";
import type { Caller } from "../auth/authenticate.ts";
import { reminders } from "./contract.ts";
import { reminderKind, listReminders } from "./reminders.ts";

export const reminderRoutes = (gates: Gates<Caller>, deps: RecordDeps<Caller>) =>
  routes(reminders, gates, {
    ...recordHandlers(reminderKind, deps),
    list: listHandler(reminderKind, deps, listReminders),
  });
