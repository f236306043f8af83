import type { Database } from "../lib/database.ts";
import type { KeyService, KeyUse, OwnerKeys } from "./key-service.ts";

/** One person's view of the sealed database: where it is, and the keys to what is theirs. */
export interface UserVault {
  readonly database: Database;
  readonly keys: OwnerKeys;
}

/** Opens a person's vault, unwrapping their data key where it is not at hand. */
export async function openVault(
  database: Database,
  keyService: KeyService,
  userId: string,
  use: KeyUse,
): Promise<UserVault> {
  return { database, keys: await keyService.openKeys(userId, use) };
}
