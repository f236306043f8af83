import { AppError } from "../../contract/errors.ts";
import type { AuthDeps } from "../auth/deps.ts";

/** An attempt at a second factor that was counted as failed before the code was looked at. */
export interface FactorAttempt {
  /** Whether it is the one, if it fails, after which codes of this factor are not taken any more. */
  readonly blocks: boolean;
  /** It was right. */
  readonly succeeded: () => Promise<void>;
  /** It came to no verdict. */
  readonly undone: () => Promise<void>;
}

type Method = "totp" | "recovery";

/**
 * Counts an attempt at a second factor, apart from those at the other one and at passwords: only who has proved a first
 * factor gets here. After ten wrong codes the account waits, longer each time; after a hundred in a row codes of this
 * factor are not taken at all, until another way of proving two factors has succeeded (NIST SP 800-63B-4 §3.2.2).
 *
 * @throws AppError `too_many_attempts`, whether the code is right or not.
 */
export async function countFactorAttempt(
  { limits, clock }: Pick<AuthDeps, "limits" | "clock">,
  userId: string,
  method: Method,
): Promise<FactorAttempt> {
  const { factorFailures, factorFailuresInARow } = limits;
  const now = clock();
  const key = `${method}:${userId}`;
  if ((await factorFailuresInARow.look(key, now)) > 0) throw closed(method);
  const attempt = await factorFailures.count(key, now);
  if (attempt.waitSeconds > 0) {
    throw new AppError("too_many_attempts", { retryAfterSeconds: attempt.waitSeconds });
  }
  const inARow = await factorFailuresInARow.count(key, now);
  if (inARow.waitSeconds > 0) {
    await factorFailures.giveBack(key, attempt);
    throw closed(method);
  }
  return {
    blocks: inARow.begins,
    succeeded: async () => {
      // The waits stay that somebody else has come to who goes on guessing meanwhile.
      await factorFailures.giveBack(key, attempt);
      await forgetFactorFailures({ limits }, userId);
    },
    undone: async () => {
      await factorFailures.giveBack(key, attempt);
      await factorFailuresInARow.giveBack(key, inARow);
    },
  };
}

/** Begins the rows of failures anew, of somebody who has proven two factors. */
export async function forgetFactorFailures(
  { limits }: Pick<AuthDeps, "limits">,
  userId: string,
): Promise<void> {
  await limits.factorFailuresInARow.forget(`totp:${userId}`);
  await limits.factorFailuresInARow.forget(`recovery:${userId}`);
}

const closed = (method: Method) =>
  new AppError("too_many_attempts", {
    detail:
      method === "totp"
        ? "There were a hundred wrong codes, so codes of the app are not taken any more. A recovery code or a passkey gets you in, and has them taken again."
        : "There were a hundred wrong codes, so recovery codes are not taken any more. A code of the app or a passkey gets you in, and has them taken again.",
  });
