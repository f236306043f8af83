import type { ResultSetHeader, RowDataPacket } from "mysql2/promise";
import type { AuthSessionModel, TenantModel, UserModel } from "../../generated/platform/models.ts";
import type { Execute } from "../lib/database.ts";
import { SHOWN_COLUMNS, type ShownUser } from "./users.ts";

/** Somebody who is signed in, with all that deciding "who", "may they" and "what day" needs. */
export type SessionUser = ShownUser & Pick<TenantModel, "mfaRequired">;

/** A live session and whose it is. */
export interface LiveSession {
  readonly user: SessionUser;
  readonly session: Pick<AuthSessionModel, "id" | "authTime" | "assurance" | "absoluteExpiresAt">;
}

export const USER = `${SHOWN_COLUMNS}, t.mfa_required AS mfaRequired`;

/** A time as the database compares it. */
export const textOf = (at: Date) => at.toISOString().slice(0, -1).replace("T", " ");

const SQL = `
  SELECT ${USER}, s.auth_time AS authTime, s.assurance, s.absolute_expires_at AS absoluteExpiresAt
  FROM auth_sessions s JOIN users u ON u.id = s.user_id JOIN tenants t ON t.id = u.tenant_id
  WHERE s.id = ? AND s.user_id = ? AND s.revoked_at IS NULL AND s.absolute_expires_at > ? AND u.status = 'active'`;

/** The session, if it is neither revoked nor over and its user is active. */
export async function findLiveSession(
  execute: Execute,
  sessionId: string,
  userId: string,
  now: Date,
): Promise<LiveSession | null> {
  const [row] = await execute<RowDataPacket[]>(SQL, [sessionId, userId, textOf(now)]);
  if (row === undefined) return null;
  const { authTime, assurance, absoluteExpiresAt, mfaRequired, ...user } = row as RowDataPacket &
    Omit<SessionUser, "mfaRequired"> &
    LiveSession["session"] & { readonly mfaRequired: number };
  return {
    user: { ...user, mfaRequired: mfaRequired === 1 },
    session: { id: sessionId, authTime, assurance, absoluteExpiresAt },
  };
}

/** From which refresh token to which a session goes on, and what else of it changes with that. */
export interface Rotation {
  readonly generation: number;
  readonly presentedHash: Uint8Array;
  readonly nextHash: Uint8Array;
  readonly salt: Uint8Array;
  readonly network: string | null;
  readonly idleExpiresAt: Date;
}

const ROTATE = `
  UPDATE auth_sessions
  SET generation = generation + 1, current_hash = ?, previous_hash = ?, salt = ?, rotated_at = ?, network = ?,
    idle_expires_at = ?
  WHERE id = ? AND generation = ? AND current_hash = ?
    AND revoked_at IS NULL AND idle_expires_at > ? AND absolute_expires_at > ?`;

/**
 * Moves a session on by compare-and-swap.
 *
 * @returns false when the token that was presented is not its current one, or it is revoked or over.
 */
export async function rotate(
  execute: Execute,
  id: string,
  { generation, presentedHash, nextHash, salt, network, idleExpiresAt }: Rotation,
  now: Date,
): Promise<boolean> {
  const at = textOf(now);
  const { affectedRows } = await execute<ResultSetHeader>(ROTATE, [
    ...[nextHash, presentedHash, salt, at, network, textOf(idleExpiresAt)],
    ...[id, generation, presentedHash, at, at],
  ]);
  return affectedRows === 1;
}

/** A session, alive or not, as refreshing asks about it. */
export type HeldRow = Pick<
  AuthSessionModel,
  | "generation"
  | "previousHash"
  | "salt"
  | "rotatedAt"
  | "remember"
  | "userAgent"
  | "network"
  | "deviceHash"
  | "idleExpiresAt"
  | "absoluteExpiresAt"
  | "revokedAt"
> & { readonly user: ShownUser & Pick<UserModel, "status"> };

const FIND = `
  SELECT ${SHOWN_COLUMNS}, u.status, s.generation, s.previous_hash AS previousHash, s.salt, s.rotated_at AS rotatedAt,
    s.remember, s.user_agent AS userAgent, s.network, s.device_hash AS deviceHash,
    s.idle_expires_at AS idleExpiresAt, s.absolute_expires_at AS absoluteExpiresAt, s.revoked_at AS revokedAt
  FROM auth_sessions s JOIN users u ON u.id = s.user_id WHERE s.id = ?`;

/** A session and whose it is, if there is such a one. */
export async function findSession(execute: Execute, id: string): Promise<HeldRow | null> {
  const [row] = await execute<RowDataPacket[]>(FIND, [id]);
  if (row === undefined) return null;
  const { generation, previousHash, salt, rotatedAt, userAgent, network, deviceHash, ...more } =
    row as RowDataPacket &
      Omit<HeldRow, "remember" | "user"> &
      HeldRow["user"] & { readonly remember: number };
  const { remember, idleExpiresAt, absoluteExpiresAt, revokedAt, ...user } = more;
  return {
    ...{ generation, previousHash, salt, rotatedAt, userAgent, network, deviceHash },
    ...{ idleExpiresAt, absoluteExpiresAt, revokedAt },
    remember: remember === 1,
    user,
  };
}
