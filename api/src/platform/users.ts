import type { PlatformQueries } from "./client.ts";

/**
 * Holds users until the transaction ends. To be called as the system, before anything else is read in the transaction.
 */
export async function lockUsers(tx: PlatformQueries, ids: readonly string[]): Promise<void> {
  // In one order, so that two who hold two users each do not wait for one another.
  for (const id of [...new Set(ids)].sort()) {
    await tx.$queryRaw`SELECT id FROM users WHERE id = ${id} FOR UPDATE`;
  }
}
