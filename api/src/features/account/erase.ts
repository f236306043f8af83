import { AppError } from "../../contract/errors.ts";
import { within } from "../../lib/within.ts";
import type { Database } from "../../lib/database.ts";
import { hex } from "../../lib/ids.ts";
import type { Logger } from "../../lib/logger.ts";
import type { Send } from "../../lib/mail.ts";
import type { Platform } from "../../platform/client.ts";
import {
  deleteErasedStates,
  destroyWraps,
  eraseAccount,
  erasedOwners,
  findReturned,
  listUnfinished,
  listUnproven,
  noteRowsDeleted,
  noteVaultErased,
  requestsOfErasures,
  type Erasure,
  type Reason,
} from "../../platform/erasures.ts";
import {
  deleteErasedRows,
  eraseOwner,
  erasedOwners as ownersErasedInVault,
  unknownErasures,
} from "../../vault/erase.ts";
import { listOwnersWithHead } from "../../vault/rotation/statements.ts";
import type { LiveSessions } from "../auth/live-sessions.ts";
import { assertMayGo } from "../tenants/roles.ts";
import type { Receipt } from "./contract.ts";
import { compose, lettersIn } from "../../mails/compose.ts";

const DAY_MS = 86_400_000;
/** How long an address may be held by a sign-up that nobody has confirmed. */
const UNPROVEN_MS = 7 * DAY_MS;
/** How long an answer waits for the vault and for the mail server. What takes longer goes on without it. */
const PATIENCE_MS = 3000;

/** What erasing and replaying erasures needs. */
export interface ErasureDeps {
  readonly platform: Platform;
  readonly vaultDatabase: Database;
  readonly clock: () => Date;
  /** How many days a backup of wrapped keys is kept. */
  readonly keysBackupDays: number;
}

/** What erasing at somebody's request needs besides. */
export interface AccountDeps extends ErasureDeps {
  readonly logger: Logger;
  readonly send: Send;
  readonly sessions: LiveSessions;
  /** Forgets the unwrapped keys of a user in every instance. */
  readonly forgetKeys: (userId: string) => Promise<void>;
  /**
   * Opens what has to be given back to others, while the keys are there. @returns what gives it back; neither fails.
   */
  readonly openRevocations: (userId: string, reason: Reason) => Promise<() => Promise<void>>;
}

/**
 * Erases the account of a user at their request. It is done when the platform has committed: no wrapped key is left
 * there, and nobody can sign in. What fails after that is left to the worker, and does not fail the request.
 *
 * @param confirm - Must be the account's own address, in any case and with spaces around it.
 * @throws AppError `invalid_request` when it is not; `last_owner` when others would be left without one;
 * `platform_unavailable`, when nothing was erased, or all of it.
 */
export async function eraseMe(
  deps: AccountDeps,
  user: { readonly id: string; readonly email: string; readonly locale: string },
  { confirm, reason }: { confirm: string; reason: Reason },
): Promise<Receipt> {
  if (confirm.trim().toLowerCase() !== user.email) {
    const message =
      "must be the e-mail address of your account, to confirm that it is to be erased";
    throw new AppError("invalid_request", { errors: [{ path: "body.confirm", message }] });
  }
  const revoke = await deps.openRevocations(user.id, reason);
  const dates = datesOf(deps);
  // Also when no answer comes to the commit, which may have happened all the same.
  const erasure = await eraseAccount(deps.platform, user.id, dates, reason, {
    assertMayGo,
  }).finally(() =>
    Promise.all([deps.sessions.evict({ userId: user.id }), deps.forgetKeys(user.id)]),
  );
  if (erasure === null) throw new AppError("session_revoked");
  const receipt = toReceipt(erasure);
  const soon = (work: Promise<void>, otherwise: string) =>
    within(PATIENCE_MS, work).catch((error: unknown) =>
      deps.logger.error({ err: error }, otherwise),
    );
  await Promise.all([
    soon(revoke(), "tokens of providers were not revoked in time"),
    soon(eraseInVault(deps, erasure.ownerId), "the worker has to tell the vault of an erasure"),
    soon(
      deps.send(compose(user.email, lettersIn(user.locale).accountErased(receipt))),
      "the receipt of an erasure was not mailed",
    ),
  ]);
  return receipt;
}

/**
 * Applies every erasure that either database knows to both, so that what a restored backup brought back is destroyed
 * again. To be called before anything is served, and after a restore.
 *
 * @throws AppError `vault_unavailable`, when the platform's own erasures have been applied to the platform at least;
 * `platform_unavailable`.
 */
