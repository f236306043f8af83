import type * as z from "zod";
import { AppError } from "../../contract/errors.ts";
import { recordEvents } from "../../platform/audit.ts";
import { inTransaction, type PlatformQueries } from "../../platform/client.ts";
import { asSystem } from "../../platform/tenancy.ts";
import { lockTenants } from "../../platform/tenants.ts";
import type { Caller } from "../auth/authenticate.ts";
import type { AuthDeps } from "../auth/deps.ts";
import { eventFrom, type From } from "../auth/from.ts";
import type { Role, Tenant, tenants } from "./contract.ts";
import { findActor } from "./roles.ts";

/** The tenant of a user, as it is to be shown to them. */
export async function getTenant(
  db: PlatformQueries,
  { tenantId, role }: { readonly tenantId: string; readonly role: Role },
): Promise<Tenant> {
  const tenant = await db.tenant.findUnique({ where: { id: tenantId } });
  // The caller moved out of it at this moment, and nobody was left.
  if (tenant === null) throw new AppError("not_found");
  return { ...tenant, role, createdAt: tenant.createdAt.toISOString() };
}

/**
 * Changes what `changes` names. A rule about second factors is effective from the next request of every member on.
 *
 * @throws AppError `mfa_required_by_policy` when somebody would ask of others, and of themselves, what they have not
 * proven; `forbidden`.
 */
export async function updateTenant(
  deps: Pick<AuthDeps, "platform" | "sessions" | "clock">,
  { user, assurance }: Caller,
  changes: z.output<typeof tenants.patchTenant.body>,
  from: From,
): Promise<Tenant> {
  if (changes.mfaRequired === true && assurance < 2) {
    const detail = "Set up a second factor of your own first, and sign in with it.";
    throw new AppError("mfa_required_by_policy", { detail });
  }
  const now = deps.clock();
  const { tenantId } = user;
  const tenant = await asSystem(() =>
    inTransaction(deps.platform, async (tx) => {
      await lockTenants(tx, [tenantId]);
      const { role } = await findActor(tx, user, "tenant:write");
      const before = await getTenant(tx, { tenantId, role });
      const named = Object.entries(changes).filter(([, value]) => value !== undefined);
      const changed = named.filter(
        ([name, value]) => before[name as keyof typeof changes] !== value,
      );
      if (changed.length > 0) {
        await tx.tenant.updateMany({ where: { id: tenantId }, data: Object.fromEntries(changed) });
        const target = changed.map(([name]) => name).join(",");
        const about = { target };
        await recordEvents(tx, [eventFrom(from, user, "tenant.updated", about)], now);
      }
      return getTenant(tx, { tenantId, role });
    }),
  );
  await deps.sessions.evict({ tenantId });
  return tenant;
}
