import type { RowDataPacket } from "mysql2/promise";
import type { UserModel } from "../../generated/platform/models.ts";
import type { Execute } from "../lib/database.ts";

/** Whoever a live session belongs to, with all that deciding "who" and "what day" needs. */
export type SessionUser = Pick<
  UserModel,
  | "id"
  | "tenantId"
  | "role"
  | "email"
  | "displayName"
  | "timeZone"
  | "dayStartHour"
  | "locale"
  | "weekStartsOn"
  | "createdAt"
>;

const SQL = `
  SELECT u.id, u.tenant_id AS tenantId, u.role, u.email, u.display_name AS displayName, u.time_zone AS timeZone,
    u.day_start_hour AS dayStartHour, u.locale, u.week_starts_on AS weekStartsOn, u.created_at AS createdAt
  FROM auth_sessions s JOIN users u ON u.id = s.user_id
  WHERE s.id = ? AND s.user_id = ? AND s.revoked_at IS NULL AND s.absolute_expires_at > ? AND u.status = 'active'`;

/** The user of a session that is neither revoked nor over. Asked at each request, so that an end takes effect at once. */
export async function findSessionUser(
  execute: Execute,
  sessionId: string,
  userId: string,
  now: Date,
): Promise<SessionUser | null> {
  const until = now.toISOString().slice(0, -1).replace("T", " ");
  const [row] = await execute<RowDataPacket[]>(SQL, [sessionId, userId, until]);
  return row === undefined ? null : (row as RowDataPacket & SessionUser);
}
