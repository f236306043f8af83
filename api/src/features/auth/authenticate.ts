import { AppError } from "../../contract/errors.ts";
import { findSessionUser, type SessionUser } from "../../platform/session-statement.ts";
import type { AuthDeps } from "./deps.ts";

/** Who is asking, proven by an access token of a session that is alive. */
export interface Caller {
  readonly user: SessionUser;
  readonly sessionId: string;
}

/** @throws AppError `unauthenticated`, `token_expired`, or `session_revoked` when the session is over. */
export async function authenticate(
  deps: Pick<AuthDeps, "accessTokens" | "platformDatabase" | "clock">,
  authorization: string | undefined,
): Promise<Caller> {
  const token = /^Bearer ([A-Za-z0-9._-]+)$/i.exec(authorization ?? "")?.[1];
  if (token === undefined) throw new AppError("unauthenticated");
  const now = deps.clock();
  const { sessionId, userId } = await deps.accessTokens.verify(token, now);
  const user = await findSessionUser(deps.platformDatabase.execute, sessionId, userId, now);
  if (user === null) throw new AppError("session_revoked");
  return { user, sessionId };
}
