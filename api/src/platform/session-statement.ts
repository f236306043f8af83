import type { RowDataPacket } from "mysql2/promise";
import type { AuthSessionModel, TenantModel } from "../../generated/platform/models.ts";
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
  const until = now.toISOString().slice(0, -1).replace("T", " ");
  const [row] = await execute<RowDataPacket[]>(SQL, [sessionId, userId, until]);
  if (row === undefined) return null;
  const { authTime, assurance, absoluteExpiresAt, mfaRequired, ...user } = row as RowDataPacket &
    Omit<SessionUser, "mfaRequired"> &
    LiveSession["session"] & { readonly mfaRequired: number };
  return {
    user: { ...user, mfaRequired: mfaRequired === 1 },
    session: { id: sessionId, authTime, assurance, absoluteExpiresAt },
  };
}
