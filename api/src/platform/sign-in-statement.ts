import type { RowDataPacket } from "mysql2/promise";
import type { UserModel } from "../../generated/platform/models.ts";
import type { Execute } from "../lib/database.ts";
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
