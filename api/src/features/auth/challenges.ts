import type * as z from "zod";
import { AppError, type ErrorCode } from "../../contract/errors.ts";
import { isEqual, sha256 } from "../../crypto/digest.ts";
import { randomBytes } from "../../crypto/random.ts";
import type { Execute } from "../../lib/database.ts";
import type { Platform, PlatformQueries } from "../../platform/client.ts";
import { insertChallenge } from "../../platform/sign-in-statement.ts";
import { asSystem } from "../../platform/tenancy.ts";

const SELECTOR_BYTES = 8;
const SECRET_BYTES = 24;

/** A step on the way in that waits for the next one. */
export interface Pending<T> {
  /** Null when it is not yet known who it is. */
  readonly userId: string | null;
  readonly payload: T;
}

interface Asked {
  readonly token: string;
  /** The value of the cookie that the browser was given when it began, where the step is bound to one. */
  readonly browser?: string | undefined;
  readonly now: Date;
}

export interface Challenges<T> {
  /** @returns the token by which the next step comes back: `selector 8 | secret 24`, as base64url. */
  create(
    execute: Execute,
    step: Pending<T> & { readonly browser?: string; readonly now: Date },
  ): Promise<string>;
  /** Tells what it is about, whichever browser asks: proves nothing, and uses nothing up. @throws AppError `expired`. */
  look(platform: Platform, asked: Omit<Asked, "browser">): Promise<Pending<T>>;
  /** Counts a try, and tells what it is about. @throws AppError `expired` when it is over or was tried too often. */
  attempt(platform: Platform, asked: Asked): Promise<Pending<T>>;
  /** Uses it up: of two that come at once one succeeds. @throws AppError `expired`. */
  take(db: PlatformQueries, asked: Asked): Promise<Pending<T>>;
}

/**
 * One kind of short-lived step. Kept in the database, so that an outage of Redis locks nobody out and a restart forgets
 * nothing that was used.
 */
export function challenges<T>(kind: {
  readonly name:
    | "second_factor"
    | "passkey_registration"
    | "passkey_sign_in"
    | "oauth"
    | "oauth_callback"
    | "oauth_link";
  readonly payload: z.ZodType<T>;
  readonly seconds: number;
  /** Of its token, 24 unless said otherwise. */
  readonly secretBytes?: number;
  readonly maxAttempts: number;
  /** What is answered to whoever comes too late, or with what was never given out. */
  readonly expired: ErrorCode;
}): Challenges<T> {
  const { name, payload, seconds, maxAttempts, expired, secretBytes = SECRET_BYTES } = kind;

  const find = async (db: PlatformQueries, { token, now }: Asked) => {
    const bytes = Buffer.from(token, "base64url");
    const selector = new Uint8Array(bytes.subarray(0, SELECTOR_BYTES));
    const found = await db.authChallenge.findUnique({ where: { selector } });
    const isRight =
      found?.kind === name &&
      found.expiresAt > now &&
      isEqual(found.secretHash, sha256(bytes.subarray(SELECTOR_BYTES)));
    if (!isRight) throw new AppError(expired);
    return {
      selector,
      browserHash: found.browserHash,
      pending: { userId: found.userId, payload: payload.parse(JSON.parse(found.payload)) },
    };
  };

  const findOwn = async (db: PlatformQueries, asked: Asked) => {
    const { selector, browserHash, pending } = await find(db, asked);
    const isOwn =
      browserHash === null ||
      (asked.browser !== undefined && isEqual(browserHash, sha256(asked.browser)));
    if (!isOwn) throw new AppError(expired);
    return { selector, pending };
  };

  return {
    create: async (execute, step) => {
      const selector = randomBytes(SELECTOR_BYTES);
      const secret = randomBytes(secretBytes);
      await insertChallenge(execute, {
        selector,
        kind: name,
        secretHash: sha256(secret),
        userId: step.userId,
        browserHash: step.browser === undefined ? null : sha256(step.browser),
        payload: JSON.stringify(step.payload),
        createdAt: step.now,
        expiresAt: new Date(step.now.getTime() + seconds * 1000),
      });
      return Buffer.concat([selector, secret]).toString("base64url");
    },
    look: (platform, asked) => asSystem(async () => (await find(platform, asked)).pending),
    attempt: (platform, asked) =>
      asSystem(async () => {
        const { selector, pending } = await findOwn(platform, asked);
        const counted = await platform.authChallenge.updateMany({
          where: { selector, attempts: { lt: maxAttempts } },
          data: { attempts: { increment: 1 } },
        });
        if (counted.count !== 1) throw new AppError(expired);
        return pending;
      }),
    take: (db, asked) =>
      asSystem(async () => {
        const { selector, pending } = await findOwn(db, asked);
        const taken = await db.authChallenge.deleteMany({ where: { selector } });
        if (taken.count !== 1) throw new AppError(expired);
        return pending;
      }),
  };
}

/** Deletes the steps that nobody took. A job calls it. */
export async function deleteExpiredChallenges(platform: Platform, now: Date): Promise<void> {
  await asSystem(() => platform.authChallenge.deleteMany({ where: { expiresAt: { lte: now } } }));
}
