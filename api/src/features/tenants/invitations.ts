import type * as z from "zod";
import { AppError } from "../../contract/errors.ts";
import { ruleOf } from "../../contract/permissions.ts";
import { isEqual, sha256 } from "../../crypto/digest.ts";
import { randomBytes, randomUUID } from "../../crypto/random.ts";
import type { Limiter } from "../../lib/rate-limit.ts";
import { compose, lettersIn } from "../../mails/compose.ts";
import { recordEvents } from "../../platform/audit.ts";
import { inTransaction, type PlatformQueries } from "../../platform/client.ts";
import { asSystem } from "../../platform/tenancy.ts";
import { deleteEmptyTenant, lockTenants, moveUser } from "../../platform/tenants.ts";
import type { Caller } from "../auth/authenticate.ts";
import type { AuthDeps } from "../auth/deps.ts";
import { eventFrom, type From } from "../auth/from.ts";
import { countUse } from "../auth/limits.ts";
import type { Invitation, Role, Tenant, tenants } from "./contract.ts";
import { assertMayGo, findActor, findMember, isAbove } from "./roles.ts";
import { getTenant } from "./tenant.ts";

// As in the links of a sign-up: 24 bytes in all.
const SELECTOR_BYTES = 8;
const SECRET_BYTES = 16;
const LIFETIME_MS = 7 * 86_400_000;

export interface InvitationDeps extends AuthDeps {
  /** Invitations by tenant. */
  readonly invitations: Limiter;
}

/** The invitations into the tenant of the running request that can still be accepted, the newest first. */
export async function listInvitations(db: PlatformQueries, now: Date): Promise<Invitation[]> {
  const rows = await db.invitation.findMany({
    where: open(now),
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
  });
  return rows.map(toInvitation);
}

/**
 * Invites the owner of an address into the caller's tenant. Whether they have an account makes no difference here.
 *
 * @throws AppError `forbidden` for a role above the caller's; `conflict` for the address of a member; `rate_limited` for
 * the number of the tenant's invitations, or of anybody's to the address.
 */
export async function createInvitation(
  deps: InvitationDeps,
  { user }: Caller,
  { email, role }: z.output<typeof tenants.createInvitation.body>,
  from: From,
): Promise<Invitation> {
  if (isAbove(role, user.role)) throw new AppError("forbidden");
  await countUse(deps.invitations, user.tenantId);
  await countUse(deps.limits.invitationsTo, deps.limits.keyOf(email));
  const now = deps.clock();
  const { tenantId } = user;
  const selector = new Uint8Array(randomBytes(SELECTOR_BYTES));
  const secret = randomBytes(SECRET_BYTES);
  const { invitation, tenant } = await asSystem(() =>
    inTransaction(deps.platform, async (tx) => {
      await lockTenants(tx, [tenantId]);
      const actor = await findActor(tx, user, "invitations:write");
      if (isAbove(role, actor.role)) throw new AppError("forbidden");
      if ((await tx.user.count({ where: { tenantId, email } })) > 0) throw new AppError("conflict");
      const earlier = { tenantId, email, ...open(now) };
      await tx.invitation.updateMany({ where: earlier, data: { revokedAt: now } });
      const made = await tx.invitation.create({
        data: {
          id: randomUUID(),
          tenantId,
          email,
          role,
          invitedBy: user.id,
          selector,
          secretHash: new Uint8Array(sha256(secret)),
          createdAt: now,
          expiresAt: new Date(now.getTime() + LIFETIME_MS),
        },
        include: { tenant: { select: { name: true } } },
      });
      const about = { target: made.id };
      await recordEvents(tx, [eventFrom(from, user, "invitation.created", about)], now);
      return { invitation: made, tenant: made.tenant.name };
    }),
  );
  const token = Buffer.concat([selector, secret]).toString("base64url");
  // In the language of who writes: what language the reader has would tell that they have an account.
  const letter = lettersIn(user.locale).invitation(
    tenant,
    user.displayName,
    `${deps.appUrl}/invite#token=${token}`,
  );
  try {
    await deps.send(compose(email, letter));
  } catch (error) {
    // It stands in the list, and can be sent anew.
    deps.logger.error({ err: error }, "a mail could not be sent");
  }
  return toInvitation(invitation);
}

