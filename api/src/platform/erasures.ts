import type { Role } from "../../generated/platform/enums.ts";
import { sha256 } from "../crypto/digest.ts";
import { randomBytes } from "../crypto/random.ts";
import { asUuid } from "../lib/ids.ts";
import { recordEvents, type AuditEvent } from "./audit.ts";
import { inTransaction, type Platform, type PlatformQueries } from "./client.ts";
import { asSystem } from "./tenancy.ts";
import { deleteEmptyTenant, lockTenants } from "./tenants.ts";
import { lockUsers, nameFrom } from "./users.ts";

/** What is kept of an account that was erased, and what its owner is told: no name and no address. */
export interface Erasure {
  readonly id: string;
  readonly ownerId: OwnerId;
  readonly requestedAt: Date;
  /** The UTC day, as its midnight, after which no backup of the keys is left. */
  readonly unreadableAfter: Date;
}

/** On whose behalf, as the audit has it. */
export type Reason = Pick<AuditEvent, "actor" | "purpose" | "requestId">;

type OwnerId = Uint8Array<ArrayBuffer>;

const ERASURES_AT_ONCE = 1000;

/** What a tenant is called from then on that had the name of somebody who was erased. */
const NAMELESS = "Shared journal";

/** An account that is to be erased. */
interface Erased {
  readonly id: string;
  readonly tenantId: string;
  readonly role: Role;
}

/**
 * Destroys an account in one transaction: every wrapped key, the account with its sessions and links, invitations to its
 * address, and its tenant when nobody else is in it; one that others are in loses the name that it had of the account.
 * The receipt and the audit remain, which know the user by random ids only.
 *
 * @param dates - Those that the erasure is kept with, unless the owner has been erased before.
 * @param only - `unproven` spares an account whose address was proven meanwhile. `assertMayGo` refuses, by throwing, to
 * let go of somebody whom others need; nobody joins, leaves or gets another role in their tenant meanwhile.
 * @returns the erasure as it is kept; null when the account was spared, or there is none and never was an erasure of it.
 */
export async function eraseAccount(
  platform: Platform,
  userId: string,
  dates: Pick<Erasure, "requestedAt" | "unreadableAfter">,
  reason: Reason,
  only: {
    readonly unproven?: true;
    readonly assertMayGo?: (tx: PlatformQueries, user: Erased) => Promise<void>;
  } = {},
): Promise<Erasure | null> {
  return asSystem(async () => {
    for (;;) {
      const where = { id: userId };
      const seen = await platform.user.findUnique({ where, select: { tenantId: true } });
      const erased = await inTransaction(platform, async (tx) => {
        if (seen !== null) await lockTenants(tx, [seen.tenantId]);
        // Held before it is read. Whatever adds a key or a session refers to this row: it waits, and then finds nobody.
        await lockUsers(tx, [userId]);
        const user = await tx.user.findUnique({
          where,
          include: { deks: { select: { ownerId: true }, take: 1 } },
        });
        // Somebody was faster.
        if (user === null) return tx.erasure.findFirst({ where: { userId } });
        if (only.unproven === true && user.emailVerifiedAt !== null) return null;
        // Another tenant is held than theirs.
        if (user.tenantId !== seen?.tenantId) return "moved";
        await only.assertMayGo?.(tx, user);
        const { tenantId } = user;
        // An account without a key has nothing in the vault, and can be erased all the same.
        const ownerId = user.deks[0]?.ownerId ?? new Uint8Array(randomBytes(16));
        const kept =
          (await tx.erasure.findUnique({ where: { ownerId } })) ??
          (await tx.erasure.create({
            data: { ...dates, id: receiptIdOf(ownerId), ownerId, userId, tenantId },
          }));
        await tx.dekWrap.deleteMany({ where: { ownerId } });
        await tx.userDek.deleteMany({ where: { userId } });
        await tx.auditKey.deleteMany({ where: { userId } });
        // Sessions and links go with it.
        await tx.user.delete({ where });
        await forgetAddress(tx, user);
        await deleteEmptyTenant(tx, tenantId);
        const event = { ...reason, subject: { userId, tenantId }, action: "account.erased" };
        await recordEvents(tx, [event], dates.requestedAt);
        return kept;
      });
      if (erased !== "moved") return erased;
    }
  });
}

/** Removes what has somebody's address or name beside their own rows. To be called with their tenant locked. */
async function forgetAddress(
  tx: PlatformQueries,
  user: Erased & {
    readonly email: string;
    readonly emailVerifiedAt: Date | null;
    readonly displayName: string;
  },
): Promise<void> {
  const { email, displayName, tenantId } = user;
  await tx.tenant.updateMany({
    where: { id: tenantId, name: { in: [displayName, nameFrom(email)] } },
    data: { name: NAMELESS },
  });
  // Whoever has not proven an address takes nothing away from who has it.
  if (user.emailVerifiedAt !== null) await tx.invitation.deleteMany({ where: { email } });
}

