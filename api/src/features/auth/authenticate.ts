import { AppError } from "../../contract/errors.ts";
import type { SessionUser } from "../../platform/session-statement.ts";
import { findLiveToken, noteTokenUsed } from "../../platform/token-statement.ts";
import { isTokenSecret, isWhole, tokenHash } from "../tokens/format.ts";
import type { AuthDeps } from "./deps.ts";

/** Who is asking, proven by an access token of a session that is alive, or by a personal access token. */
export interface Caller {
  readonly user: SessionUser;
  /** Their session. Of a personal access token its own id, which is no session's. */
  readonly sessionId: string;
  /** When they last proved who they are, in this session. */
  readonly authTime: Date;
  /** 2 when they proved it by two factors; for a personal access token, when its owner has set up two. */
  readonly assurance: number;
  /** What a personal access token was made for; it may do nothing else. Absent for whoever is signed in. */
  readonly scopes?: readonly string[];
}

type Deps = Pick<AuthDeps, "accessTokens" | "sessions" | "platformDatabase" | "logger" | "clock">;

/** How often at most it is noted that a token was used. */
const NOTED_EVERY_MS = 60_000;
/** No proof of a person is in a token. */
const NEVER = new Date(0);

/** @throws AppError `unauthenticated`, `token_expired`, or `session_revoked` when the session is over. */
export async function authenticate(deps: Deps, authorization: string | undefined): Promise<Caller> {
  const token = /^Bearer ([A-Za-z0-9._-]{1,2048})$/i.exec(authorization ?? "")?.[1];
  if (token === undefined) throw new AppError("unauthenticated");
  const now = deps.clock();
  if (isTokenSecret(token)) return authenticateToken(deps, token, now);
  const { sessionId, userId } = await deps.accessTokens.verify(token, now);
  const found = await deps.sessions.find(sessionId, userId, now);
  if (found === null) throw new AppError("session_revoked");
  const { user, session } = found;
  return { user, sessionId, authTime: session.authTime, assurance: session.assurance };
}

/** Asked of the database each time, so that a token is refused from the moment it is revoked. */
async function authenticateToken(
  { platformDatabase: { execute }, logger }: Deps,
  secret: string,
  now: Date,
): Promise<Caller> {
  const found = isWhole(secret) ? await findLiveToken(execute, tokenHash(secret), now) : null;
  if (found === null) throw new AppError("unauthenticated");
  const { user, token, hasSecondFactor } = found;
  if (now.getTime() - (token.lastUsedAt ?? NEVER).getTime() >= NOTED_EVERY_MS) {
    // Nobody waits for it.
    noteTokenUsed(execute, token.id, now).catch((error: unknown) =>
      logger.warn({ err: error }, "it was not noted that a token was used"),
    );
  }
  return {
    user,
    sessionId: token.id,
    authTime: NEVER,
    assurance: hasSecondFactor ? 2 : 1,
    scopes: token.scopes.split(","),
  };
}
