import { accepted, ok } from "../../http/answer.ts";
import { routes, type Gates } from "../../http/routes.ts";
import type { LimiterFactory } from "../../lib/rate-limit.ts";
import type { Caller } from "../auth/authenticate.ts";
import { countUse } from "../auth/limits.ts";
import { toMe, updateSettings } from "./account.ts";
import { listAudit } from "./audit.ts";
import { account, EXPORTS_A_DAY } from "./contract.ts";
import { eraseMe, type AccountDeps } from "./erase.ts";
import { exportAccount } from "./export.ts";

export function accountRoutes(
  gates: Gates<Caller>,
  deps: AccountDeps & { readonly limiter: LimiterFactory },
) {
  const exports = deps.limiter({ name: "exports", points: EXPORTS_A_DAY, seconds: 86_400 });
  return routes(account, gates, {
    get: ({ caller }) => Promise.resolve(ok(toMe(caller.user))),
    patch: async ({ caller, body }) => ok(await updateSettings(deps, caller.user.id, body)),
    erase: async ({ caller, body: { confirm }, peer }) => {
      const { route: purpose, requestId } = peer;
      const reason = { actor: "user", purpose, requestId } as const;
      const receipt = await eraseMe(deps, caller.user, { confirm, reason });
      return accepted(receipt, { cookies: [{ name: "rt", value: "", maxAgeSeconds: 0 }] });
    },
    export: async ({ caller, peer }) => {
      await countUse(exports, caller.user.id);
      const file = await exportAccount(deps, caller.user, peer);
      const name = `timos-account-${deps.clock().toISOString().slice(0, 10)}.json`;
      return ok(file, { headers: { "Content-Disposition": `attachment; filename="${name}"` } });
    },
    audit: async ({ caller, query }) => ok(await listAudit(deps.platform, caller.user, query)),
  });
}
