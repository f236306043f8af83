import { AppError } from "../../contract/errors.ts";
import { isEqual } from "../../crypto/digest.ts";
import { randomBytes, randomToken, randomUUID } from "../../crypto/random.ts";
import type { Platform, PlatformQueries } from "../../platform/client.ts";
import { asSystem } from "../../platform/tenancy.ts";
import { deviceHash, deviceOf, networkOf, type From } from "./from.ts";
import { hashOf, type RefreshToken, type RefreshTokens } from "./refresh-token.ts";

const DAY_MS = 86_400_000;
const IDLE_MS = 7 * DAY_MS;
const ABSOLUTE_MS = 30 * DAY_MS;
/** How long after a rotation the token before it still answers with its successor: tabs that refresh at once. */
const GRACE_MS = 10_000;

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
  /** RFC 8176 values, such as `pwd`, `otp`, `hwk`. */
  readonly amr: readonly string[];
  /** 2 for two factors. */
  readonly assurance: 1 | 2;
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
      authTime: now,
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
  platform: Platform,
  tokens: RefreshTokens,
  presented: RefreshToken,
  from: From,
  now: Date,
): Promise<HeldSession> {
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
    await revokeSession(platform, id, "refresh_reused", now);
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

/** Ends a session; its access tokens are refused from the next request on. */
export async function revokeSession(
  platform: Platform,
  id: string,
  reason: "logout" | "refresh_reused",
  now: Date,
): Promise<void> {
  await asSystem(() =>
    platform.authSession.updateMany({
      where: { id, revokedAt: null },
      data: { revokedAt: now, revokeReason: reason },
    }),
  );
}
