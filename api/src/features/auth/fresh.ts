import { AppError } from "../../contract/errors.ts";
import type { Platform } from "../../platform/client.ts";

const FRESH_MS = 15 * 60_000;

/**
 * Makes sure that somebody proved who they are a moment ago, in this session: what cannot be undone is not done on the
 * word of a browser that was left open. Refreshing proves nothing.
 *
 * @throws AppError `reauth_required`, or `session_revoked` when the session is gone.
 */
export async function assertFresh(platform: Platform, sessionId: string, now: Date): Promise<void> {
  const session = await platform.authSession.findUnique({ where: { id: sessionId } });
  if (session === null) throw new AppError("session_revoked");
  if (now.getTime() - session.authTime.getTime() > FRESH_MS) throw new AppError("reauth_required");
}
