import { recordHandlers, type RecordDeps } from "../../http/record-routes.ts";
import { routes, type Gates } from "../../http/routes.ts";
import type { Caller } from "../auth/authenticate.ts";
import { pillarScores } from "./contract.ts";
import { scoreKind } from "./pillar-scores.ts";

export function pillarScoreRoutes(gates: Gates<Caller>, deps: RecordDeps<Caller>) {
  const { get, versions, restore } = recordHandlers(scoreKind, deps);
  return routes(pillarScores, gates, { get, versions, restore });
}
