import { AppError } from "../../contract/errors.ts";
import { sha256 } from "../../crypto/digest.ts";
import { randomBytes, randomUUID } from "../../crypto/random.ts";
import type { Execute } from "../../lib/database.ts";
import { bytesToUuid, uuidToBytes } from "../../lib/ids.ts";
import { deviceName } from "../../mails/whence.ts";
import { recordEvents } from "../../platform/audit.ts";
import { inTransaction, type PlatformQueries } from "../../platform/client.ts";
import { noteTrustedDevice } from "../../platform/sign-in-statement.ts";
import { holdInTenant } from "../../platform/tenants.ts";
import type { AuthDeps } from "../auth/deps.ts";
import { eventFrom, type From } from "../auth/from.ts";

const LIFETIME_SECONDS = 30 * 86_400;
const ID_BYTES = 16;
const SECRET_BYTES = 32;

/** The cookie by which a trusted browser is known: `id 16 | secret 32` as base64url. Of the secret the hash is kept. */
export interface TrustCookie {
  readonly name: "td";
  readonly value: string;
  readonly maxAgeSeconds: number;
}

export const NO_TRUST: TrustCookie = { name: "td", value: "", maxAgeSeconds: 0 };

/**
 * Spares this browser the second factor when it signs in, for thirty days however often it is used.
 *
 * The secret stays the same: one that changed at each use would tell apart no thief from two windows that sign in at
 * once, and what it spares is only the second of two factors.
 */
export async function trustDevice(
  tx: PlatformQueries,
  user: { readonly id: string },
  from: From,
  now: Date,
): Promise<{ id: string; cookie: TrustCookie }> {
  const id = randomUUID();
  const secret = randomBytes(SECRET_BYTES);
  await tx.trustedDevice.deleteMany({ where: { userId: user.id, expiresAt: { lte: now } } });
  await tx.trustedDevice.create({
    data: {
      id,
      tenantId: await holdInTenant(tx, user.id),
      userId: user.id,
      secretHash: new Uint8Array(sha256(secret)),
      userAgent: from.userAgent,
      createdAt: now,
      lastUsedAt: now,
      expiresAt: new Date(now.getTime() + LIFETIME_SECONDS * 1000),
    },
  });
  const value = Buffer.concat([uuidToBytes(id), secret]).toString("base64url");
  return { id, cookie: { name: "td", value, maxAgeSeconds: LIFETIME_SECONDS } };
}

/** Whether this browser is one that the user trusts; notes that it was used. */
export async function useTrustedDevice(
  execute: Execute,
  userId: string,
  from: From,
  now: Date,
): Promise<boolean> {
  const presented = presentedBy(from);
  return presented !== null && noteTrustedDevice(execute, { ...presented, userId }, now);
}

/** Ends the trust in all of a user's devices: at a change of their password or of a factor, and signing out everywhere. */
export async function forgetTrustedDevices(tx: PlatformQueries, userId: string): Promise<number> {
  return (await tx.trustedDevice.deleteMany({ where: { userId } })).count;
}

/** The devices that a user trusts, the one used last first. `isCurrent` marks the one that asks. */
export async function listTrustedDevices(
  db: PlatformQueries,
  { id: userId, locale }: { readonly id: string; readonly locale: string },
  from: From,
  now: Date,
) {
  const current = presentedBy(from)?.id;
  const devices = await db.trustedDevice.findMany({
    where: { userId, expiresAt: { gt: now } },
    orderBy: { lastUsedAt: "desc" },
  });
  return devices.map(({ id, userAgent, createdAt, lastUsedAt, expiresAt }) => ({
    id,
    device: deviceName(userAgent, locale),
    isCurrent: id === current,
    createdAt: createdAt.toISOString(),
    lastUsedAt: lastUsedAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
  }));
}

/** Ends the trust in one device. @throws AppError `not_found` when the user trusts no such device. */
export async function forgetTrustedDevice(
  { platform, clock }: Pick<AuthDeps, "platform" | "clock">,
  user: { readonly id: string; readonly tenantId: string },
  id: string,
  from: From,
): Promise<void> {
  await inTransaction(platform, async (tx) => {
    const { count } = await tx.trustedDevice.deleteMany({ where: { id, userId: user.id } });
    if (count !== 1) throw new AppError("not_found");
    const revoked = eventFrom(from, user, "trusted_device.revoked", { target: id });
    await recordEvents(tx, [revoked], clock());
  });
}

function presentedBy(from: From): { id: string; secretHash: Uint8Array<ArrayBuffer> } | null {
  const cookie = from.cookie("td");
  if (cookie === undefined || !/^[\w-]{64}$/.test(cookie)) return null;
  const bytes = Buffer.from(cookie, "base64url");
  return {
    id: bytesToUuid(bytes.subarray(0, ID_BYTES)),
    secretHash: new Uint8Array(sha256(bytes.subarray(ID_BYTES))),
  };
}
