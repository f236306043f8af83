import { listHandler, recordHandlers, type RecordDeps } from "../../http/record-routes.ts";
import { routes, type Gates } from "../../http/routes.ts";
import type { Caller } from "../auth/authenticate.ts";
import { templates } from "./contract.ts";
import { templateKind, listTemplates } from "./templates.ts";

export const templateRoutes = (gates: Gates<Caller>, deps: RecordDeps<Caller>) =>
  routes(templates, gates, {
    ...recordHandlers(templateKind, deps),
    list: listHandler(templateKind, deps, listTemplates),
  });
