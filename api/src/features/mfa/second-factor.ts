import { AppError } from "../../contract/errors.ts";
import { recordEvents, type AuditEvent } from "../../platform/audit.ts";
import { inTransaction, type PlatformQueries } from "../../platform/client.ts";
import { asSystem } from "../../platform/tenancy.ts";
import { lockUsers } from "../../platform/users.ts";
import type { AuthDeps } from "../auth/deps.ts";
import { eventFrom, type From } from "../auth/from.ts";
import { recoveryCodeUsed, tell } from "../auth/tell.ts";
import { countFactorAttempt } from "./attempts.ts";
import { countRecoveryCodes, findRecoveryCode, useRecoveryCode } from "./recovery-codes.ts";
import { openSecret, stepOf } from "./totp.ts";

export interface SecondFactorAnswer {
  readonly method: "totp" | "recovery";
  /** As it was typed. */
  readonly code: string;
}

/** Six digits are a code of the app, anything else one that was written down. */
export const answerOf = (code: string): SecondFactorAnswer => ({
  method: /^\d{3}\s?\d{3}$/.test(code.trim()) ? "totp" : "recovery",
  code,
});

/** Whoever answers: somebody who has proved one factor already. */
export interface FactorUser {
  readonly id: string;
  readonly tenantId: string;
  readonly email: string;
  readonly locale: string;
  readonly timeZone: string;
}

/** What the answer proves, in words of RFC 8176, or `rcv` of our own for a recovery code. */
export type FactorAmr = "otp" | "rcv";

type Deps = Pick<
  AuthDeps,
  "platform" | "keys" | "passwords" | "limits" | "send" | "logger" | "clock"
>;

/**
 * Checks a second factor and uses it up. An attempt is counted before the code is looked at, per account and factor and
 * apart from those at passwords: only who has proved a first factor gets here.
 *
 * @throws AppError `mfa_invalid_code`, `mfa_code_already_used`, `too_many_attempts`, and for `totp` `vault_unavailable`
 * while the keys cannot be reached. A recovery code needs no key.
 */
export async function verifySecondFactor(
  deps: Deps,
  user: FactorUser,
  answer: SecondFactorAnswer,
  from: From,
): Promise<FactorAmr> {
  return withSecondFactor(deps, user, answer, from, (_tx, amr) => Promise.resolve(amr));
}

/**
 * {@link verifySecondFactor}, with `work` in the transaction that uses the code up: all of it happens, or nothing. The
 * user's row is locked before anything is read there.
 */
export async function withSecondFactor<T>(
  deps: Deps,
  user: FactorUser,
  answer: SecondFactorAnswer,
  from: From,
  work: (tx: PlatformQueries, amr: FactorAmr) => Promise<T>,
): Promise<T> {
  const now = deps.clock();
  const event = (action: string, outcome: AuditEvent["outcome"] = "success") =>
    eventFrom(from, user, action, { outcome });
  const record = (refused: AuditEvent) =>
    asSystem(() => recordEvents(deps.platform, [refused], now));

  const attempt = await countFactorAttempt(deps, user.id, answer.method).catch(
    async (error: unknown) => {
      await record(event("mfa.failed", "denied"));
      throw error;
    },
  );
  const proven = await check(deps, user, answer, from, now).catch(async (error: unknown) => {
    await attempt.undone();
    throw error;
  });
  if (proven === null) {
    await record(event("mfa.failed", "failure"));
    if (attempt.blocks) await record(event("mfa.blocked", "denied"));
    // Once a day, however few are tried at each question.
    const { isExceeded, remaining } = await deps.limits.factorAlarms.use(user.id);
    if (!isExceeded && remaining === 0) {
      tell(deps, user, from, (letters, whence) => letters.secondFactorGuessed(whence));
    }
    throw new AppError("mfa_invalid_code", answer.method === "totp" ? { detail: CLOCK_HINT } : {});
  }
  const { amr, use } = proven;
  try {
    const { result, codesLeft } = await asSystem(() =>
      inTransaction(deps.platform, async (tx) => {
        await lockUsers(tx, [user.id]);
        if (!(await use(tx))) throw new AppError("mfa_code_already_used");
        await recordEvents(tx, [event(amr === "otp" ? "mfa.succeeded" : "recovery.used")], now);
        const codesLeft = amr === "rcv" ? await countRecoveryCodes(tx, user.id) : null;
        return { codesLeft, result: await work(tx, amr) };
      }),
    );
    await attempt.succeeded();
    if (codesLeft !== null) tell(deps, user, from, recoveryCodeUsed(codesLeft));
    return result;
  } catch (error) {
    if (error instanceof AppError && error.code === "mfa_code_already_used") {
      await record(event("mfa.replayed", "denied"));
    } else {
      await attempt.undone();
    }
    throw error;
  }
}

const CLOCK_HINT =
  "That code is not right. Codes depend on the clock of the device that shows them: set it to the network's time, and take the newest code.";

interface Proven {
  readonly amr: FactorAmr;
  /** Uses it up by compare-and-swap. Resolves to whether it was this call that did. */
  readonly use: (tx: PlatformQueries) => Promise<boolean>;
}

async function check(
  deps: Deps,
  user: FactorUser,
  { method, code }: SecondFactorAnswer,
  from: From,
  now: Date,
): Promise<Proven | null> {
  const { platform, passwords } = deps;
  const userId = user.id;
  if (method === "recovery") {
    const found = await asSystem(() => findRecoveryCode(platform, passwords, userId, code));
    return found && { amr: "rcv", use: (tx) => useRecoveryCode(tx, userId, found, now) };
  }
  const credential = await asSystem(() =>
    platform.totpCredential.findUnique({ where: { userId } }),
  );
  const sealed = credential?.sealed ?? null;
  if (credential === null || sealed === null) return null;
  const { rev } = credential;
  const keyUse = { actor: "user", purpose: from.route, requestId: from.requestId } as const;
  const keys = await deps.keys.openKeys(userId, keyUse);
  const step = stepOf(openSecret(keys, userId, { box: "sealed", rev, sealed }), code, now);
  if (step === null) return null;
  return { amr: "otp", use: (tx) => useStep(tx, userId, rev, step) };
}

/** Burns a time step: no code of it, or of one before it, is taken again. */
async function useStep(
  tx: PlatformQueries,
  userId: string,
  rev: bigint,
  step: number,
): Promise<boolean> {
  const { count } = await tx.totpCredential.updateMany({
    // At the revision it was checked at: the secret may have been replaced meanwhile.
    where: { userId, rev, OR: [{ lastStep: null }, { lastStep: { lt: step } }] },
    data: { lastStep: step },
  });
  return count === 1;
}
