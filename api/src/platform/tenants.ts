import { Prisma } from "../../generated/platform/client.ts";
import type { Role } from "../../generated/platform/enums.ts";
import { AppError } from "../contract/errors.ts";
import type { PlatformQueries } from "./client.ts";

/**
 * The models whose rows are one user's and carry their tenant, read off the generated client so that a new one cannot be
 * forgotten. Two stay where they are: what happened happened in the tenant of its time, and nothing changes its row; and
 * an erasure is of nobody who could move.
 */
const MOVABLE = Object.values(Prisma.ModelName).filter((model) => {
  const fields = Prisma[`${model}ScalarFieldEnum`] as Record<string, string>;
  return "tenantId" in fields && "userId" in fields && !["AuditEvent", "Erasure"].includes(model);
});

/** What every one of {@link MOVABLE} can do. */
interface Movable {
  updateMany(args: {
    where: { userId: string; tenantId: string };
    data: { tenantId: string };
  }): PromiseLike<unknown>;
}

/**
 * Holds tenants until the transaction ends, so that what is read of their members after that stays true. To be called as
 * the system, before anything else is read in the transaction.
 */
export async function lockTenants(tx: PlatformQueries, ids: readonly string[]): Promise<void> {
  // In one order, so that two who hold two tenants each do not wait for one another.
  for (const id of [...new Set(ids)].sort()) {
    await tx.$queryRaw`SELECT id FROM tenants WHERE id = ${id} FOR UPDATE`;
  }
}

/**
 * The tenant that a user is in, and stays in until the transaction ends. Whatever makes a row of theirs that carries it
 * asks here, in the transaction that makes the row: what was read before may be over, and {@link moveUser} moves the rows
 * that it finds. To be called as the system.
 *
 * @throws AppError `session_revoked` when the account is gone.
 */
export async function holdInTenant(tx: PlatformQueries, userId: string): Promise<string> {
  const [row] = await tx.$queryRaw<{ tenant_id: string }[]>`
    SELECT tenant_id FROM users WHERE id = ${userId} LOCK IN SHARE MODE`;
  if (row === undefined) throw new AppError("session_revoked");
  return row.tenant_id;
}

/**
 * Moves a user with all their rows from one tenant to another. To be called as the system, with both tenants locked.
 *
 * @returns false when they are not in `from`; nothing was changed then.
 */
export async function moveUser(
  tx: PlatformQueries,
  userId: string,
  { from, to, role }: { readonly from: string; readonly to: string; readonly role: Role },
): Promise<boolean> {
  const { count } = await tx.user.updateMany({
    where: { id: userId, tenantId: from },
    data: { tenantId: to, role },
  });
  if (count !== 1) return false;
  for (const model of MOVABLE) {
    const name = `${model.slice(0, 1).toLowerCase()}${model.slice(1)}` as keyof PlatformQueries;
    const rows = tx[name] as unknown as Movable;
    await rows.updateMany({ where: { userId, tenantId: from }, data: { tenantId: to } });
  }
  return true;
}

/** Deletes a tenant that nobody is in. */
export async function deleteEmptyTenant(tx: PlatformQueries, id: string): Promise<void> {
  await tx.tenant.deleteMany({ where: { id, users: { none: {} } } });
}
