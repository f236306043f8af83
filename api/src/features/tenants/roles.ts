import { AppError } from "../../contract/errors.ts";
import { ruleOf, type Permission } from "../../contract/permissions.ts";
import type { PlatformQueries } from "../../platform/client.ts";
import type { Role } from "./contract.ts";

const RANK: Readonly<Record<Role, number>> = { owner: 3, admin: 2, member: 1 };

/** Whether one role is above another. */
export const isAbove = (role: Role, other: Role): boolean => RANK[role] > RANK[other];

/**
 * Whoever acts, as they are now: what was known of them when their request came may be over. To be called with the
 * tenant locked.
 *
 * @throws AppError `forbidden` when they are not in the tenant any more, or may not do it any more.
 */
export async function findActor(
  tx: PlatformQueries,
  user: { readonly id: string; readonly tenantId: string },
  permission: Permission,
) {
  const actor = await findMember(tx, user.tenantId, user.id);
  if (actor?.status !== "active" || !ruleOf(permission).roles.includes(actor.role)) {
    throw new AppError("forbidden");
  }
  return actor;
}

/** Somebody in a tenant; null when they are not in it. */
export const findMember = (tx: PlatformQueries, tenantId: string, id: string) =>
  tx.user.findFirst({ where: { id, tenantId } });

/**
 * Refuses to leave people without an owner who can act. To be called with the tenant locked, before `userId` stops being
 * one.
 *
 * @throws AppError `last_owner`.
 */
export async function assertAnotherOwner(
  tx: PlatformQueries,
  tenantId: string,
  userId: string,
): Promise<void> {
  const others = { tenantId, id: { not: userId }, status: "active", role: "owner" } as const;
  if ((await tx.user.count({ where: others })) === 0) throw new AppError("last_owner");
}

/**
 * Refuses to let go of an owner whom others are left without. Where it has to hold whatever happens at once, it is to be
 * called with the tenant locked.
 *
 * @throws AppError `last_owner`.
 */
export async function assertMayGo(
  db: PlatformQueries,
  { id, tenantId, role }: { readonly id: string; readonly tenantId: string; readonly role: Role },
): Promise<void> {
  if (role !== "owner") return;
  const others = await db.user.count({ where: { tenantId, id: { not: id } } });
  if (others > 0) await assertAnotherOwner(db, tenantId, id);
}
