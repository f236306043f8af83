import type { DekState } from "../../generated/platform/enums.ts";
import type { Platform } from "./client.ts";

/** A user's data keys, the newest first, and who holds the master key that each is wrapped under. */
export async function listDeks(
  platform: Platform,
  userId: string,
): Promise<{ version: number; state: DekState; createdAt: Date; mekProvider: string | null }[]> {
  const deks = await platform.userDek.findMany({
    where: { userId },
    orderBy: { version: "desc" },
  });
  const wraps = await platform.dekWrap.findMany({
    where: { ownerId: { in: deks.map((dek) => dek.ownerId) }, method: "mek" },
    select: { version: true, mekRef: true },
  });
  const references = new Map(wraps.map((wrap) => [wrap.version, wrap.mekRef]));
  return deks.map(({ version, state, createdAt }) => {
    const mekProvider = references.get(version)?.split(":")[0] ?? null;
    return { version, state, createdAt, mekProvider };
  });
}
