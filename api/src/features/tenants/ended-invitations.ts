import type { PlatformQueries } from "../../platform/client.ts";

/** How long an invitation is kept that is over: it holds an address. */
const KEPT_MS = 30 * 86_400_000;

/** Takes back what a user sent and nobody has accepted yet. To be called as the system. */
export async function revokeInvitationsBy(
  tx: PlatformQueries,
  userId: string,
  now: Date,
): Promise<void> {
  await tx.invitation.updateMany({
    where: { invitedBy: userId, acceptedAt: null, revokedAt: null, expiresAt: { gt: now } },
    data: { revokedAt: now },
  });
}

/** Deletes invitations that were accepted, taken back or expired more than 30 days ago. To be called as the system. */
export async function deleteEndedInvitations(db: PlatformQueries, now: Date): Promise<void> {
  const ended = { lt: new Date(now.getTime() - KEPT_MS) };
  await db.invitation.deleteMany({
    where: { OR: [{ acceptedAt: ended }, { revokedAt: ended }, { expiresAt: ended }] },
  });
}
