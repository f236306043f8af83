import { AppError } from "../../contract/errors.ts";
import { isEqual } from "../../crypto/digest.ts";
import { recordEvents } from "../../platform/audit.ts";
import { inTransaction, type PlatformQueries } from "../../platform/client.ts";
import { asSystem } from "../../platform/tenancy.ts";
import type { AuthDeps } from "../auth/deps.ts";
import { eventFrom, type From } from "../auth/from.ts";
import type { Assertion } from "./contract.ts";
import { credentialHash } from "./passkeys.ts";
import type { RelyingParty } from "./relying-party.ts";
import { verifyAssertion, type PasskeyAmr, type Signature } from "./webauthn.ts";

type Deps = Pick<AuthDeps, "platform" | "logger" | "clock">;

/** Whose passkey signed, and what that proves. */
export interface Signer {
  readonly userId: string;
  readonly amr: PasskeyAmr;
}

/** For whom, and by whom, it is to have signed. */
interface Expected {
  readonly party: RelyingParty;
  /** Null when signing in, where the passkey says whose it is. */
  readonly owner: { readonly id: string; readonly tenantId: string } | null;
  readonly from: From;
}

/**
 * Verifies what a passkey signed, and does `work` in the transaction that notes its use: all of it happens, or nothing.
 * Whoever calls has taken the challenge. Whatever is wrong, the answer is the same.
 *
 * @throws AppError `passkey_refused`.
 */
export async function withPasskey<T>(
  deps: Deps,
  credential: Assertion,
  { party, owner, from }: Expected,
  work: (tx: PlatformQueries, signer: Signer) => Promise<T>,
): Promise<T> {
  const { platform } = deps;
  const now = deps.clock();
  const where = { credentialHash: credentialHash(credential.id) };
  const row = await asSystem(() => platform.passkey.findUnique({ where, include: { user: true } }));
  const isTheirs = row !== null && isOf(row.user, credential, owner);
  const signature = isTheirs ? await verifyAssertion(party, row, credential) : null;
  if (row === null || signature === null) {
    const subject = owner ?? row?.user;
    if (subject !== undefined) {
      const [action, actor] =
        owner === null
          ? (["login.failed", "anonymous"] as const)
          : (["reauth.failed", "user"] as const);
      const failed = eventFrom(from, subject, action, { outcome: "failure", actor });
      await asSystem(() => recordEvents(platform, [failed], now));
    }
    throw new AppError("passkey_refused");
  }
  const { id: target, user } = row;
  const { isBehind, result } = await asSystem(() =>
    inTransaction(platform, async (tx) => {
      const isBehind = await noteUse(tx, row, signature, now);
      const events = [eventFrom(from, user, "passkey.used", { target })];
      if (isBehind) {
        events.push(eventFrom(from, user, "passkey.regressed", { target, outcome: "failure" }));
      }
      await recordEvents(tx, events, now);
      return { isBehind, result: await work(tx, { userId: user.id, amr: signature.amr }) };
    }),
  );
  if (isBehind) {
    const alert = "the counter of a passkey did not go on: somebody may have a copy of it";
    deps.logger.warn({ userId: user.id }, alert);
  }
  return result;
}

/** Whether a credential is of whom it says, and of whom it is to be. */
function isOf(
  user: { readonly id: string; readonly passkeyHandle: Uint8Array | null },
  { response: { userHandle } }: Assertion,
  owner: { readonly id: string } | null,
): boolean {
  if (owner !== null && owner.id !== user.id) return false;
  // Who was named by the server need not be named by the authenticator (WebAuthn Level 3 §7.2, step 6).
  if (userHandle === undefined) return owner !== null;
  const handle = Buffer.from(userHandle, "base64url");
  return user.passkeyHandle !== null && isEqual(user.passkeyHandle, handle);
}

/**
 * Keeps the highest counter that was seen, so that a copy that stays behind is noticed each time. It is not locked out:
 * authenticators count badly, and the owner would be the one who stands before the door.
 *
 * @returns whether it stayed behind. Those that never count are not expected to.
 * @throws AppError `passkey_refused` when it has been removed meanwhile.
 */
async function noteUse(
  tx: PlatformQueries,
  { id, counter: before }: { readonly id: string; readonly counter: bigint },
  { counter, isBackedUp }: Signature,
  now: Date,
): Promise<boolean> {
  const noted = await tx.passkey.updateMany({
    where: { id },
    data: { lastUsedAt: now, isBackedUp },
  });
  if (noted.count !== 1) throw new AppError("passkey_refused");
  if (counter === 0 && before === 0n) return false;
  const counted = await tx.passkey.updateMany({
    where: { id, counter: { lt: counter } },
    data: { counter },
  });
  return counted.count === 0;
}