/** @throws AppError `not_found` for an invitation that is another tenant's, is over, or never was. */
export async function revokeInvitation(
  { platform, clock }: Pick<AuthDeps, "platform" | "clock">,
  { user }: Caller,
  id: string,
  from: From,
): Promise<void> {
  const now = clock();
  await inTransaction(platform, async (tx) => {
    const { count } = await tx.invitation.updateMany({
      where: { id, ...open(now) },
      data: { revokedAt: now },
    });
    if (count !== 1) throw new AppError("not_found");
    await recordEvents(tx, [eventFrom(from, user, "invitation.revoked", { target: id })], now);
  });
}

/**
 * Moves the caller into the tenant that invited their address, with all their rows. Used up by the first who may: of two
 * that come at once one succeeds.
 *
 * It takes the very address that was invited, proven (GHSA-fmh4-wcc4-5jm3), and somebody who could still invite into this
 * role: what a former administrator had sent opens nothing any more.
 *
 * @throws AppError `gone` when it is used, taken back, expired, of nobody who may invite any more, or never was;
 * `forbidden` for another's invitation; `conflict` for a member, or when the account moved meanwhile; `last_owner` when
 * others would be left without one.
 */
export async function acceptInvitation(
  deps: Pick<AuthDeps, "platform" | "sessions" | "clock">,
  { user: { id: userId, tenantId: former } }: Caller,
  token: string,
  from: From,
): Promise<Tenant> {
  const now = deps.clock();
  const bytes = Buffer.from(token, "base64url");
  const selector = new Uint8Array(bytes.subarray(0, SELECTOR_BYTES));
  const joined = await asSystem(async () => {
    const found = await deps.platform.invitation.findUnique({ where: { selector } });
    const isRight =
      found !== null && isEqual(found.secretHash, sha256(bytes.subarray(SELECTOR_BYTES)));
    if (!isRight) throw new AppError("gone");
    const { id, tenantId, role, invitedBy, email } = found;
    return inTransaction(deps.platform, async (tx) => {
      await lockTenants(tx, [former, tenantId]);
      const user = await tx.user.findFirst({ where: { id: userId, tenantId: former } });
      if (user === null) {
        const detail = "Your account has moved to another tenant meanwhile.";
        throw new AppError("conflict", { detail });
      }
      if (user.email !== email || user.emailVerifiedAt === null) {
        const detail = "This invitation is for another address than that of your account.";
        throw new AppError("forbidden", { detail });
      }
      const accepted = await tx.invitation.updateMany({
        where: { id, ...open(now) },
        data: { acceptedAt: now },
      });
      if (accepted.count !== 1 || !(await mayInvite(tx, tenantId, invitedBy, role))) {
        throw new AppError("gone");
      }
      if (former === tenantId) throw new AppError("conflict", { detail: "You are a member." });
      await assertMayGo(tx, user);
      await moveUser(tx, userId, { from: former, to: tenantId, role });
      const events = [
        eventFrom(from, { id: userId, tenantId }, "invitation.accepted", { target: id }),
        eventFrom(from, { id: userId, tenantId: former }, "member.left"),
      ];
      await recordEvents(tx, events, now);
      await deleteEmptyTenant(tx, former);
      return getTenant(tx, { tenantId, role });
    });
  });
  await deps.sessions.evict({ userId });
  return joined;
}

/** Whether somebody is still in a tenant who may invite into a role. */
async function mayInvite(
  tx: PlatformQueries,
  tenantId: string,
  userId: string,
  role: Role,
): Promise<boolean> {
  const inviter = await findMember(tx, tenantId, userId);
  return (
    inviter?.status === "active" &&
    ruleOf("invitations:write").roles.includes(inviter.role) &&
    !isAbove(role, inviter.role)
  );
}

/** Those that can still be accepted. */
const open = (now: Date) => ({ acceptedAt: null, revokedAt: null, expiresAt: { gt: now } });

function toInvitation(row: {
  readonly id: string;
  readonly email: string;
  readonly role: Role;
  readonly invitedBy: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}): Invitation {
  const { createdAt, expiresAt } = row;
  return { ...row, createdAt: createdAt.toISOString(), expiresAt: expiresAt.toISOString() };
}
