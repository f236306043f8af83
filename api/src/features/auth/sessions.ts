import { AppError } from "../../contract/errors.ts";
import { isEqual } from "../../crypto/digest.ts";
import { randomBytes, randomToken, randomUUID } from "../../crypto/random.ts";
import type { Execute } from "../../lib/database.ts";
import { recordEvents } from "../../platform/audit.ts";
import { inTransaction, type Platform, type PlatformQueries } from "../../platform/client.ts";
import { findSession, rotate } from "../../platform/session-statement.ts";
import { insertSession } from "../../platform/sign-in-statement.ts";
import { asSystem } from "../../platform/tenancy.ts";
import type { ShownUser } from "../../platform/users.ts";
import { isFresh } from "./authorize.ts";
import { tell } from "./tell.ts";
import type { AuthDeps } from "./deps.ts";
import { deviceHash, deviceOf, eventFrom, networkOf, type From } from "./from.ts";
import { hashOf, type RefreshToken, type RefreshTokens } from "./refresh-token.ts";

const DAY_MS = 86_400_000;
const IDLE_MS = 7 * DAY_MS;
const ABSOLUTE_MS = 30 * DAY_MS;
/** How long after a rotation the token before it still answers with its successor: tabs that refresh at once. */
const GRACE_MS = 10_000;
/** How long a session that ended can still be asked about: by which token it was reused, and when. */
const KEPT_MS = 30 * DAY_MS;

type SessionDeps = Pick<AuthDeps, "platform" | "refreshTokens" | "sessions" | "clock">;
type ReuseDeps = Pick<AuthDeps, "platformDatabase" | "send" | "logger" | "limits">;

interface SessionOwner {
  readonly id: string;
  readonly tenantId: string;
  readonly email: string;
  readonly locale: string;
  readonly timeZone: string;
}

/** A session as its browser holds it. */
export interface HeldSession {
  readonly id: string;
  /** Whose it is, as their row was last seen. */
  readonly user: ShownUser;
  readonly token: RefreshToken;
  readonly remember: boolean;
  /** The value of the device cookie that the browser is to keep, when the session begins. */
  readonly device?: string;
  /** The session that this browser held until this one began, and that ended with it. */
  readonly replaced?: string;
  /** Where the session began, when it is a browser that its user has not signed in from before. */
  readonly newTo?: From;
}

/** How somebody proved who they are. */
export interface Proof {
  /** RFC 8176 values, such as `pwd`, `otp`, `hwk`; of our own `rcv` (recovery code) and `tdv` (trusted device). */
  readonly amr: readonly string[];
  /** 2 for two factors. */
  readonly assurance: 1 | 2;
  /** When, if not now. */
  readonly provenAt?: Date;
}

/** Seconds until a remembered session ends if it is not used. */
export const IDLE_SECONDS = IDLE_MS / 1000;

/** Begins a session for a user who has just proved who they are. */
export async function startSession(
  execute: Execute,
  tokens: RefreshTokens,
  session: {
    readonly user: ShownUser;
    readonly proof: Proof;
    readonly from: From;
    readonly remember: boolean;
    readonly now: Date;
  },
): Promise<HeldSession> {
  const { user, proof, from, remember, now } = session;
  const id = randomUUID();
  const device = deviceOf(from) ?? randomToken();
  const token = tokens.first(id);
  await insertSession(execute, {
    id,
    tenantId: user.tenantId,
    userId: user.id,
    currentHash: hashOf(token),
    salt: randomBytes(16),
    rotatedAt: now,
    remember,
    userAgent: from.userAgent,
    network: networkOf(from.address),
    deviceHash: deviceHash(device),
    amr: proof.amr.join(","),
    assurance: proof.assurance,
    authTime: proof.provenAt ?? now,
    createdAt: now,
    idleExpiresAt: new Date(now.getTime() + IDLE_MS),
    absoluteExpiresAt: new Date(now.getTime() + ABSOLUTE_MS),
  });
  return { id, user, token, remember, device };
}

/**
 * Trades a refresh token for its successor by compare-and-swap: of requests that come at once one rotates, and the
 * others receive the same successor for ten seconds, on the same device. Any older token was stolen, or its owner
 * robbed: the session ends, and its owner is told (RFC 9700 §4.14).
 *
 * @throws AppError `unauthenticated`, `session_revoked`, `refresh_reused`.
 */
