import { randomUUID } from "../../crypto/random.ts";
import { createAuditKey } from "../../platform/audit.ts";
import { inTransaction, type PlatformQueries } from "../../platform/client.ts";
import { insertDek } from "../../platform/deks.ts";
import type { AuthDeps } from "./deps.ts";

/** An account as it begins. */
export interface NewAccount {
  readonly email: string;
  /** Null until the address is proven. */
  readonly emailVerifiedAt: Date | null;
  readonly displayName?: string | undefined;
  /** Null for who signs in by other means. */
  readonly passwordHash: string | null;
  readonly timeZone?: string | undefined;
}

/** What an account is called whose owner did not say: the part of the address before the @. */
export const nameFrom = (email: string): string => (email.split("@")[0] ?? "").slice(0, 120);

/**
 * Makes an account, its tenant and its data key in one transaction, and does `also` in it. To be called as the system.
 *
 * @throws an error that `isDuplicate` knows, when the address is taken.
 */
export async function createAccount<T>(
  { keys, platform }: Pick<AuthDeps, "keys" | "platform">,
  account: NewAccount,
  also: (
    tx: PlatformQueries,
    user: { readonly id: string; readonly tenantId: string },
  ) => Promise<T>,
): Promise<T> {
  const { ownerId, dek } = await keys.createDek();
  const { email, emailVerifiedAt, passwordHash, timeZone = "UTC" } = account;
  const displayName = account.displayName ?? nameFrom(email);
  const user = { id: randomUUID(), tenantId: randomUUID() };
  return inTransaction(platform, async (tx) => {
    await tx.tenant.create({ data: { id: user.tenantId, name: displayName } });
    await tx.user.create({
      data: { ...user, email, emailVerifiedAt, displayName, passwordHash, timeZone },
    });
    await insertDek(tx, user, ownerId, dek);
    await createAuditKey(tx, user.id);
    return also(tx, user);
  });
}
