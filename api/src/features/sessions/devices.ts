import type * as z from "zod";
import type { Page } from "../../contract/values.ts";
import { AppError } from "../../contract/errors.ts";
import { deviceName } from "../../mails/whence.ts";
import { recordEvents } from "../../platform/audit.ts";
import { inTransaction } from "../../platform/client.ts";
import { asSystem } from "../../platform/tenancy.ts";
import type { Caller } from "../auth/authenticate.ts";
import type { AuthDeps } from "../auth/deps.ts";
import { eventFrom, type From } from "../auth/from.ts";
import { listLiveSessions, revokeSessions } from "../auth/sessions.ts";
import { forgetTrustedDevices } from "../mfa/trusted-devices.ts";
import type { Session } from "./contract.ts";

type Deps = Pick<AuthDeps, "platform" | "sessions" | "clock">;

/** The devices that somebody is signed in on, by names that they recognise. */
export async function listDevices(
  { platform, clock }: Deps,
  { user, sessionId }: Caller,
  { limit, cursor }: z.output<typeof Page>,
): Promise<{ items: Session[]; nextCursor: string | null }> {
  const take = limit + 1;
  const rows = await listLiveSessions(platform, user.id, clock(), { take, cursor });
  const items = rows.slice(0, limit).map((row): Session => {
    const ends = Math.min(row.idleExpiresAt.getTime(), row.absoluteExpiresAt.getTime());
    return {
      id: row.id,
      device: deviceName(row.userAgent, user.locale),
      network: row.network,
      createdAt: row.createdAt.toISOString(),
      lastSeenAt: row.rotatedAt.toISOString(),
      expiresAt: new Date(ends).toISOString(),
      current: row.id === sessionId,
      amr: row.amr.split(","),
      assurance: row.assurance,
      remember: row.remember,
    };
  });
  return { items, nextCursor: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
}

/**
 * Signs one device of somebody out.
 *
 * @throws AppError `not_found` for a session that is another's, over, or never was.
 */
export async function revokeDevice(
  deps: Deps,
  { user }: Caller,
  id: string,
  from: From,
): Promise<void> {
  const now = deps.clock();
  await inTransaction(deps.platform, async (tx) => {
    const count = await revokeSessions(tx, { userId: user.id, only: id }, "revoked", now);
    if (count === 0) throw new AppError("not_found");
    await recordEvents(tx, [eventFrom(from, user, "session.revoked", { target: id })], now);
  });
  await deps.sessions.evict({ sessionId: id });
}

/**
 * Signs somebody out on every device, or on every other, and trusts none any more. Unwrapped keys leave the memory of the
 * server with them.
 */
export async function revokeDevices(
  deps: Deps & { readonly forgetKeys: (userId: string) => Promise<void> },
  { user, sessionId }: Caller,
  { exceptThis }: { readonly exceptThis: boolean },
  from: From,
): Promise<void> {
  const now = deps.clock();
  const which = { userId: user.id, ...(exceptThis ? { except: sessionId } : {}) };
  // All of theirs, also when they move into another tenant at this moment.
  await asSystem(() =>
    inTransaction(deps.platform, async (tx) => {
      await revokeSessions(tx, which, "logout_all", now);
      await forgetTrustedDevices(tx, user.id);
      await recordEvents(tx, [eventFrom(from, user, "sessions.revoked")], now);
    }),
  );
  await Promise.all([deps.sessions.evict({ userId: user.id }), deps.forgetKeys(user.id)]);
}