export async function rotateSession(
  deps: SessionDeps & ReuseDeps,
  presented: RefreshToken,
  from: From,
): Promise<HeldSession> {
  const { refreshTokens: tokens, clock } = deps;
  const { execute } = deps.platformDatabase;
  const now = clock();
  const { sessionId: id, generation } = presented;
  const salt = randomBytes(16);
  const next = tokens.successor(presented, salt);
  const presentedHash = hashOf(presented);
  const network = networkOf(from.address);
  const idleExpiresAt = new Date(now.getTime() + IDLE_MS);
  const rotation = { generation, presentedHash, nextHash: hashOf(next), salt, network };
  const isRotated = await rotate(execute, id, { ...rotation, idleExpiresAt }, now);
  const row = await findSession(execute, id);
  if (row === null) throw new AppError("unauthenticated");
  const held = { id, user: row.user, remember: row.remember };
  const isOver = row.revokedAt !== null || row.idleExpiresAt <= now || row.absoluteExpiresAt <= now;
  if (isOver || row.user.status !== "active") throw new AppError("session_revoked");
  if (isRotated) return { ...held, token: next };
  const isParallel =
    row.generation === generation + 1 &&
    row.previousHash !== null &&
    isEqual(row.previousHash, presentedHash) &&
    isSameDevice(row, from) &&
    now.getTime() - row.rotatedAt.getTime() <= GRACE_MS;
  if (isParallel) return { ...held, token: tokens.successor(presented, row.salt) };
  await asSystem(() => endReusedSession(deps, row.user, id, from, now));
  throw new AppError("refresh_reused");
}

/** By the device cookie; a client that keeps none is known by its program and its network. */
function isSameDevice(
  row: { deviceHash: Uint8Array | null; userAgent: string; network: string | null },
  from: From,
): boolean {
  const device = deviceOf(from);
  if (device === undefined || row.deviceHash === null) {
    return row.userAgent === from.userAgent && row.network === networkOf(from.address);
  }
  return isEqual(row.deviceHash, deviceHash(device));
}

async function endReusedSession(
  deps: SessionDeps & ReuseDeps,
  user: SessionOwner,
  id: string,
  from: From,
  now: Date,
): Promise<void> {
  const ended = await inTransaction(deps.platform, async (tx) => {
    const count = await revokeSessions(tx, { userId: user.id, only: id }, "refresh_reused", now);
    const about = { outcome: "denied", target: id, actor: "anonymous" } as const;
    // Of several that come at once one tells.
    if (count === 1) await recordEvents(tx, [eventFrom(from, user, "session.reused", about)], now);
    return count;
  });
  await deps.sessions.evict({ sessionId: id });
  if (ended === 1) tell(deps, user, from, (letters, whence) => letters.sessionReused(whence));
}

/** Which sessions are neither revoked nor over. */
const live = <W extends object>(where: W, now: Date) => ({
  ...where,
  revokedAt: null,
  idleExpiresAt: { gt: now },
  absoluteExpiresAt: { gt: now },
});

/** The sessions of a user that are neither revoked nor over, the newest first. */
export async function listLiveSessions(
  db: PlatformQueries,
  userId: string,
  now: Date,
  { take, cursor }: { readonly take: number; readonly cursor: string | undefined },
) {
  return db.authSession.findMany({
    where: live({ userId }, now),
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    take,
    ...(cursor === undefined ? {} : { cursor: { id: cursor }, skip: 1 }),
  });
}

/** Why a session was ended before its time. */
export type RevokeReason =
  | "logout"
  | "logout_all"
  | "revoked"
  | "refresh_reused"
  | "password_changed"
  | "mfa_changed"
  | "email_changed"
  | "suspended"
  | "removed";

/**
 * Ends one session of a user, all but one, or all. To be called in the transaction of what ends them; after its commit
 * the caller says so with `deps.sessions.evict({ userId })`, and they are refused from the next request on.
 *
 * @returns how many there were.
 */
export async function revokeSessions(
  tx: PlatformQueries,
  which: { readonly userId: string; readonly only?: string; readonly except?: string },
  reason: RevokeReason,
  now: Date,
): Promise<number> {
  const { userId, only, except } = which;
  const ids = [only, except && { not: except }].filter((id) => id !== undefined);
  const { count } = await tx.authSession.updateMany({
    where: live({ userId, AND: ids.map((id) => ({ id })) }, now),
    data: { revokedAt: now, revokeReason: reason },
  });
  return count;
}

