import { AppError } from "../../contract/errors.ts";
import { boxVersion, open, seal } from "../../crypto/box.ts";
import { randomUUID } from "../../crypto/random.ts";
import { isDuplicate } from "../../lib/database-errors.ts";
import { uuidToBytes } from "../../lib/ids.ts";
import { recordEvents } from "../../platform/audit.ts";
import { inTransaction, type PlatformQueries } from "../../platform/client.ts";
import { asSystem } from "../../platform/tenancy.ts";
import { holdInTenant } from "../../platform/tenants.ts";
import { lockUsers } from "../../platform/users.ts";
import type { KeyUse, OwnerKeys } from "../../vault/key-service.ts";
import type { AuthDeps } from "../auth/deps.ts";
import { eventFrom, type From } from "../auth/from.ts";
import { assertBegunFresh } from "../auth/sessions.ts";
import { tell } from "../auth/tell.ts";
import { assertAnotherWayIn } from "../auth/ways-in.ts";
import type { Linked } from "./contract.ts";
import { identityHash, type Identity } from "./identity.ts";
import { JOURNEY_SECONDS, links } from "./steps.ts";

interface Owner {
  readonly id: string;
  readonly tenantId: string;
}

/** The user as their mails and lists need them. */
interface Reader extends Owner {
  readonly email: string;
  readonly locale: string;
  readonly timeZone: string;
}

/** Whoever connects an identity, and the session that they do it in. */
interface Linker {
  readonly user: Reader;
  readonly sessionId: string;
}

type Row = Omit<Linked, "label" | "createdAt" | "lastUsedAt" | "provider"> & {
  readonly provider: string;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
};

function toLinked({ providers }: AuthDeps, row: Row): Linked {
  const provider = row.provider as Linked["provider"];
  return {
    id: row.id,
    provider,
    label: providers.get(provider)?.label ?? provider,
    email: row.email,
    createdAt: row.createdAt.toISOString(),
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
  };
}

/** The identities that can sign a user in, oldest first. */
export async function listAccounts(deps: AuthDeps, userId: string): Promise<{ items: Linked[] }> {
  const rows = await deps.platform.oauthAccount.findMany({
    where: { userId },
    orderBy: { createdAt: "asc" },
  });
  return { items: rows.map((row) => toLinked(deps, row)) };
}

/**
 * Connects an identity with a user, in the transaction that proved both.
 *
 * @throws an error that `isDuplicate` knows when somebody has it.
 */
export async function insertAccount(
  tx: PlatformQueries,
  user: Owner,
  identity: Identity,
  { from, now }: { readonly from: From; readonly now: Date },
) {
  const { provider, issuer, subject, email } = identity;
  const row = await tx.oauthAccount.create({
    data: {
      id: randomUUID(),
      tenantId: await holdInTenant(tx, user.id),
      userId: user.id,
      provider,
      identity: identityHash(identity),
      issuer,
      subject,
      email,
      createdAt: now,
    },
  });
  await recordEvents(tx, [eventFrom(from, user, "oauth.linked", { target: row.id })], now);
  return row;
}

/**
 * Connects an identity with the account of somebody who is signed in, and tells them by mail.
 *
 * @throws AppError `identity_already_linked` when it is another's; `session_revoked` when the session has ended meanwhile;
 * `reauth_required` when what was proven there counts no more.
 */
export async function linkAccount(
  deps: AuthDeps,
  { user, sessionId }: Linker,
  identity: Identity,
  from: From,
): Promise<Linked> {
  const now = deps.clock();
  const where = { identity: identityHash(identity) };
  const find = () => asSystem(() => deps.platform.oauthAccount.findUnique({ where }));
  const insert = () =>
    asSystem(() =>
      inTransaction(deps.platform, async (tx) => {
        await lockUsers(tx, [user.id]);
        const begunAt = new Date(now.getTime() - JOURNEY_SECONDS * 1000);
        await assertBegunFresh(tx, { id: sessionId, userId: user.id }, begunAt, now);
        return insertAccount(tx, user, identity, { from, now });
      }),
    );
  let row = await find();
  if (row === null) {
    try {
      const made = await insert();
      const names = namesOf(deps, made);
      tell(deps, user, from, (letters, whence) => letters.providerLinked(...names, whence));
      return toLinked(deps, made);
    } catch (error) {
      if (!isDuplicate(error)) throw error;
      row = await find();
    }
  }
  if (row?.userId !== user.id) {
    await recordRefusal(deps, user, from);
    throw new AppError("identity_already_linked");
  }
  return toLinked(deps, row);
}

/**
 * Connects the identity that a browser came back with, when its address had an account: this one.
 *
 * @param token - The value of the browser's cookie.
 * @throws AppError `gone` when it is over, or waits for another account; `identity_already_linked`.
 */
