import type { PlatformQueries } from "./client.ts";

/** What an account is called whose owner did not say: the part of the address before the @. */
export const nameFrom = (email: string): string => (email.split("@")[0] ?? "").slice(0, 120);

/**
 * What of a user decides whether they come in, as it is now: it stays so until the transaction ends, which may share it
 * with others that ask. To be called as the system.
 */
export async function holdUser(
  tx: PlatformQueries,
  id: string,
): Promise<{ readonly isActive: boolean; readonly passwordHash: string | null } | null> {
  const [row] = await tx.$queryRaw<{ status: string; password_hash: string | null }[]>`
    SELECT status, password_hash FROM users WHERE id = ${id} LOCK IN SHARE MODE`;
  if (row === undefined) return null;
  return { isActive: row.status === "active", passwordHash: row.password_hash };
}

/**
 * Holds users until the transaction ends. To be called as the system, before anything else is read in the transaction.
 */
export async function lockUsers(tx: PlatformQueries, ids: readonly string[]): Promise<void> {
  // In one order, so that two who hold two users each do not wait for one another.
  for (const id of [...new Set(ids)].sort()) {
    await tx.$queryRaw`SELECT id FROM users WHERE id = ${id} FOR UPDATE`;
  }
}
