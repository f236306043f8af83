import { generateSecret, generateURI, verifySync } from "otplib";
import { boxVersion, open, seal, type Place } from "../../crypto/box.ts";
import { uuidToBytes } from "../../lib/ids.ts";
import type { OwnerKeys } from "../../vault/key-service.ts";

/** A code lasts this long (RFC 6238, and what authenticator apps take for granted: SHA-1, six digits). */
const STEP_SECONDS = 30;
/** One step back, for those who type slowly; five seconds ahead, for clocks that are fast. */
const TOLERANCE: [past: number, future: number] = [STEP_SECONDS, 5];

export const ISSUER = "TimOS";

/** A fresh secret: 20 random bytes in base32, as RFC 4226 §4 recommends. */
export const newSecret = (): string => generateSecret();

/** What an authenticator app reads from the QR code. */
export function otpauthUrl(email: string, secret: string): string {
  return generateURI({ issuer: ISSUER, label: email, secret });
}

/** The time step of the code that `typed` is, or null when it is none of now. */
export function stepOf(secret: string, typed: string, now: Date): number | null {
  const token = typed.replaceAll(/[\s-]/g, "");
  // otplib throws for what cannot be a code.
  if (!/^\d{6}$/.test(token)) return null;
  const epoch = Math.floor(now.getTime() / 1000);
  const result = verifySync({ secret, token, epoch, epochTolerance: TOLERANCE });
  return result.valid && "timeStep" in result ? result.timeStep : null;
}

/** Which of the two secrets of a credential: the one in use, or the one that waits for its first code. */
export type SecretBox = "sealed" | "pending";

/** Seals a secret as that of the user, at the revision `rev` of their credential. */
export function sealSecret(
  keys: OwnerKeys,
  userId: string,
  { box, rev, secret }: { box: SecretBox; rev: bigint; secret: string },
): Uint8Array<ArrayBuffer> {
  return new Uint8Array(
    seal(keys.active, placeOf(keys, userId, box, rev), JSON.stringify({ secret })),
  );
}

/** @throws DecryptionError when the box is not of this user, place and revision. */
export function openSecret(
  keys: OwnerKeys,
  userId: string,
  { box, rev, sealed }: { box: SecretBox; rev: bigint; sealed: Uint8Array },
): string {
  const key = keys.ofVersion(boxVersion(sealed));
  const json = open(key, placeOf(keys, userId, box, rev), sealed).toString("utf8");
  return (JSON.parse(json) as { secret: string }).secret;
}

function placeOf(keys: OwnerKeys, userId: string, box: SecretBox, rev: bigint): Place {
  return {
    table: "totp_credentials",
    box,
    ownerId: keys.ownerId,
    rowId: uuidToBytes(userId),
    rev: Number(rev),
  };
}