/** Users who signed up before `before` and have not proven their address, in batches; whoever has no key has no owner's id. */
export async function* listUnproven(
  platform: Platform,
  before: Date,
): AsyncGenerator<{ readonly userId: string; readonly ownerId: OwnerId | null }[]> {
  for (let after = ""; ;) {
    const users = await asSystem(() =>
      platform.user.findMany({
        where: { emailVerifiedAt: null, createdAt: { lt: before }, id: { gt: after } },
        select: { id: true, deks: { select: { ownerId: true }, take: 1 } },
        orderBy: { id: "asc" },
        take: ERASURES_AT_ONCE,
      }),
    );
    const last = users.at(-1);
    if (last === undefined) return;
    yield users.map(({ id, deks }) => ({ userId: id, ownerId: deks[0]?.ownerId ?? null }));
    after = last.id;
  }
}

/** Made of the owner's id, so that an erasure that has to be done again has the receipt that its owner was given. */
const receiptIdOf = (ownerId: OwnerId) =>
  asUuid(sha256(Buffer.concat([Buffer.from("timos/erasure/v1\0"), ownerId])).subarray(0, 16));

/** The owners who were erased, in batches. */
export async function* erasedOwners(platform: Platform): AsyncGenerator<OwnerId[]> {
  for (let after = ""; ;) {
    const rows = await asSystem(() =>
      platform.erasure.findMany({
        where: { id: { gt: after } },
        select: { id: true, ownerId: true },
        orderBy: { id: "asc" },
        take: ERASURES_AT_ONCE,
      }),
    );
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows.map((row) => row.ownerId);
    after = last.id;
  }
}

/** The users behind those of `owners` who have an account: all erased, and brought back by a restored backup. */
export async function findReturned(
  platform: Platform,
  owners: readonly OwnerId[],
): Promise<string[]> {
  const deks = await asSystem(() =>
    platform.userDek.findMany({
      where: { ownerId: { in: [...owners] } },
      select: { userId: true },
      distinct: ["userId"],
    }),
  );
  return deks.map((dek) => dek.userId);
}

/**
 * Destroys wrapped keys that came back without an account, and what the keys of their owners' audits are made of.
 *
 * @returns how many wrapped keys there were.
 */
export async function destroyWraps(
  platform: Platform,
  owners: readonly OwnerId[],
): Promise<number> {
  const where = { ownerId: { in: [...owners] } };
  return asSystem(async () => {
    const erased = await platform.erasure.findMany({ where, select: { userId: true } });
    const ofUsers = { userId: { in: erased.map((erasure) => erasure.userId) } };
    const auditKeys = await platform.auditKey.count({ where: ofUsers });
    if (auditKeys > 0) await platform.auditKey.deleteMany({ where: ofUsers });
    // Deleting what is not there would hold the places where keys of others are about to be stored.
    if ((await platform.dekWrap.count({ where })) === 0) return 0;
    return (await platform.dekWrap.deleteMany({ where })).count;
  });
}

/** Erasures of which the vault was not told, or of which rows may be left there. */
export async function listUnfinished(platform: Platform) {
  return asSystem(() =>
    platform.erasure.findMany({
      where: { rowsDeletedAt: null },
      select: { ownerId: true, userId: true, requestedAt: true, vaultErasedAt: true },
      take: ERASURES_AT_ONCE,
    }),
  );
}

/** The requests by which these users erased their accounts, by user. One that a job erased has none. */
export async function requestsOfErasures(
  platform: Platform,
  userIds: readonly string[],
): Promise<Map<string, string>> {
  const events = await asSystem(() =>
    platform.auditEvent.findMany({
      where: { userId: { in: [...userIds] }, action: "account.erased", requestId: { not: null } },
      select: { userId: true, requestId: true },
      orderBy: { id: "asc" },
    }),
  );
  return new Map(
    events.flatMap(({ userId, requestId }) =>
      userId === null || requestId === null ? [] : [[userId, requestId] as const],
    ),
  );
}

/** Notes that the vault has destroyed the keys of `ownerId`. */
export async function noteVaultErased(
  platform: Platform,
  ownerId: OwnerId,
  now: Date,
): Promise<void> {
  await asSystem(() =>
    platform.erasure.updateMany({
      where: { ownerId },
      data: { vaultErasedAt: now, rowsDeletedAt: null },
    }),
  );
}

/** Notes that no row of `owners` is left in the vault. */
export async function noteRowsDeleted(
  platform: Platform,
  owners: readonly OwnerId[],
  now: Date,
): Promise<void> {
  if (owners.length === 0) return;
  await asSystem(() =>
    platform.erasure.updateMany({
      where: { ownerId: { in: [...owners] } },
      data: { rowsDeletedAt: now },
    }),
  );
}

/** Deletes what the platform remembers of the vaults of owners who were erased. */
export async function deleteErasedStates(platform: Platform): Promise<void> {
  await asSystem(async () => {
    const left = await platform.$queryRaw<{ owner_id: OwnerId }[]>`
      SELECT s.owner_id FROM erasures e STRAIGHT_JOIN vault_states s ON s.owner_id = e.owner_id`;
    if (left.length === 0) return;
    const owners = left.map((row) => row.owner_id);
    await platform.vaultState.deleteMany({ where: { ownerId: { in: owners } } });
  });
}
