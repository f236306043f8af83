import type { Logger } from "../../lib/logger.ts";
import type { Platform } from "../../platform/client.ts";
import { lastProven } from "../../platform/operation-runs.ts";
import { listDeks } from "../../platform/vault-status.ts";
import { asSystem } from "../../platform/tenancy.ts";
import { countOwned, isDue, verifyVault, type Integrity } from "../../vault/integrity.ts";
import type { KeyUse } from "../../vault/key-service.ts";
import { openVault, type UserVault, type VaultDeps } from "../../vault/user-vault.ts";
import { hex } from "../../lib/ids.ts";
import { countsByKind } from "../record-kinds.ts";
import type { VaultStatus } from "./contract.ts";

/** What looking after vaults needs. */
export interface WatchDeps extends VaultDeps {
  readonly logger: Logger;
}

/** A vault that was verified a moment ago is not verified again for a sign-in. */
const RECENT_MS = 10 * 60_000;

/** What a person's vault holds, under which keys, and whether it is what it should be: compared now. */
export async function vaultStatus(
  { platform, logger }: { platform: Platform; logger: Logger },
  userId: string,
  vault: UserVault,
): Promise<VaultStatus> {
  const { status, verifiedAt, violatedAt, ...unlisted } = await verify(logger, vault);
  const [deks, { live, trashed }, proven] = await Promise.all([
    asSystem(() => listDeks(platform, userId)),
    countOwned(vault),
    lastProven(vault.platform.execute),
  ]);
  return {
    keys: deks.map(({ createdAt, ...dek }) => ({ ...dek, createdAt: createdAt.toISOString() })),
    counts: {
      entries: live.daily_entries,
      versions: live.record_versions,
      trash: Object.values(trashed).reduce((sum, count) => sum + count, 0),
      kinds: countsByKind(live),
    },
    integrity: {
      status,
      verifiedAt: verifiedAt?.toISOString() ?? null,
      violatedAt: violatedAt?.toISOString() ?? null,
      ...unlisted,
    },
    lastProvenRestore: proven && {
      at: proven.at.toISOString(),
      takenAt: proven.takenAt.toISOString(),
    },
  };
}

/** Verifies the vault of somebody who signs in. They do not wait for it, and it never fails them. */
export function verifySoon(deps: WatchDeps, userId: string, use: KeyUse): void {
  const verifyDue = async () => {
    const vault = await asSystem(() => openVault(deps, userId, use));
    if (await isDue(vault, RECENT_MS)) await verify(deps.logger, vault);
  };
  verifyDue().catch((error: unknown) => {
    deps.logger.warn({ err: error }, "a vault could not be verified");
  });
}

async function verify(logger: Logger, vault: UserVault): Promise<Integrity> {
  const integrity = await verifyVault(vault);
  const ownerId = hex(vault.keys.ownerId);
  if (integrity.status === "violated") {
    logger.error({ ownerId }, "a vault does not hold what it should");
  }
  if (integrity.unlisted !== undefined) logger.error({ ownerId }, "a vault has rows of no day");
  return integrity;
}
