import QRCode from "qrcode";
import { AppError } from "../../contract/errors.ts";
import { isDuplicate } from "../../lib/database-errors.ts";
import { recordEvents } from "../../platform/audit.ts";
import { inTransaction, type PlatformQueries } from "../../platform/client.ts";
import { asSystem } from "../../platform/tenancy.ts";
import { holdInTenant } from "../../platform/tenants.ts";
import { lockUsers } from "../../platform/users.ts";
import type { OwnerKeys } from "../../vault/key-service.ts";
import type { Caller } from "../auth/authenticate.ts";
import type { AuthDeps } from "../auth/deps.ts";
import { eventFrom, type From } from "../auth/from.ts";
import { assertBegunFresh, assertSessionLives, proveNewFactor } from "../auth/sessions.ts";
import { tell } from "../auth/tell.ts";
import { assertFactorLeft } from "../auth/ways-in.ts";
import { forgetFactorFailures } from "./attempts.ts";
import { makeRecoveryCodes, replaceRecoveryCodes } from "./recovery-codes.ts";
import { newSecret, openSecret, otpauthUrl, sealSecret, stepOf } from "./totp.ts";
import { forgetTrustedDevices } from "./trusted-devices.ts";

/** How long a secret waits for its first code. */
const PENDING_MS = 10 * 60_000;

type Deps = Pick<
  AuthDeps,
  "platform" | "keys" | "passwords" | "limits" | "sessions" | "send" | "logger" | "clock"
>;

/** A secret as it is handed to an authenticator app. */
export interface Enrolment {
  readonly secret: string;
  readonly otpauthUrl: string;
  readonly qrSvg: string;
}

/**
 * Makes a secret that counts once a code of it has come back. Until then the one before it goes on, which nobody is ever
 * told again (CVE-2026-44460).
 *
 * @throws AppError `conflict` when another enrolment came in between, `session_revoked` when the session has ended
 * meanwhile, `vault_unavailable`.
 */
export async function enrollTotp(
  deps: Deps,
  { user, sessionId }: Pick<Caller, "user" | "sessionId">,
  from: From,
): Promise<Enrolment> {
  const { id: userId } = user;
  const keys = await keysOf(deps, userId, from);
  const secret = newSecret();
  const now = deps.clock();
  await asSystem(() =>
    inTransaction(deps.platform, async (tx) => {
      const tenantId = await holdInTenant(tx, userId);
      await assertSessionLives(tx, { id: sessionId, userId }, now);
      const current = await tx.totpCredential.findUnique({ where: { userId } });
      const rev = (current?.rev ?? 0n) + 1n;
      const pending = sealSecret(keys, userId, { box: "pending", rev, secret });
      if (current === null) {
        const data = { userId, tenantId, rev, pending, pendingAt: now };
        await tx.totpCredential.create({ data });
      } else {
        const sealed = current.sealed && resealed(keys, userId, current.rev, current.sealed, rev);
        const { count } = await tx.totpCredential.updateMany({
          where: { userId, rev: current.rev },
          data: { rev, sealed, pending, pendingAt: now },
        });
        if (count !== 1) throw new AppError("conflict");
      }
      await recordEvents(tx, [eventFrom(from, user, "mfa.enrolled")], now);
    }),
  ).catch((error: unknown) => {
    throw isDuplicate(error) ? new AppError("conflict", { cause: error }) : error;
  });
  const url = otpauthUrl(user.email, secret);
  const qrSvg = await QRCode.toString(url, { type: "svg", errorCorrectionLevel: "M", margin: 2 });
  return { secret, otpauthUrl: url, qrSvg };
}

/** The secret in use, at the revision that its row gets. */
function resealed(
  keys: OwnerKeys,
  userId: string,
  before: bigint,
  sealed: Uint8Array,
  rev: bigint,
) {
  const secret = openSecret(keys, userId, { box: "sealed", rev: before, sealed });
  return sealSecret(keys, userId, { box: "sealed", rev, secret });
}

/**
 * Turns the second factor on, or another secret of it, once `code` shows that an app has the secret. This session has
 * proven two factors by it; what the others have proven is fresh no more, since it was one factor. The code is used up.
 *
 * @returns ten new recovery codes, in the place of any that there were.
 * @throws AppError `not_found` when no enrolment is under way, `mfa_invalid_code`, `mfa_code_already_used`,
 * `too_many_attempts`, `vault_unavailable`, `overloaded`, `session_revoked`, `reauth_required` when what was proven counts
 * no more.
 */
