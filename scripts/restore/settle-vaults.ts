import type { RowDataPacket } from "mysql2/promise";
import { DecryptionError } from "../../api/src/crypto/decryption-error.ts";
import { asSystem } from "../../api/src/platform/tenancy.ts";
import { acceptVault, verifyVault } from "../../api/src/vault/integrity.ts";
import { openVault, type UserVault } from "../../api/src/vault/user-vault.ts";
import type { Installation } from "../keys/installation.ts";

/** Somebody with a vault. */
export interface Owner {
  readonly userId: string;
  readonly ownerId: string;
  /** Found not to be what it should be before this restore: an operator has not said yet that it was on purpose. */
  readonly wasViolated: boolean;
}

/** Everybody who has data keys, in the order of their ids. */
export async function listOwners({ platformDatabase }: Installation): Promise<Owner[]> {
  const rows = await platformDatabase.execute<RowDataPacket[]>(
    `SELECT d.user_id, LOWER(HEX(d.owner_id)) AS owner, s.violated_at IS NOT NULL AS violated
     FROM user_deks d LEFT JOIN vault_states s ON s.owner_id = d.owner_id
     WHERE d.state = 'active' ORDER BY owner`,
    [],
  );
  return rows.map((row) => ({
    userId: String(row["user_id"]),
    ownerId: String(row["owner"]),
    wasViolated: Number(row["violated"]) === 1,
  }));
}

/**
 * Does `work` with the vault of an owner.
 *
 * @returns false when their keys do not unwrap, or do not open what they should.
 */
export async function withVault(
  installation: Installation,
  { userId }: Owner,
  purpose: string,
  work: (vault: UserVault) => Promise<void>,
): Promise<boolean> {
  const use = { actor: "operator", purpose, requestId: null } as const;
  try {
    await work(await asSystem(() => openVault(installation, userId, use)));
    return true;
  } catch (error) {
    if (!(error instanceof DecryptionError)) throw error;
    return false;
  }
}

export interface Settled {
  readonly owners: number;
  /** Whose vault is of another time than what the platform knew of it, and was taken as it is. */
  readonly accepted: number;
  /** Owners whose vault is not what it was when it was backed up, or was violated before. */
  readonly violated: readonly string[];
  /** Owners whose data keys do not unwrap here. */
  readonly locked: readonly string[];
}

/**
 * Compares every vault with what the platform knows of it, after one of them was put back, and takes those for right that
 * are of another time for that reason: so the revisions they go on with are above every one that was given.
 *
 * @param before - The owners as they were before anything else was done: what had been violated stays so.
 * @param isOneState - Whether vault and platform were restored from one consistent state. Then they agree, and what does
 *   not was altered: nothing is accepted.
 */
export async function settleVaults(
  installation: Installation,
  before: readonly Owner[],
  isOneState: boolean,
): Promise<Settled> {
  const violated: string[] = [];
  const locked: string[] = [];
  let accepted = 0;
  for (const owner of before) {
    const isOpen = await withVault(installation, owner, "restore", async (vault) => {
      const { status } = await verifyVault(vault);
      if (status !== "violated") return;
      if (isOneState || owner.wasViolated) {
        violated.push(owner.ownerId);
        return;
      }
      await acceptVault(vault, "restore");
      accepted++;
    });
    if (!isOpen) locked.push(owner.ownerId);
  }
  return { owners: before.length, accepted, violated, locked };
}
