import type { Platform } from "../../platform/client.ts";
import { asSystem } from "../../platform/tenancy.ts";
import { deleteEndedInvitations } from "../tenants/ended-invitations.ts";
import { deleteExpiredChallenges } from "./challenges.ts";
import { deleteEndedSessions } from "./sessions.ts";

/** Deletes what has had its time on the ways in. A job calls it. Nothing depends on when: what is over counts no more. */
export async function deleteExpired({
  platform,
  clock,
}: {
  readonly platform: Platform;
  readonly clock: () => Date;
}): Promise<void> {
  const now = clock();
  await deleteExpiredChallenges(platform, now);
  await deleteEndedSessions(platform, now);
  const where = { expiresAt: { lte: now } };
  await asSystem(async () => {
    await platform.oneTimeToken.deleteMany({ where });
    await platform.knownDevice.deleteMany({ where });
    await platform.trustedDevice.deleteMany({ where });
    await deleteEndedInvitations(platform, now);
  });
}
