import type { Database } from "../lib/database.ts";
import type { KeyService, KeyUse, OwnerKeys } from "./key-service.ts";
import type { StoredHead } from "./statements.ts";
import type { Table } from "./table.ts";

/** One person's view of the sealed database: where it is, and the keys to what is theirs. */
export interface UserVault {
  readonly database: Database;
  /** The queryable database, which keeps what the vault should hold. */
  readonly platform: Database;
  readonly keys: OwnerKeys;
  /** Every table that holds records. */
  readonly tables: readonly Table[];
  readonly clock: () => Date;
  /** The head as it was before anything else was read, where somebody has read it. */
  readonly head?: StoredHead | undefined;
}

/** What a vault is opened with. */
export interface VaultDeps {
  readonly vaultDatabase: Database;
  readonly platformDatabase: Database;
  readonly keys: KeyService;
  readonly tables: readonly Table[];
  readonly clock: () => Date;
}

/** Opens a person's vault, unwrapping their data key where it is not at hand. */
export async function openVault(
  { vaultDatabase, platformDatabase, keys, tables, clock }: VaultDeps,
  userId: string,
  use: KeyUse,
  head?: StoredHead,
): Promise<UserVault> {
  return {
    database: vaultDatabase,
    platform: platformDatabase,
    keys: await keys.openKeys(userId, use),
    tables,
    clock,
    head,
  };
}
