import type { RowDataPacket } from "mysql2/promise";
import type { UserModel } from "../../generated/platform/models.ts";
import type { Execute } from "../lib/database.ts";
import type { PlatformQueries } from "./client.ts";

/** What of a user they see themselves, and what decides "who" and "what day". */
const SHOWN = {
  id: "u.id",
  tenantId: "u.tenant_id",
  role: "u.role",
  platformRole: "u.platform_role",
  email: "u.email",
  displayName: "u.display_name",
  timeZone: "u.time_zone",
  dayStartHour: "u.day_start_hour",
  locale: "u.locale",
  weekStartsOn: "u.week_starts_on",
  createdAt: "u.created_at",
} satisfies Partial<Record<keyof UserModel, string>>;

export type ShownUser = Pick<UserModel, keyof typeof SHOWN>;

/** And what decides whether they come in. */
const HELD = {
  ...SHOWN,
  status: "u.status",
  emailVerifiedAt: "u.email_verified_at",
  passwordHash: "u.password_hash",
  passwordBlockedAt: "u.password_blocked_at",
} satisfies Partial<Record<keyof UserModel, string>>;

export type HeldUser = Pick<UserModel, keyof typeof HELD>;

const listed = (columns: Readonly<Record<string, string>>) =>
  Object.entries(columns)
    .map(([name, column]) => `${column} AS ${name}`)
    .join(", ");

/** The columns of a {@link ShownUser}, of a table of users that is called u. */
export const SHOWN_COLUMNS = listed(SHOWN);
const HOLD = `SELECT ${listed(HELD)} FROM users u WHERE u.id = ? LOCK IN SHARE MODE`;

/** What an account is called whose owner did not say: the part of the address before the @. */
export const nameFrom = (email: string): string => (email.split("@")[0] ?? "").slice(0, 120);

/**
 * A user as they are now: they stay so until the transaction ends, which may share them with others that ask. So does the
 * tenant that they are in: see {@link holdInTenant}.
 */
export async function holdUser(execute: Execute, id: string): Promise<HeldUser | null> {
  const [row] = await execute<RowDataPacket[]>(HOLD, [id]);
  return row === undefined ? null : (row as RowDataPacket & HeldUser);
}

/** What is asked of a user beyond one factor, and what they have to prove it with. */
export interface Factors {
  readonly hasTotp: boolean;
  /** Whether a code is left that stands for the other one. */
  readonly hasRecoveryCode: boolean;
  readonly hasPasskey: boolean;
  /** Whether their tenant asks for two. */
  readonly isMfaRequired: boolean;
  /** Of their audit key, which a sign-in wants next: read here, it takes no statement. Null before they have one. */
  readonly auditSalt: Uint8Array | null;
}

const FACTORS = {
  hasTotp: "SELECT 1 FROM totp_credentials WHERE user_id = ? AND confirmed_at IS NOT NULL",
  hasRecoveryCode: "SELECT 1 FROM recovery_codes WHERE user_id = ? AND used_at IS NULL",
  hasPasskey: "SELECT 1 FROM passkeys WHERE user_id = ?",
  isMfaRequired: "SELECT 1 FROM tenants WHERE id = ? AND mfa_required",
} satisfies Record<Exclude<keyof Factors, "auditSalt">, string>;
const FIND_FACTORS = `SELECT ${Object.entries(FACTORS)
  .map(([factor, select]) => `EXISTS (${select}) AS ${factor}`)
  .join(", ")}, (SELECT salt FROM audit_keys WHERE user_id = ?) AS auditSalt`;

/** The factors of a user who is held: a statement of its own, so that it sees what was committed while the first waited. */
export async function findFactors(
  execute: Execute,
  { id, tenantId }: Pick<HeldUser, "id" | "tenantId">,
): Promise<Factors> {
  const [row] = await execute<RowDataPacket[]>(FIND_FACTORS, [id, id, id, tenantId, id]);
  const is = (factor: keyof typeof FACTORS) => Number(row?.[factor]) === 1;
  return {
    hasTotp: is("hasTotp"),
    hasRecoveryCode: is("hasRecoveryCode"),
    hasPasskey: is("hasPasskey"),
    isMfaRequired: is("isMfaRequired"),
    auditSalt: (row as (RowDataPacket & Pick<Factors, "auditSalt">) | undefined)?.auditSalt ?? null,
  };
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
