import type { ResultSetHeader, RowDataPacket } from "mysql2/promise";
import type {
  AuthChallengeModel,
  AuthSessionModel,
  KnownDeviceModel,
  TrustedDeviceModel,
  UserModel,
} from "../../generated/platform/models.ts";
import type { Execute } from "../lib/database.ts";
import { inserter } from "./insert.ts";
import { textOf } from "./session-statement.ts";

/** Whose an address is, with what is asked before their password is looked at. */
export type Addressee = Pick<
  UserModel,
  "id" | "tenantId" | "email" | "locale" | "emailVerifiedAt" | "passwordHash" | "passwordBlockedAt"
>;

const SQL = `
  SELECT u.id, u.tenant_id AS tenantId, u.email, u.locale, u.email_verified_at AS emailVerifiedAt,
    u.password_hash AS passwordHash, u.password_blocked_at AS passwordBlockedAt,
    EXISTS (
      SELECT 1 FROM known_devices k WHERE k.user_id = u.id AND k.device_hash = ? AND k.expires_at > ?
    ) AS isKnownDevice
  FROM users u WHERE u.email = ?`;

/**
 * Who has an address, and whether they have signed in from a browser.
 *
 * @param deviceHash - Of the browser's cookie; null for a browser that has none.
 */
export async function findByEmail(
  execute: Execute,
  email: string,
  deviceHash: Uint8Array | null,
  now: Date,
): Promise<{ readonly user: Addressee | null; readonly isKnownDevice: boolean }> {
  const [row] = await execute<RowDataPacket[]>(SQL, [deviceHash, textOf(now), email]);
  if (row === undefined) return { user: null, isKnownDevice: false };
  const { isKnownDevice, ...user } = row as RowDataPacket & Addressee & { isKnownDevice: number };
  return { user, isKnownDevice: isKnownDevice === 1 };
}

/** A session that begins: nothing was rotated yet. */
export const insertSession = inserter("auth_sessions", {
  id: "id",
  tenantId: "tenant_id",
  userId: "user_id",
  currentHash: "current_hash",
  salt: "salt",
  rotatedAt: "rotated_at",
  remember: "remember",
  userAgent: "user_agent",
  network: "network",
  deviceHash: "device_hash",
  amr: "amr",
  assurance: "assurance",
  authTime: "auth_time",
  createdAt: "created_at",
  idleExpiresAt: "idle_expires_at",
  absoluteExpiresAt: "absolute_expires_at",
} satisfies Record<
  Exclude<keyof AuthSessionModel, "generation" | "previousHash" | "revokedAt" | "revokeReason">,
  string
>);

const REPLACE = `
  UPDATE auth_sessions SET revoked_at = ?, revoke_reason = 'replaced'
  WHERE id = ? AND user_id = ? AND revoked_at IS NULL AND idle_expires_at > ? AND absolute_expires_at > ?`;

/** Ends a live session of a user, in whose place another one begins. @returns whether there was one. */
export async function replaceSession(
  execute: Execute,
  { id, userId }: Pick<AuthSessionModel, "id" | "userId">,
  now: Date,
): Promise<boolean> {
  const at = textOf(now);
  const { affectedRows } = await execute<ResultSetHeader>(REPLACE, [at, id, userId, at, at]);
  return affectedRows === 1;
}

/** A step on the way in: nothing was tried yet. */
export const insertChallenge = inserter("auth_challenges", {
  selector: "selector",
  kind: "kind",
  secretHash: "secret_hash",
  userId: "user_id",
  browserHash: "browser_hash",
  payload: "payload",
  createdAt: "created_at",
  expiresAt: "expires_at",
} satisfies Record<Exclude<keyof AuthChallengeModel, "attempts">, string>);

const NOTE_TRUSTED =
  "UPDATE trusted_devices SET last_used_at = ? WHERE id = ? AND user_id = ? AND secret_hash = ? AND expires_at > ?";

/** Notes that a device that a user trusts was used. @returns whether it is one. */
export async function noteTrustedDevice(
  execute: Execute,
  device: Pick<TrustedDeviceModel, "id" | "userId" | "secretHash">,
  now: Date,
): Promise<boolean> {
  const { id, userId, secretHash } = device;
  const at = textOf(now);
  const { affectedRows } = await execute<ResultSetHeader>(NOTE_TRUSTED, [
    ...[at, id, userId],
    secretHash,
    at,
  ]);
  return affectedRows === 1;
}

const KEEP_KNOWN =
  "UPDATE known_devices SET expires_at = ? WHERE user_id = ? AND device_hash = ? AND expires_at > ?";
const FORGET_KNOWN = "DELETE FROM known_devices WHERE user_id = ? AND expires_at <= ?";
const COUNT_KNOWN = "SELECT COUNT(*) AS count FROM known_devices WHERE user_id = ?";
// Two sign-ins of one browser may come at once.
const insertKnown = inserter(
  "known_devices",
  {
    userId: "user_id",
    deviceHash: "device_hash",
    tenantId: "tenant_id",
    createdAt: "created_at",
    expiresAt: "expires_at",
  } satisfies Record<keyof KnownDeviceModel, string>,
  "left out",
);

/**
 * Keeps a browser of a user's for longer, or as a new one, and forgets those that were kept for long enough.
 *
 * @returns whether it is new to a user who has others.
 */
export async function keepKnownDevice(
  execute: Execute,
  device: KnownDeviceModel,
): Promise<boolean> {
  const { userId, deviceHash, createdAt: now, expiresAt } = device;
  const at = textOf(now);
  const { affectedRows } = await execute<ResultSetHeader>(KEEP_KNOWN, [
    ...[textOf(expiresAt), userId],
    ...[deviceHash, at],
  ]);
  if (affectedRows === 1) return false;
  await execute<ResultSetHeader>(FORGET_KNOWN, [userId, at]);
  const [others] = await execute<RowDataPacket[]>(COUNT_KNOWN, [userId]);
  await insertKnown(execute, device);
  return Number(others?.["count"]) > 0;
}
