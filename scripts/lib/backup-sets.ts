import { RECORD_TABLES } from "../../api/src/vault/tables.ts";
import { BOOKKEEPING_TABLES } from "./ledger.ts";

/** The two databases. */
export type DatabaseRole = "platform" | "vault";

/** What is backed up together, kept as long, and restored together. */
export type BackupSet = "platform" | "vault" | "keys";

/**
 * Which tables of which database belong to which backup set. Every table belongs to exactly one.
 *
 * **Why the keys are a set of their own.** Erasing an account destroys every wrap of its data keys, and with them the
 * journal, in every copy that exists. That holds only if no old copy of the wraps exists. So the tables that hold them
 * are in no backup of the journal, however long those are kept; the keys set holds their newest state only, kept for
 * few days. After those nobody can open what was erased, whatever other backup they find.
 *
 * **Erasures go with the keys**, in both databases: they are what must never be older than the wraps. An old set of
 * the platform or the vault brings rows of erased owners back; the newest keys set says whose they are, and has no
 * wraps for them.
 *
 * **So does how far the platform was when it last told the vault** (`logical_clock`, ADR 0036): a vault whose journal is
 * put back does not forget it, and notices a platform that was put back with it.
 *
 * **The books of migrating go with the journal.** `_prisma_migrations` says which tables a dump has, and a database
 * restored without it could not be migrated. `_timos_lease` says who is migrating just now: of no use in a backup, and
 * harmless, since a lease that has expired is anybody's. It is in the set all the same, so that what a database holds
 * and what its backups hold is the same list.
 */
export const BACKUP_SETS: Readonly<
  Record<BackupSet, Readonly<Record<DatabaseRole, readonly string[]>>>
> = {
  platform: {
    platform: [
      "tenants",
      "users",
      "auth_sessions",
      "one_time_tokens",
      "user_deks",
      "vault_states",
      "auth_challenges",
      "known_devices",
      "trusted_devices",
      "totp_credentials",
      "recovery_codes",
      "oauth_accounts",
      "passkeys",
      "api_tokens",
      "invitations",
      "audit_events",
      "audit_seals",
      "operation_runs",
      "logical_clock",
      "unknown_owners",
      ...BOOKKEEPING_TABLES,
    ],
    vault: [],
  },
  vault: {
    platform: [],
    vault: ["vault_heads", ...RECORD_TABLES, ...BOOKKEEPING_TABLES],
  },
  keys: {
    platform: ["dek_wraps", "audit_keys", "erasures"],
    vault: ["vault_keys", "erasures", "logical_clock"],
  },
};