export async function confirmTotp(
  deps: Deps,
  { user, sessionId }: Pick<Caller, "user" | "sessionId">,
  code: string,
  from: From,
): Promise<string[]> {
  const { id: userId } = user;
  const now = deps.clock();
  const { isExceeded, resetSeconds } = await deps.limits.enrolments.use(userId);
  if (isExceeded) throw new AppError("too_many_attempts", { retryAfterSeconds: resetSeconds });
  const current = await asSystem(() =>
    deps.platform.totpCredential.findUnique({ where: { userId } }),
  );
  const { rev = 0n, pending = null, pendingAt = null } = current ?? {};
  if (pending === null || pendingAt === null || now.getTime() - pendingAt.getTime() > PENDING_MS) {
    throw new AppError("not_found", {
      detail:
        "No secret waits for its first code, or it waited for more than ten minutes. Begin again.",
    });
  }
  const keys = await keysOf(deps, userId, from);
  const secret = openSecret(keys, userId, { box: "pending", rev, sealed: pending });
  const step = stepOf(secret, code, now);
  if (step === null) {
    const failed = eventFrom(from, user, "mfa.failed", { outcome: "failure" });
    await asSystem(() => recordEvents(deps.platform, [failed], now));
    throw new AppError("mfa_invalid_code");
  }
  const { codes, hashed } = await makeRecoveryCodes(deps.passwords);
  await asSystem(() =>
    inTransaction(deps.platform, async (tx) => {
      await lockUsers(tx, [userId]);
      await assertBegunFresh(tx, { id: sessionId, userId }, pendingAt, now);
      const sealed = sealSecret(keys, userId, { box: "sealed", rev: rev + 1n, secret });
      const { count } = await tx.totpCredential.updateMany({
        where: { userId, rev, pending: { not: null } },
        data: {
          rev: rev + 1n,
          sealed,
          pending: null,
          pendingAt: null,
          confirmedAt: now,
          lastStep: step,
        },
      });
      if (count !== 1) throw new AppError("mfa_code_already_used");
      await replaceRecoveryCodes(tx, user, hashed, now);
      await forgetTrustedDevices(tx, userId);
      await proveNewFactor(tx, { id: sessionId, userId }, ["otp"], now);
      const events = ["mfa.confirmed", "recovery.generated"];
      await recordEvents(
        tx,
        events.map((action) => eventFrom(from, user, action)),
        now,
      );
    }),
  );
  await deps.sessions.evict({ userId });
  await deps.limits.enrolments.reset(userId);
  // Those were guesses at another secret.
  await forgetFactorFailures(deps, userId);
  tell(deps, user, from, (letters, whence) => letters.secondFactorOn(whence));
  return codes;
}

/**
 * Turns the second factor off, and forgets the recovery codes and the trusted devices with it.
 *
 * @throws AppError `not_found` when it is off; `mfa_required_by_policy` when two factors are asked of the user and no
 * passkey is left.
 */
export async function disableTotp(
  deps: Deps,
  { user }: Pick<Caller, "user">,
  from: From,
): Promise<void> {
  const { id: userId } = user;
  const now = deps.clock();
  await asSystem(() =>
    inTransaction(deps.platform, async (tx) => {
      await lockUsers(tx, [userId]);
      const { count } = await tx.totpCredential.deleteMany({
        where: { userId, confirmedAt: { not: null } },
      });
      if (count !== 1) throw new AppError("not_found");
      await assertFactorLeft(tx, user);
      await replaceRecoveryCodes(tx, user, [], now);
      await forgetTrustedDevices(tx, userId);
      await recordEvents(tx, [eventFrom(from, user, "mfa.disabled")], now);
    }),
  );
  tell(deps, user, from, (letters, whence) => letters.secondFactorOff(whence));
}

/**
 * Makes new recovery codes in the place of all that there were.
 *
 * @throws AppError `not_found` while there is no second factor that they could stand in for; `overloaded`.
 */
export async function remakeRecoveryCodes(
  deps: Deps,
  { user }: Pick<Caller, "user">,
  from: From,
): Promise<string[]> {
  const now = deps.clock();
  const isOn = { userId: user.id, confirmedAt: { not: null } };
  const assertOn = async (db: PlatformQueries) => {
    if ((await db.totpCredential.count({ where: isOn })) === 1) return;
    throw new AppError("not_found", { detail: "Two-factor sign-in is off." });
  };
  await asSystem(() => assertOn(deps.platform));
  const { codes, hashed } = await makeRecoveryCodes(deps.passwords);
  await asSystem(() =>
    inTransaction(deps.platform, async (tx) => {
      await assertOn(tx);
      await replaceRecoveryCodes(tx, user, hashed, now);
      await recordEvents(tx, [eventFrom(from, user, "recovery.generated")], now);
    }),
  );
  tell(deps, user, from, (letters, whence) => letters.recoveryCodesMade(whence));
  return codes;
}

function keysOf({ keys }: Pick<AuthDeps, "keys">, userId: string, from: From): Promise<OwnerKeys> {
  return keys.openKeys(userId, {
    actor: "user",
    purpose: from.route,
    requestId: from.requestId,
  });
}
