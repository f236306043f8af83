import { accepted, ok } from "../../http/answer.ts";
import { routes, type Gates } from "../../http/routes.ts";
import type { Caller } from "../auth/authenticate.ts";
import { toMe, updateSettings } from "./account.ts";
import { listAudit } from "./audit.ts";
import { account } from "./contract.ts";
import { eraseMe, type AccountDeps } from "./erase.ts";

export const accountRoutes = (gates: Gates<Caller>, deps: AccountDeps) =>
  routes(account, gates, {
    get: ({ caller }) => Promise.resolve(ok(toMe(caller.user))),
    patch: async ({ caller, body }) => ok(await updateSettings(deps, caller.user.id, body)),
    erase: async ({ caller, body: { confirm }, peer }) => {
      const { route: purpose, requestId } = peer;
      const reason = { actor: "user", purpose, requestId } as const;
      const receipt = await eraseMe(deps, caller.user, { confirm, reason });
      return accepted(receipt, { cookies: [{ name: "rt", value: "", maxAgeSeconds: 0 }] });
    },
    audit: async ({ caller, query }) => ok(await listAudit(deps.platform, caller.user, query)),
  });
