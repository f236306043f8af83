import { created, noContent, ok } from "../../http/answer.ts";
import { routes, type Gates } from "../../http/routes.ts";
import type { LimiterFactory } from "../../lib/rate-limit.ts";
import type { Caller } from "../auth/authenticate.ts";
import type { AuthDeps } from "../auth/deps.ts";
import { countUse } from "../auth/limits.ts";
import { listTenantEvents } from "./audit.ts";
import { INVITATIONS_A_DAY, tenants } from "./contract.ts";
import {
  acceptInvitation,
  createInvitation,
  listInvitations,
  revokeInvitation,
} from "./invitations.ts";
import { changeRole, listMembers, removeMember, transferTenant } from "./members.ts";
import { getTenant, updateTenant } from "./tenant.ts";

export function tenantRoutes(
  gates: Gates<Caller>,
  deps: AuthDeps & { readonly limiter: LimiterFactory },
) {
  const { platform } = deps;
  const invitations = deps.limiter({
    name: "invitations",
    points: INVITATIONS_A_DAY,
    seconds: 86_400,
  });
  const countChange = ({ user }: Caller) => countUse(deps.limits.changes, user.id);
  return routes(tenants, gates, {
    getTenant: async ({ caller }) => ok(await getTenant(platform, caller.user)),
    patchTenant: async ({ caller, body, peer }) => {
      await countChange(caller);
      return ok(await updateTenant(deps, caller, body, peer));
    },
    listMembers: async ({ query }) => ok(await listMembers(platform, query)),
    patchMember: async ({ caller, params, body, peer }) => {
      await countChange(caller);
      return ok(await changeRole(deps, caller, { ...params, ...body }, peer));
    },
    removeMember: async ({ caller, params, peer }) => {
      await countChange(caller);
      await removeMember(deps, caller, params.userId, peer);
      return noContent();
    },
    transferTenant: async ({ caller, body, peer }) => {
      await countChange(caller);
      await transferTenant(deps, caller, body.userId, peer);
      return noContent();
    },
    listInvitations: async () => ok({ items: await listInvitations(platform, deps.clock()) }),
    createInvitation: async ({ caller, body, peer }) =>
      created(await createInvitation({ ...deps, invitations }, caller, body, peer)),
    revokeInvitation: async ({ caller, params, peer }) => {
      await revokeInvitation(deps, caller, params.id, peer);
      return noContent();
    },
    acceptInvitation: async ({ caller, body, peer }) =>
      ok(await acceptInvitation(deps, caller, body.token, peer)),
    tenantAudit: async ({ query }) => ok(await listTenantEvents(platform, query)),
  });
}
