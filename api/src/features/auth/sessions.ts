import { AppError } from "../../contract/errors.ts";
import { isEqual } from "../../crypto/digest.ts";
import { randomBytes, randomToken, randomUUID } from "../../crypto/random.ts";
import type { PlatformQueries } from "../../platform/client.ts";
import { asSystem } from "../../platform/tenancy.ts";
import type { AuthDeps } from "./deps.ts";
import { deviceHash, deviceOf, networkOf, type From } from "./from.ts";
import { hashOf, type RefreshToken, type RefreshTokens } from "./refresh-token.ts";

const DAY_MS = 86_400_000;
const IDLE_MS = 7 * DAY_MS;
const ABSOLUTE_MS = 30 * DAY_MS;
/** How long after a rotation the token before it still answers with its successor: tabs that refresh at once. */
const GRACE_MS = 10_000;

type SessionDeps = Pick<AuthDeps, "platform" | "refreshTokens" | "sessions" | "clock">;

/** A session as its browser holds it. */
export interface HeldSession {
  readonly id: string;
  readonly userId: string;
  readonly token: RefreshToken;
  readonly remember: boolean;
  /** The value of the device cookie that the browser is to keep, when the session begins. */
  readonly device?: string;
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
  db: PlatformQueries,
  tokens: RefreshTokens,
  session: {
    readonly user: { readonly id: string; readonly tenantId: string };
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
  await db.authSession.create({
    data: {
      id,
      tenantId: user.tenantId,
      userId: user.id,
      currentHash: hashOf(token),
      salt: new Uint8Array(randomBytes(16)),
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
    },
  });
  return { id, userId: user.id, token, remember, device };
}

/**
 * Trades a refresh token for its successor by compare-and-swap: of requests that come at once one rotates, and the
 * others receive the same successor for ten seconds, on the same device. Any older token was stolen, or its owner
 * robbed: the session ends (RFC 9700 §4.14).
 *
 * @throws AppError `unauthenticated`, `session_revoked`, `refresh_reused`.
 */
export async function rotateSession(
  { platform, refreshTokens: tokens, sessions, clock }: SessionDeps,
  presented: RefreshToken,
  from: From,
): Promise<HeldSession> {
  const now = clock();
  return asSystem(async () => {
    const { sessionId: id, generation } = presented;
    const salt = new Uint8Array(randomBytes(16));
    const next = tokens.successor(presented, salt);
    const rotated = await platform.authSession.updateMany({
      where: {
        id,
        generation,
        currentHash: hashOf(presented),
        revokedAt: null,
        idleExpiresAt: { gt: now },
        absoluteExpiresAt: { gt: now },
      },
      data: {
        generation: generation + 1,
        currentHash: hashOf(next),
        previousHash: hashOf(presented),
        salt,
        rotatedAt: now,
        network: networkOf(from.address),
        idleExpiresAt: new Date(now.getTime() + IDLE_MS),
      },
    });
    const row = await platform.authSession.findUnique({ where: { id } });
    if (row === null) throw new AppError("unauthenticated");
    const held = { id, userId: row.userId, remember: row.remember };
    if (rotated.count === 1) return { ...held, token: next };
    if (row.revokedAt !== null) throw new AppError("session_revoked");
    if (row.idleExpiresAt <= now || row.absoluteExpiresAt <= now) {
      throw new AppError("session_revoked");
    }
    const isParallel =
      row.generation === generation + 1 &&
      row.previousHash !== null &&
      isEqual(row.previousHash, hashOf(presented)) &&
      isSameDevice(row, from) &&
      now.getTime() - row.rotatedAt.getTime() <= GRACE_MS;
    if (isParallel) return { ...held, token: tokens.successor(presented, row.salt) };
    await revokeSessions(platform, { userId: row.userId, only: id }, "refresh_reused", now);
    await sessions.evict({ sessionId: id });
    throw new AppError("refresh_reused");
  });
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
  {
    userId,
    only,
    except,
  }: { readonly userId: string; readonly only?: string; readonly except?: string },
  reason: RevokeReason,
  now: Date,
): Promise<number> {
  const id = only ?? (except === undefined ? undefined : { not: except });
  const { count } = await tx.authSession.updateMany({
    where: {
      userId,
      ...(id === undefined ? {} : { id }),
      revokedAt: null,
      idleExpiresAt: { gt: now },
      absoluteExpiresAt: { gt: now },
    },
    data: { revokedAt: now, revokeReason: reason },
  });
  return count;
}

/** Ends the session of a refresh token, at the wish of whoever holds it. */
export async function endSession(deps: SessionDeps, { sessionId }: RefreshToken): Promise<void> {
  await asSystem(async () => {
    const row = await deps.platform.authSession.findUnique({ where: { id: sessionId } });
    if (row === null) return;
    const which = { userId: row.userId, only: sessionId };
    await revokeSessions(deps.platform, which, "logout", deps.clock());
  });
  await deps.sessions.evict({ sessionId });
}
