import type * as z from "zod";
import { AppError } from "../../contract/errors.ts";
import { randomUUID } from "../../crypto/random.ts";
import { recordEvents } from "../../platform/audit.ts";
import { inTransaction, type PlatformQueries } from "../../platform/client.ts";
import { asSystem } from "../../platform/tenancy.ts";
import { holdInTenant } from "../../platform/tenants.ts";
import { lockUsers } from "../../platform/users.ts";
import type { Caller } from "../auth/authenticate.ts";
import type { AuthDeps } from "../auth/deps.ts";
import { eventFrom, type From } from "../auth/from.ts";
import { assertSessionLives } from "../auth/sessions.ts";
import { tell } from "../auth/tell.ts";
import { MAX_TOKENS, type Token, type tokens } from "./contract.ts";
import { hintOf, newTokenSecret, tokenHash } from "./format.ts";

const DAY_MS = 86_400_000;

type Deps = Pick<AuthDeps, "platform" | "limits" | "send" | "logger" | "clock">;
type User = Pick<Caller, "user">;

/** The tokens of a user that were not revoked, the newest first. */
export async function listTokens(db: PlatformQueries, { user }: User): Promise<Token[]> {
  const rows = await db.apiToken.findMany({
    where: { userId: user.id, revokedAt: null },
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
  });
  return rows.map(toToken);
}

/**
 * Makes a token, and tells its owner by mail. Its secret is kept by whoever is answered; here its hash is.
 *
 * @throws AppError `conflict` when there are {@link MAX_TOKENS} of them; `session_revoked` when the account is gone, or
 * the session has ended meanwhile: what ends it may not see the token.
 */
export async function createToken(
  deps: Deps,
  { user, sessionId }: Pick<Caller, "user" | "sessionId">,
  { name, scopes, expiresInDays }: z.output<typeof tokens.createToken.body>,
  from: From,
): Promise<Token & { token: string }> {
  const now = deps.clock();
  const token = newTokenSecret();
  const { id: userId } = user;
  const make = async (tx: PlatformQueries) => {
    // Held first, so that of several that come at once each counts the ones before.
    await lockUsers(tx, [userId]);
    await assertSessionLives(tx, { id: sessionId, userId }, now);
    const tenantId = await holdInTenant(tx, userId);
    await tx.apiToken.deleteMany({ where: { userId, NOT: kept(now) } });
    if ((await tx.apiToken.count({ where: { userId } })) >= MAX_TOKENS) {
      const detail = `You have ${MAX_TOKENS} tokens. Revoke one that you do not need.`;
      throw new AppError("conflict", { detail });
    }
    const made = await tx.apiToken.create({
      data: {
        id: randomUUID(),
        tenantId,
        userId,
        name,
        secretHash: tokenHash(token),
        hint: hintOf(token),
        scopes: scopes.join(","),
        createdAt: now,
        expiresAt: new Date(now.getTime() + expiresInDays * DAY_MS),
      },
    });
    await recordEvents(tx, [eventFrom(from, user, "token.created", { target: made.id })], now);
    return made;
  };
  const row = await asSystem(() => inTransaction(deps.platform, make));
  tell(deps, user, from, (letters, whence) => letters.apiTokenMade(name, whence));
  return { ...toToken(row), token };
}

/** @throws AppError `not_found` for a token that is another's, was revoked, or never was. */
export async function revokeToken(
  { platform, clock, sessions }: Pick<AuthDeps, "platform" | "clock" | "sessions">,
  { user }: User,
  id: string,
  from: From,
): Promise<void> {
  const now = clock();
  await inTransaction(platform, async (tx) => {
    const { count } = await tx.apiToken.updateMany({
      where: { id, userId: user.id, revokedAt: null },
      data: { revokedAt: now },
    });
    if (count !== 1) throw new AppError("not_found");
    await recordEvents(tx, [eventFrom(from, user, "token.revoked", { target: id })], now);
  });
  // A token stands where the session does: what is in memory for its searches is wiped.
  await sessions.evict({ sessionId: id });
}

/**
 * Revokes all tokens of a user: when their password is reset, since whoever had their mailbox or their password may have
 * made some; not when they change it, since it is no token's secret. To be called in the transaction of the reset.
 *
 * @returns how many there were.
 */
export async function revokeTokens(
  tx: PlatformQueries,
  userId: string,
  now: Date,
): Promise<number> {
  const { count } = await tx.apiToken.updateMany({
    where: { userId, revokedAt: null },
    data: { revokedAt: now },
  });
  return count;
}

/** Those that were not revoked, and did not expire long ago. */
const kept = (now: Date) => ({
  revokedAt: null,
  expiresAt: { gt: new Date(now.getTime() - 30 * DAY_MS) },
});

function toToken(row: {
  readonly id: string;
  readonly name: string;
  readonly scopes: string;
  readonly hint: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly lastUsedAt: Date | null;
}): Token {
  return {
    ...row,
    scopes: row.scopes.split(","),
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
  };
}