export async function replayErasures(deps: ErasureDeps): Promise<void> {
  await replayInPlatform(deps);
  for await (const owners of erasedOwners(deps.platform)) {
    for (const owner of await unknownErasures(deps.vaultDatabase, owners)) {
      await eraseInVault(deps, owner);
    }
  }
  for await (const owners of ownersErasedInVault(deps.vaultDatabase)) await destroy(deps, owners);
  await deleteErasedRows(deps.vaultDatabase, ["vault_keys", "vault_heads"]);
}

/** The part of {@link replayErasures} that needs no vault. */
export async function replayInPlatform(deps: ErasureDeps): Promise<void> {
  for await (const owners of erasedOwners(deps.platform)) await destroy(deps, owners);
}

/**
 * Erases accounts, and tenants with them, whose address nobody has proven within a week: so that a stranger's sign-up
 * does not wait for the owner of an address (pre-hijacking). The worker does it.
 *
 * Whoever has written something has proven it: nobody writes before. That the platform does not know it is what comes of
 * putting it back.
 */
export async function eraseUnproven(deps: ErasureDeps): Promise<void> {
  const before = new Date(deps.clock().getTime() - UNPROVEN_MS);
  const reason: Reason = { actor: "job", purpose: "address not proven", requestId: null };
  for await (const users of listUnproven(deps.platform, before)) {
    const owners = users.flatMap(({ ownerId }) => (ownerId === null ? [] : [ownerId]));
    const writers = await listOwnersWithHead(deps.vaultDatabase.execute, owners);
    for (const { userId, ownerId } of users) {
      if (ownerId === null || !writers.has(hex(ownerId))) {
        await eraseIfUnproven(deps, userId, reason);
      }
    }
  }
}

/** Erases an account, with its tenant, unless somebody has proven its address. */
export async function eraseIfUnproven(
  deps: Pick<ErasureDeps, "platform" | "clock" | "keysBackupDays">,
  userId: string,
  reason: Reason,
): Promise<void> {
  await eraseAccount(deps.platform, userId, datesOf(deps), reason, { unproven: true });
}

/**
 * What the worker does: tells the vault of erasures it does not know, and deletes the rows of all. The log has a line for
 * each that is finished, with the id of the request that asked for it, and nothing of whose it was.
 */
export async function finishErasures(
  deps: ErasureDeps & { readonly logger: Logger },
): Promise<void> {
  for (let isDone = false; !isDone;) {
    const unfinished = await listUnfinished(deps.platform);
    for (const { ownerId, vaultErasedAt } of unfinished) {
      if (vaultErasedAt === null) await eraseInVault(deps, ownerId);
    }
    // Of finished ones too, that a restored backup brought back.
    await deleteErasedRows(deps.vaultDatabase);
    await deleteErasedStates(deps.platform);
    const owners = unfinished.map((erasure) => erasure.ownerId);
    await noteRowsDeleted(deps.platform, owners, deps.clock());
    if (unfinished.length > 0) await logFinished(deps, unfinished);
    isDone = unfinished.length === 0;
  }
}

async function logFinished(
  { platform, logger, clock }: ErasureDeps & { readonly logger: Logger },
  finished: readonly { readonly userId: string; readonly requestedAt: Date }[],
): Promise<void> {
  const requests = await requestsOfErasures(
    platform,
    finished.map(({ userId }) => userId),
  );
  for (const { userId, requestedAt } of finished) {
    const durationMs = clock().getTime() - requestedAt.getTime();
    const requestId = requests.get(userId);
    logger.info({ job: "finish-erasures", requestId, durationMs }, "an erasure is finished");
  }
}

async function eraseInVault(deps: ErasureDeps, ownerId: Erasure["ownerId"]): Promise<void> {
  await eraseOwner(deps.vaultDatabase, ownerId);
  await noteVaultErased(deps.platform, ownerId, deps.clock());
}

/** Erases again whatever the platform holds of owners who were erased. */
async function destroy(deps: ErasureDeps, owners: readonly Erasure["ownerId"][]): Promise<void> {
  const reason: Reason = { actor: "job", purpose: "replay", requestId: null };
  for (const userId of await findReturned(deps.platform, owners)) {
    await eraseAccount(deps.platform, userId, datesOf(deps), reason);
  }
  await destroyWraps(deps.platform, owners);
}

function datesOf({ clock, keysBackupDays }: Pick<ErasureDeps, "clock" | "keysBackupDays">) {
  const requestedAt = clock();
  const unreadableAfter = new Date(requestedAt.getTime() + keysBackupDays * DAY_MS);
  unreadableAfter.setUTCHours(0, 0, 0, 0);
  return { requestedAt, unreadableAfter };
}

function toReceipt({ id, requestedAt, unreadableAfter }: Erasure): Receipt {
  return {
    id,
    requestedAt: requestedAt.toISOString(),
    unreadableAfter: unreadableAfter.toISOString().slice(0, 10),
  };
}
