import { ok } from "../../http/answer.ts";
import type { RecordDeps } from "../../http/record-routes.ts";
import { routes, type Gates } from "../../http/routes.ts";
import type { Logger } from "../../lib/logger.ts";
import type { Platform } from "../../platform/client.ts";
import type { Caller } from "../auth/authenticate.ts";
import { vault } from "./contract.ts";
import { vaultStatus } from "./vault.ts";

export const vaultRoutes = (
  gates: Gates<Caller>,
  deps: RecordDeps<Caller> & { readonly platform: Platform; readonly logger: Logger },
) =>
  routes(vault, gates, {
    get: async (asked) =>
      ok(await vaultStatus(deps, asked.caller.user.id, await deps.openVault(asked))),
  });
