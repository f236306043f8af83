import { recordHandlers, type RecordDeps } from "../../http/record-routes.ts";
import { routes, type Gates } from "../../http/routes.ts";
import type { Caller } from "../auth/authenticate.ts";
import { habitChecks } from "./contract.ts";
import { checkKind } from "./habit-checks.ts";

export function habitCheckRoutes(gates: Gates<Caller>, deps: RecordDeps<Caller>) {
  const { get, versions, restore } = recordHandlers(checkKind, deps);
  return routes(habitChecks, gates, { get, versions, restore });
}
