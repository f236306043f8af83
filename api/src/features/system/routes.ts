import { ok, unavailable } from "../../http/answer.ts";
import { routes, type Gates } from "../../http/routes.ts";
import type { Logger } from "../../lib/logger.ts";
import { system } from "./contract.ts";
import { checkHealth, type Checks } from "./health.ts";

export function systemRoutes<C>(
  gates: Gates<C>,
  deps: {
    readonly checks: Checks;
    readonly logger: Logger;
    readonly document: { openapi: string };
  },
) {
  return routes(system, gates, {
    live: () => Promise.resolve(ok({ status: "ok" as const })),
    ready: async () => {
      const health = await checkHealth(deps.checks, deps.logger);
      return health.status === "ok" ? ok(health) : unavailable(health);
    },
    openapi: () => Promise.resolve(ok(deps.document)),
  });
}
