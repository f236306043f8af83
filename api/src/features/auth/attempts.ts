import { AppError } from "../../contract/errors.ts";
import type { CountedAttempt, Lockout } from "../../lib/lockout.ts";
import type { AuthDeps } from "./deps.ts";

/** An attempt at a password that was counted as failed before the password was looked at. */
export interface PasswordAttempt {
  /** Whether it is the one, if it fails, from which on strangers have to wait. */
  readonly guards: boolean;
  /** Whether it is the one, if it fails, after which the password is not taken any more. */
  readonly blocks: boolean;
  /** It was right: of this account's failures those are forgotten that were the owner's own. */
  readonly succeeded: () => Promise<void>;
  /** It came to no verdict. */
  readonly undone: () => Promise<void>;
  /** It was wrong. */
  readonly failed: () => Promise<void>;
}

/** Who tries to sign in, as far as it is known before the password is looked at. */
export interface Attempted {
  readonly email: string;
  /** What the client is counted by. */
  readonly client: string;
  /** By what this browser is counted apart from strangers, when the owner has proved before that it is theirs. */
  readonly device: string | null;
}

/**
 * Counts an attempt, in the layers that stop it when there were too many:
 *
 * - those of one client, at whichever accounts;
 * - those of one client at one account, after which it waits, longer each time;
 * - those of all strangers at one account, after which strangers wait. The owner does not: what comes from a browser
 *   that they have signed in from is counted by itself, and by nothing that a stranger can add to;
 * - those in a row, after which the password is blocked until it is set anew by mail.
 *
 * Whoever has to wait learns so before and regardless of the password, and whether or not there is such an account. An
 * attempt counts from the moment it begins, so that many at once cannot be more than the rules let by (CVE-2024-1722).
 * Only of one client's at whichever accounts those count that have failed: many people may sign in from behind one
 * address at the same moment. As many more get by as there are under way, which the limit of the route bounds.
 *
 * @throws AppError `too_many_attempts`.
 */
export async function countAttempt(
  { limits, clock }: Pick<AuthDeps, "limits" | "clock">,
  { email, client, device }: Attempted,
): Promise<PasswordAttempt> {
  const now = clock();
  const account = limits.keyOf(email);
  const fromHere = limits.keyOf(email, client);
  const counted: { lockout: Lockout; key: string; attempt: CountedAttempt }[] = [];
  const giveBack = async () => {
    await Promise.all(counted.map(({ lockout, key, attempt }) => lockout.giveBack(key, attempt)));
  };
  const count = async (lockout: Lockout, key: string) => {
    const attempt = await lockout.count(key, now);
    if (attempt.waitSeconds > 0) {
      await giveBack();
      throw tooMany(attempt.waitSeconds);
    }
    counted.push({ lockout, key, attempt });
    return attempt;
  };

  let guards = false;
  if (device === null) {
    const waits = await Promise.all([
      limits.clientFailures.look(client, now),
      limits.strangersFailures.look(account, now),
      limits.failures.look(fromHere, now),
    ]);
    const waitSeconds = Math.max(...waits);
    if (waitSeconds > 0) throw tooMany(waitSeconds);
    await count(limits.failures, fromHere);
    guards = (await count(limits.strangersFailures, account)).begins;
  } else {
    await count(limits.deviceFailures, limits.keyOf(email, `device:${device}`));
  }
  const blocks = (await count(limits.failuresInARow, account)).begins;

  return {
    guards,
    blocks,
    succeeded: async () => {
      // What is forgotten need not be given back.
      await Promise.all(
        counted.map(({ lockout, key, attempt }) =>
          lockout === limits.strangersFailures
            ? lockout.giveBack(key, attempt)
            : lockout.forget(key),
        ),
      );
    },
    undone: giveBack,
    failed: async () => {
      if (device === null) await limits.clientFailures.count(client, now);
    },
  };
}

const tooMany = (retryAfterSeconds: number) =>
  new AppError("too_many_attempts", { retryAfterSeconds });