export async function confirmLink(
  deps: AuthDeps,
  linker: Linker,
  token: string | undefined,
  from: From,
): Promise<Linked> {
  const { user } = linker;
  const now = deps.clock();
  const pending = await links.take(deps.platform, { token: token ?? "", now });
  if (pending.payload.for !== "link" || pending.userId !== user.id) {
    await recordRefusal(deps, user, from);
    throw new AppError("gone");
  }
  return linkAccount(deps, linker, pending.payload.identity, from);
}

async function recordRefusal(deps: AuthDeps, user: Owner, from: From): Promise<void> {
  const event = eventFrom(from, user, "oauth.link_refused", { outcome: "denied" });
  await asSystem(() => recordEvents(deps.platform, [event], deps.clock()));
}

/**
 * Disconnects an identity. Apple is told that its token is not needed any more, and that it cannot be told is no fault.
 *
 * @throws AppError `not_found`, `last_sign_in_method`.
 */
export async function unlinkAccount(
  deps: AuthDeps,
  user: Reader,
  id: string,
  from: From,
): Promise<void> {
  const now = deps.clock();
  const revoke = await revocationOf(deps, user.id, useFrom(from), id);
  const row = await inTransaction(deps.platform, async (tx) => {
    const providers = [...deps.providers.keys()];
    await assertAnotherWayIn(tx, user.id, { identity: id }, { providers, now });
    const removed = await tx.oauthAccount.findFirst({ where: { id, userId: user.id } });
    if (removed === null) throw new AppError("not_found");
    await tx.oauthAccount.deleteMany({ where: { id } });
    await recordEvents(tx, [eventFrom(from, user, "oauth.unlinked", { target: id })], now);
    return removed;
  });
  await revoke();
  const names = namesOf(deps, row);
  tell(deps, user, from, (letters, whence) => letters.providerUnlinked(...names, whence));
}

/** What a mail calls an identity: its provider, and its address there. */
function namesOf(
  { providers }: AuthDeps,
  { provider, email }: { readonly provider: string; readonly email: string | null },
): [label: string, identity: string] {
  return [providers.get(provider as Linked["provider"])?.label ?? provider, email ?? "…"];
}

/** Where a refresh token is sealed: under its owner's data key, in its row, at its revision. */
const place = ({ ownerId }: OwnerKeys, id: string, rev: bigint) => ({
  table: "oauth_accounts",
  box: "refresh_sealed",
  ownerId,
  rowId: uuidToBytes(id),
  rev: Number(rev),
});

const useFrom = ({ route, requestId }: From) =>
  ({ actor: "user", purpose: route, requestId }) as const;

/** Keeps the refresh token of an identity, for the day on which it is to be revoked. That it fails keeps nobody out. */
export async function keepRefreshToken(
  deps: AuthDeps,
  identity: Identity,
  refreshToken: string | undefined,
  from: From,
): Promise<void> {
  if (identity.provider !== "apple" || refreshToken === undefined) return;
  try {
    await asSystem(async () => {
      const where = { identity: identityHash(identity) };
      const row = await deps.platform.oauthAccount.findUnique({ where });
      if (row?.refreshSealed !== null) return;
      const keys = await deps.keys.openKeys(row.userId, useFrom(from));
      const rev = row.rev + 1n;
      const box = seal(keys.active, place(keys, row.id, rev), JSON.stringify(refreshToken));
      await deps.platform.oauthAccount.updateMany({
        where: { id: row.id, rev: row.rev },
        data: { rev, refreshSealed: new Uint8Array(box) },
      });
    });
  } catch (error) {
    deps.logger.error({ err: error }, "a provider's token was not kept");
  }
}

/**
 * Opens the refresh tokens of a user while their key is there, to revoke them once the rows are gone.
 *
 * @param id - Of one identity; of all without it.
 * @returns what revokes them; it does not fail.
 */
export async function revocationOf(
  deps: Pick<AuthDeps, "platform" | "keys" | "logger" | "providers">,
  userId: string,
  use: KeyUse,
  id?: string,
): Promise<() => Promise<void>> {
  const failed = (error: unknown) =>
    deps.logger.warn({ err: error, userId }, "a provider's token was not revoked");
  try {
    const where = { userId, refreshSealed: { not: null }, ...(id === undefined ? {} : { id }) };
    const rows = await asSystem(() => deps.platform.oauthAccount.findMany({ where }));
    if (rows.length === 0) return () => Promise.resolve();
    const keys = await deps.keys.openKeys(userId, use);
    const tokens = rows.map(({ id: rowId, rev, refreshSealed, provider }) => {
      const box = refreshSealed ?? new Uint8Array();
      const json = open(keys.ofVersion(boxVersion(box)), place(keys, rowId, rev), box).toString();
      return {
        provider: deps.providers.get(provider as Linked["provider"]),
        token: String(JSON.parse(json)),
      };
    });
    return async () => {
      const revoked = tokens.map(async ({ provider, token }) => provider?.revoke(token));
      for (const outcome of await Promise.allSettled(revoked)) {
        if (outcome.status === "rejected") failed(outcome.reason);
      }
    };
  } catch (error) {
    failed(error);
    return () => Promise.resolve();
  }
}
