import type { ResultSetHeader, RowDataPacket } from "mysql2/promise";
import type { ApiTokenModel } from "../../generated/platform/models.ts";
import type { Execute } from "../lib/database.ts";
import { textOf, USER, type SessionUser } from "./session-statement.ts";

/** A personal access token that is good, and whose it is. */
export interface LiveToken {
  readonly user: SessionUser;
  readonly token: Pick<ApiTokenModel, "id" | "scopes" | "lastUsedAt">;
  /** Whether its user has set up a second factor, or a passkey, which is two. */
  readonly hasSecondFactor: boolean;
}

const FIND = `
  SELECT ${USER}, k.id AS tokenId, k.scopes, k.last_used_at AS lastUsedAt,
    EXISTS (SELECT 1 FROM totp_credentials c WHERE c.user_id = u.id AND c.confirmed_at IS NOT NULL)
      OR EXISTS (SELECT 1 FROM passkeys p WHERE p.user_id = u.id) AS hasSecondFactor
  FROM api_tokens k JOIN users u ON u.id = k.user_id JOIN tenants t ON t.id = u.tenant_id
  WHERE k.secret_hash = ? AND k.revoked_at IS NULL AND k.expires_at > ? AND u.status = 'active'`;

/** The token with this hash, if it is neither revoked nor expired and its user is active. */
export async function findLiveToken(
  execute: Execute,
  secretHash: Uint8Array,
  now: Date,
): Promise<LiveToken | null> {
  const [row] = await execute<RowDataPacket[]>(FIND, [secretHash, textOf(now)]);
  if (row === undefined) return null;
  const { tokenId, scopes, lastUsedAt, hasSecondFactor, mfaRequired, ...user } =
    row as RowDataPacket &
      Omit<SessionUser, "mfaRequired"> &
      Pick<ApiTokenModel, "scopes" | "lastUsedAt"> & {
        readonly tokenId: string;
        readonly hasSecondFactor: number;
        readonly mfaRequired: number;
      };
  return {
    user: { ...user, mfaRequired: mfaRequired === 1 },
    token: { id: tokenId, scopes, lastUsedAt },
    hasSecondFactor: hasSecondFactor === 1,
  };
}

/** Notes that a token was used. */
export async function noteTokenUsed(execute: Execute, id: string, now: Date): Promise<void> {
  const at = textOf(now);
  await execute<ResultSetHeader>(
    "UPDATE api_tokens SET last_used_at = ? WHERE id = ? AND (last_used_at IS NULL OR last_used_at < ?)",
    [at, id, at],
  );
}
