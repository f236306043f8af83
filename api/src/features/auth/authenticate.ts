import { AppError } from "../../contract/errors.ts";
import type { SessionUser } from "../../platform/session-statement.ts";
import type { AuthDeps } from "./deps.ts";

/** Who is asking, proven by an access token of a session that is alive. */
export interface Caller {
  readonly user: SessionUser;
  readonly sessionId: string;
  /** When they last proved who they are, in this session. */
  readonly authTime: Date;
  /** 2 when they proved it by two factors. */
  readonly assurance: number;
}

/** @throws AppError `unauthenticated`, `token_expired`, or `session_revoked` when the session is over. */
export async function authenticate(
  deps: Pick<AuthDeps, "accessTokens" | "sessions" | "clock">,
  authorization: string | undefined,
): Promise<Caller> {
  const token = /^Bearer ([A-Za-z0-9._-]+)$/i.exec(authorization ?? "")?.[1];
  if (token === undefined) throw new AppError("unauthenticated");
  const now = deps.clock();
  const { sessionId, userId } = await deps.accessTokens.verify(token, now);
  const found = await deps.sessions.find(sessionId, userId, now);
  if (found === null) throw new AppError("session_revoked");
  const { user, session } = found;
  return { user, sessionId, authTime: session.authTime, assurance: session.assurance };
}
