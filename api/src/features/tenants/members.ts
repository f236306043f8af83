import type * as z from "zod";
import { AppError } from "../../contract/errors.ts";
import type { Page } from "../../contract/values.ts";
import { randomUUID } from "../../crypto/random.ts";
import { compose, lettersIn } from "../../mails/compose.ts";
import type { Letter, Letters } from "../../mails/letters.ts";
import { recordEvents, type AuditEvent } from "../../platform/audit.ts";
import { inTransaction, type PlatformQueries } from "../../platform/client.ts";
import { asSystem } from "../../platform/tenancy.ts";
import { lockTenants, moveUser } from "../../platform/tenants.ts";
import type { Caller } from "../auth/authenticate.ts";
import { assertMay } from "../auth/authorize.ts";
import type { AuthDeps } from "../auth/deps.ts";
import { FACTORS, hasSecondFactor, type Factors } from "../auth/factors.ts";
import { eventFrom, type From } from "../auth/from.ts";
import { sendNotice } from "../auth/tell.ts";
import type { Member, Role } from "./contract.ts";
import { assertAnotherOwner, findActor, findMember, isAbove } from "./roles.ts";

type Deps = Pick<AuthDeps, "platform" | "sessions" | "limits" | "send" | "logger" | "clock">;

/** Who is in the tenant of the running request, in pages. */
export async function listMembers(
  db: PlatformQueries,
  { limit, cursor }: z.output<typeof Page>,
): Promise<{ items: Member[]; nextCursor: string | null }> {
  const rows = await db.user.findMany({
    where: cursor === undefined ? {} : { id: { gt: cursor } },
    orderBy: { id: "asc" },
    take: limit + 1,
    include: FACTORS,
  });
  const items = rows.slice(0, limit).map(toMember);
  return { items, nextCursor: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
}

/**
 * Gives a member another role. Of several changes that come at once each sees what the one before left.
 *
 * @throws AppError `not_found` for who is not in the tenant; `forbidden` for a role above the caller's own, theirs or the
 * new one; `last_owner`.
 */
export async function changeRole(
  deps: Deps,
  { user }: Caller,
  { userId, role }: { readonly userId: string; readonly role: Role },
  from: From,
): Promise<Member> {
  const now = deps.clock();
  const { tenantId } = user;
  const changedMember = await asSystem(() =>
    inTransaction(deps.platform, async (tx) => {
      await lockTenants(tx, [tenantId]);
      const actor = await findActor(tx, user, "members:write");
      const member = await findMember(tx, tenantId, userId);
      if (member === null) throw new AppError("not_found");
      if (isAbove(member.role, actor.role) || isAbove(role, actor.role)) {
        throw new AppError("forbidden");
      }
      if (member.role === role) return null;
      if (member.role === "owner") await assertAnotherOwner(tx, tenantId, userId);
      await tx.user.updateMany({ where: { id: userId, tenantId }, data: { role } });
      const changed = eventAbout(from, user, member, "role.changed", role);
      await recordEvents(tx, [changed], now);
      return withTenantName(tx, member);
    }),
  );
  await deps.sessions.evict({ userId });
  if (changedMember !== null && userId !== user.id) {
    tellMember(deps, changedMember, "role", (letters, tenant) => letters.roleChanged(tenant, role));
  }
  const changed = await deps.platform.user.findUnique({ where: { id: userId }, include: FACTORS });
  if (changed === null) throw new AppError("not_found");
  return toMember(changed);
}

/**
 * Takes somebody out of the tenant: another, or the caller themselves. They keep account, journal and sessions, and are
 * the owner of a new tenant with nobody else in it.
 *
 * @throws AppError `not_found` for who is not in the tenant; `forbidden` for another's removal by who may not, or of who
 * has a role above the caller's; `last_owner`.
 */
export async function removeMember(
  deps: Deps,
  caller: Caller,
  userId: string,
  from: From,
): Promise<void> {
  const { user } = caller;
  const isLeaving = userId === user.id;
  if (!isLeaving) assertMay(caller, "members:write");
  const now = deps.clock();
  const { tenantId } = user;
  const removed = await asSystem(() =>
    inTransaction(deps.platform, async (tx) => {
      await lockTenants(tx, [tenantId]);
      const actor = await findActor(tx, user, isLeaving ? "tenant:leave" : "members:write");
      const member = await findMember(tx, tenantId, userId);
      if (member === null) throw new AppError("not_found");
      if (isAbove(member.role, actor.role)) throw new AppError("forbidden");
      if (member.role === "owner") await assertAnotherOwner(tx, tenantId, userId);
      const own = { id: randomUUID(), name: member.displayName };
      await tx.tenant.create({ data: own });
      await moveUser(tx, userId, { from: tenantId, to: own.id, role: "owner" });
      const action = isLeaving ? "member.left" : "member.removed";
      await recordEvents(tx, [eventAbout(from, user, member, action)], now);
      return withTenantName(tx, member);
    }),
  );
  await deps.sessions.evict({ userId });
  if (!isLeaving)
    tellMember(deps, removed, "removed", (letters, tenant) => letters.memberRemoved(tenant));
}

/**
 * Makes another member the owner in the caller's place.
 *
 * @throws AppError `not_found` for who is not in the tenant, suspended, or the caller; `forbidden` for who is no owner
 * any more.
 */
export async function transferTenant(
  deps: Deps,
  { user }: Caller,
  userId: string,
  from: From,
): Promise<void> {
  const now = deps.clock();
  const { tenantId } = user;
  const owner = await asSystem(() =>
    inTransaction(deps.platform, async (tx) => {
      await lockTenants(tx, [tenantId]);
      await findActor(tx, user, "tenant:transfer");
      const heir = await findMember(tx, tenantId, userId);
      if (heir?.status !== "active" || heir.id === user.id) throw new AppError("not_found");
      const give = (id: string, role: Role) =>
        tx.user.updateMany({ where: { id, tenantId }, data: { role } });
      await give(heir.id, "owner");
      await give(user.id, "admin");
      const events = [
        eventFrom(from, user, "tenant.transferred", { target: heir.id }),
        eventAbout(from, user, heir, "role.changed", "owner"),
        eventFrom(from, user, "role.changed", { target: "admin" }),
      ];
      await recordEvents(tx, events, now);
      return withTenantName(tx, heir);
    }),
  );
  await Promise.all([deps.sessions.evict({ userId }), deps.sessions.evict({ userId: user.id })]);
  tellMember(deps, owner, "role", (letters, tenant) => letters.roleChanged(tenant, "owner"));
}

interface Told {
  readonly email: string;
  readonly locale: string;
  readonly tenant: string;
}

async function withTenantName(
  tx: PlatformQueries,
  { email, locale, tenantId }: Omit<Told, "tenant"> & { readonly tenantId: string },
): Promise<Told> {
  const { name: tenant } = await tx.tenant.findUniqueOrThrow({ where: { id: tenantId } });
  return { email, locale, tenant };
}

/** Tells somebody by mail what another did to their membership. It is done: a mail that cannot be sent is logged. */
function tellMember(
  deps: Deps,
  { email, locale, tenant }: Told,
  kind: "role" | "removed",
  notice: (letters: Letters, tenant: string) => Letter,
): void {
  // Not by its subject, which has the name of the tenant in it: that may change as often.
  void sendNotice(deps, compose(email, notice(lettersIn(locale), tenant)), kind);
}

/** What was done to a member, by themselves or by somebody who administers the tenant. */
export function eventAbout(
  from: From,
  actor: { readonly id: string },
  member: { readonly id: string; readonly tenantId: string },
  action: string,
  target?: string,
): AuditEvent {
  const event = eventFrom(from, member, action, target === undefined ? {} : { target });
  return actor.id === member.id ? event : { ...event, actor: "admin", actorId: actor.id };
}

function toMember({
  totp,
  _count,
  createdAt,
  ...user
}: Omit<Member, "createdAt" | "hasSecondFactor"> & Factors & { readonly createdAt: Date }): Member {
  return {
    ...user,
    hasSecondFactor: hasSecondFactor({ totp, _count }),
    createdAt: createdAt.toISOString(),
  };
}