/** Ends the session of a refresh token, at the wish of whoever holds it. */
export async function endSession(
  deps: SessionDeps,
  { sessionId: id }: RefreshToken,
  from: From,
): Promise<void> {
  const now = deps.clock();
  await asSystem(() =>
    inTransaction(deps.platform, async (tx) => {
      const row = await tx.authSession.findUnique({ where: { id }, include: { user: true } });
      if (row === null) return;
      const { user } = row;
      if ((await revokeSessions(tx, { userId: user.id, only: id }, "logout", now)) === 0) return;
      await recordEvents(tx, [eventFrom(from, user, "session.ended", { target: id })], now);
    }),
  );
  await deps.sessions.evict({ sessionId: id });
}

/**
 * Notes in a live session that its user has proved anew who they are. To be called in the transaction that uses the
 * proof up; after its commit the caller says so with `deps.sessions.evict({ sessionId })`.
 *
 * A proof by fewer factors takes nothing away of what was proven before.
 *
 * @throws AppError `session_revoked` when it has ended meanwhile.
 */
export async function proveAgain(
  tx: PlatformQueries,
  { id, userId }: { readonly id: string; readonly userId: string },
  proof: Omit<Proof, "provenAt">,
  now: Date,
): Promise<void> {
  const row = await tx.authSession.findUnique({ where: { id } });
  const before = (row?.amr ?? "").split(",").filter((way) => way !== "" && way !== "tdv");
  const amr = [...new Set([...before, ...proof.amr])].join(",");
  const assurance = Math.max(row?.assurance ?? 1, proof.assurance);
  const { count } = await tx.authSession.updateMany({
    where: live({ id, userId }, now),
    data: { authTime: now, amr, assurance },
  });
  if (count !== 1) throw new AppError("session_revoked");
}

/**
 * To be called in the transaction of what outlives a session, once the user's row is held: a reset of the password waits
 * for that row then and sees what was made, or was there before and is seen here.
 *
 * @throws AppError `session_revoked` when it has ended since its request was admitted.
 */
export async function assertSessionLives(
  tx: PlatformQueries,
  { id, userId }: { readonly id: string; readonly userId: string },
  now: Date,
): Promise<void> {
  const count = await tx.authSession.count({ where: live({ id, userId }, now) });
  if (count !== 1) throw new AppError("session_revoked");
}

/**
 * For the last of the steps by which something is added to sign in with: their first asked for a fresh proof, and what was
 * proven may count no more since. To be called like {@link assertSessionLives}.
 *
 * @param begunAt - When the first step was, or the earliest that it can have been.
 * @throws AppError `session_revoked`; `reauth_required` when the proof was not fresh then.
 */
export async function assertBegunFresh(
  tx: PlatformQueries,
  { id, userId }: { readonly id: string; readonly userId: string },
  begunAt: Date,
  now: Date,
): Promise<void> {
  const row = await tx.authSession.findFirst({ where: live({ id, userId }, now) });
  if (row === null) throw new AppError("session_revoked");
  if (!isFresh(row, begunAt)) throw new AppError("reauth_required");
}

/** What no proof is fresh after. */
export const NEVER = new Date(0);

/**
 * Notes that a factor was set up in a session, and proven with it: two have been proven there. What the other sessions of
 * the user have proven is fresh no more, since it was less: who signed in with a stolen password a minute before cannot
 * take the factor away again, nor end what they began to add while it was fresh: steps under way elsewhere are deleted, and
 * so is a secret that waits for its first code. To be called like {@link proveAgain} with the user's row held, and to be
 * said with `evict({ userId })`.
 *
 * @throws AppError `session_revoked` when it has ended meanwhile.
 */
export async function proveNewFactor(
  tx: PlatformQueries,
  session: { readonly id: string; readonly userId: string },
  amr: Proof["amr"],
  now: Date,
): Promise<void> {
  const { id, userId } = session;
  await tx.authSession.updateMany({
    where: { userId, id: { not: id } },
    data: { authTime: NEVER },
  });
  // Passkeys that are added at once in one session go on; nothing else is begun twice.
  const own = JSON.stringify({ sessionId: id });
  await tx.authChallenge.deleteMany({ where: { userId, payload: { not: own } } });
  await tx.totpCredential.updateMany({
    where: { userId, pending: { not: null } },
    data: { pending: null, pendingAt: null },
  });
  await proveAgain(tx, session, { amr, assurance: 2 }, now);
}

/** Deletes sessions that ended more than thirty days ago. A job calls it. */
export async function deleteEndedSessions(platform: Platform, now: Date): Promise<void> {
  const before = new Date(now.getTime() - KEPT_MS);
  await asSystem(() =>
    platform.authSession.deleteMany({
      where: {
        OR: [
          { revokedAt: { lt: before } },
          { idleExpiresAt: { lt: before } },
          { absoluteExpiresAt: { lt: before } },
        ],
      },
    }),
  );
}
