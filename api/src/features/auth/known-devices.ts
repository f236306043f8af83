import type { Execute } from "../../lib/database.ts";
import type { PlatformQueries } from "../../platform/client.ts";
import { keepKnownDevice } from "../../platform/sign-in-statement.ts";
import { deviceHash, deviceOf, type From } from "./from.ts";

const KNOWN_SECONDS = 180 * 86_400;

/**
 * By what failures from this browser are counted, when it is one that the owner of `email` has signed in from: apart
 * from those of strangers, who can keep out each other and not the owner. Null for any other browser.
 */
export async function knownDeviceOf(
  db: PlatformQueries,
  email: string,
  from: From,
  now: Date,
): Promise<string | null> {
  const device = deviceOf(from);
  if (device === undefined) return null;
  const hash = deviceHash(device);
  const where = { deviceHash: hash, expiresAt: { gt: now }, user: { email } };
  const count = await db.knownDevice.count({ where });
  return count > 0 ? keyOfDevice(hash) : null;
}

/** By what failures from a browser are counted, by the hash of its cookie. */
export const keyOfDevice = (hash: Uint8Array): string => Buffer.from(hash).toString("base64url");

/**
 * Remembers a browser as one of a user's, for half a year from the last sign-in.
 *
 * @returns whether it is new to a user who has others.
 */
export async function rememberDevice(
  execute: Execute,
  { id: userId, tenantId }: { readonly id: string; readonly tenantId: string },
  device: string,
  now: Date,
): Promise<boolean> {
  const expiresAt = new Date(now.getTime() + KNOWN_SECONDS * 1000);
  const row = { userId, tenantId, deviceHash: deviceHash(device), createdAt: now, expiresAt };
  return keepKnownDevice(execute, row);
}

/** Forgets every browser of a user, or every other than this one. */
export async function forgetDevices(
  tx: PlatformQueries,
  userId: string,
  except?: string,
): Promise<void> {
  const others = except === undefined ? {} : { deviceHash: { not: deviceHash(except) } };
  await tx.knownDevice.deleteMany({ where: { userId, ...others } });
}
