import { created, noContent, ok } from "../../http/answer.ts";
import { routes, type Gates } from "../../http/routes.ts";
import type { Caller } from "../auth/authenticate.ts";
import type { AuthDeps } from "../auth/deps.ts";
import { countUse } from "../auth/limits.ts";
import { tokens } from "./contract.ts";
import { createToken, listTokens, revokeToken } from "./tokens.ts";

export const tokenRoutes = (gates: Gates<Caller>, deps: AuthDeps) =>
  routes(tokens, gates, {
    listTokens: async ({ caller }) => ok({ items: await listTokens(deps.platform, caller) }),
    createToken: async ({ caller, body, peer }) => {
      await countUse(deps.limits.changes, caller.user.id);
      return created(await createToken(deps, caller, body, peer));
    },
    revokeToken: async ({ caller, params, peer }) => {
      await countUse(deps.limits.changes, caller.user.id);
      await revokeToken(deps, caller, params.id, peer);
      return noContent();
    },
  });
