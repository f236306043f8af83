import { ok } from "../../http/answer.ts";
import { routes, type Gates } from "../../http/routes.ts";
import { countWrapsByState } from "../../platform/wrap-counts.ts";
import type { VerifyDeps } from "../../platform/audit-verify.ts";
import type { Caller } from "../auth/authenticate.ts";
import type { AuthDeps } from "../auth/deps.ts";
import { listTenants, listUsers } from "./accounts.ts";
import { verifyAudit } from "./audit-verify.ts";
import { listPlatformEvents } from "./audit.ts";
import { admin } from "./contract.ts";
import { listOperations } from "./operations.ts";
import { restoreUser, suspendUser } from "./suspension.ts";

export const adminRoutes = (
  gates: Gates<Caller>,
  deps: AuthDeps & {
    readonly forgetKeys: (userId: string) => Promise<void>;
    readonly auditKeys: VerifyDeps["keys"];
  },
) =>
  routes(admin, gates, {
    listUsers: async ({ query }) => ok(await listUsers(deps.platform, query)),
    searchUsers: async ({ body }) => ok(await listUsers(deps.platform, body)),
    listTenants: async ({ query }) => ok(await listTenants(deps.platform, query)),
    countKeys: async () => ok({ items: await countWrapsByState(deps.platformDatabase.execute) }),
    platformAudit: async ({ query }) => ok(await listPlatformEvents(deps.platform, query)),
    verifyAudit: async ({ query }) => {
      const { platformDatabase, auditKeys: keys, clock } = deps;
      return ok(
        await verifyAudit({ execute: platformDatabase.execute, keys, clock }, query.cursor),
      );
    },
    operations: async () => ok(await listOperations(deps.platformDatabase.execute, deps.clock())),
    suspendUser: async ({ caller, params, peer }) =>
      ok(await suspendUser(deps, caller, params.id, peer)),
    restoreUser: async ({ caller, params, peer }) =>
      ok(await restoreUser(deps, caller, params.id, peer)),
  });
