import type * as z from "zod";
import type { AccountDeps } from "./erase.ts";
import type { account, Me } from "./contract.ts";

/** A user as they see themselves; whatever else the row has, the answer's schema leaves out. */
export function toMe({ createdAt, ...user }: Omit<Me, "createdAt"> & { createdAt: Date }): Me {
  return { ...user, createdAt: createdAt.toISOString() };
}

/** Changes what `settings` names, and leaves the rest. */
export async function updateSettings(
  { platform, sessions }: Pick<AccountDeps, "platform" | "sessions">,
  userId: string,
  settings: z.output<typeof account.patch.body>,
): Promise<Me> {
  const changes = Object.entries(settings).filter(([, value]) => value !== undefined);
  const data = Object.fromEntries(changes);
  const user = await platform.user.update({ where: { id: userId }, data });
  await sessions.evict({ userId });
  return toMe(user);
}
