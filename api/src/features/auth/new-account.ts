import { AppError } from "../../contract/errors.ts";
import { randomUUID } from "../../crypto/random.ts";
import { createAuditKey } from "../../platform/audit.ts";
import { inTransaction, type PlatformQueries } from "../../platform/client.ts";
import { insertDek } from "../../platform/deks.ts";
import { nameFrom } from "../../platform/users.ts";
import type { AuthDeps } from "./deps.ts";
import { findFormerOwner } from "./one-time-token.ts";

/** The data key of an account that is not there yet. */
export type NewKey = Awaited<ReturnType<AuthDeps["keys"]["createDek"]>>;

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

/**
 * Makes an account, its tenant and its data key in one transaction, and does `also` in it. To be called as the system.
 *
 * @param key - Left out by who has made none yet.
 * @throws an error that `isDuplicate` knows, when the address is taken; AppError `conflict` while it is kept for the
 * account that had it until a short time ago.
 */
export async function createAccount<T>(
  { keys, platform, clock }: Pick<AuthDeps, "keys" | "platform" | "clock">,
  account: NewAccount,
  also: (
    tx: PlatformQueries,
    user: { readonly id: string; readonly tenantId: string },
  ) => Promise<T>,
  key?: NewKey,
): Promise<T> {
  const { ownerId, dek } = key ?? (await keys.createDek());
  const { email, emailVerifiedAt, passwordHash, timeZone = "UTC" } = account;
  const displayName = account.displayName ?? nameFrom(email);
  const user = { id: randomUUID(), tenantId: randomUUID() };
  return inTransaction(platform, async (tx) => {
    // `create` would read the row, and the transaction would see nothing that is committed later.
    await tx.tenant.createMany({ data: { id: user.tenantId, name: displayName } });
    await tx.user.create({
      data: { ...user, email, emailVerifiedAt, displayName, passwordHash, timeZone },
    });
    // Looked for once the address is held: whoever gives it up at this moment has done so, or waits.
    if ((await findFormerOwner(tx, email, clock())) !== null) throw addressKept();
    await insertDek(tx, user, ownerId, dek);
    await createAuditKey(tx, user.id);
    return also(tx, user);
  });
}

/** What is answered to who can prove that an address is theirs, and cannot have it yet. */
export const addressKept = () =>
  new AppError("conflict", {
    detail:
      "Until a short time ago this address belonged to another account, for which it is kept for 48 hours.",
  });
