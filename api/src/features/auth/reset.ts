import { setTimeout as sleep } from "node:timers/promises";
import { AppError } from "../../contract/errors.ts";
import { randomToken } from "../../crypto/random.ts";
import { clientKey } from "../../lib/client-ip.ts";
import { compose, lettersIn } from "../../mails/compose.ts";
import type { Letter, Letters } from "../../mails/letters.ts";
import { recordEvents } from "../../platform/audit.ts";
import { inTransaction, statementsIn, type PlatformQueries } from "../../platform/client.ts";
import { asSystem } from "../../platform/tenancy.ts";
import { holdInTenant } from "../../platform/tenants.ts";
import { tell } from "./tell.ts";
import { countRecoveryCodes } from "../mfa/recovery-codes.ts";
import { answerOf, withSecondFactor } from "../mfa/second-factor.ts";
import { forgetTrustedDevices } from "../mfa/trusted-devices.ts";
import { revokeTokens } from "../tokens/tokens.ts";
import type { AuthDeps } from "./deps.ts";
import { deviceOf, eventFrom, type From } from "./from.ts";
import { forgetDevices, knownDeviceOf, rememberDevice } from "./known-devices.ts";
import { RESET_LINK_SECONDS } from "./limits.ts";
import { createLink, findLink, takeLink, voidLinks, type Link } from "./one-time-token.ts";
import { revokeSessions, type RevokeReason } from "./sessions.ts";
import { takeUnproven } from "./unproven.ts";

/** What asking for a link takes at least; longer than it needs on a machine at rest. */
const ANSWER_MS = 300;

interface Reader {
  readonly id: string;
  readonly tenantId: string;
  readonly email: string;
  readonly locale: string;
}

/**
 * Mails a link to choose a new password to the address, if there is an account. The answer is the same, and takes the
 * same time, whether there is or not, and whether or not too many were asked for.
 */
export async function requestReset(deps: AuthDeps, email: string, from: From): Promise<void> {
  const { platform, limits, logger } = deps;
  const client = clientKey(from.address);
  const user = await asSystem(() => platform.user.findUnique({ where: { email } }));
  const work = async () => {
    if (user?.status !== "active") return;
    const device = await knownDeviceOf(platform, email, from, deps.clock());
    const usages =
      device === null
        ? [
            await limits.clientResets.use(client),
            await limits.clientResetsTo.use(limits.keyOf(email, client)),
          ]
        : [await limits.deviceResetsTo.use(limits.keyOf(email, `device:${device}`))];
    if (usages.some((usage) => usage.isExceeded)) return;
    // What one client has too many of takes nothing from the others.
    if (device === null && (await limits.resetsTo.use(limits.keyOf(email))).isExceeded) return;
    const requested = eventFrom(from, user, "password.reset_requested", { actor: "anonymous" });
    await recordEvents(platform, [requested], deps.clock());
    await mailReset(deps, user, (letters, link) => letters.resetPassword(link));
  };
  void asSystem(work).catch((error: unknown) => {
    logger.error({ err: error }, "a link to choose a password could not be sent");
  });
  await sleep(ANSWER_MS);
}

/** Mails a link to choose a new password: it works once, for `seconds`. To be called as the system. */
export async function mailReset(
  deps: Pick<AuthDeps, "platform" | "appUrl" | "send" | "clock">,
  user: Reader,
  letterWith: (letters: Letters, link: string) => Letter,
  seconds = RESET_LINK_SECONDS,
): Promise<void> {
  const kind = { purpose: "reset_password", seconds } as const;
  const token = await inTransaction(deps.platform, (tx) =>
    createLink(tx, user, kind, deps.clock()),
  );
  const letter = letterWith(lettersIn(user.locale), `${deps.appUrl}/reset-password#token=${token}`);
  await deps.send(compose(user.email, letter));
}

/** What is sent to choose a new password. */
interface Reset {
  readonly token: string;
  readonly password: string;
  /** Of the second factor, where there is one. */
  readonly code?: string | undefined;
}

/**
 * Sets a new password by the token of a link. A link proves one factor: where a second is set up, it takes a code of it
 * too (ory/kratos#4317, ASVS 5.0 6.4.3), and a wrong or missing one does not use the link up, until the fifth.
 *
 * All sessions and personal access tokens end, and nobody is signed in by it. A password that was blocked is taken again. The browser that it is
 * done in counts as one of the owner's from now on: they are not kept waiting by strangers who go on guessing. For an
 * address that nobody had proven yet this is the proof, and whatever else was set up in the account before is deleted.
 *
 * @returns the value of the device cookie that the browser is to keep.
 * @throws AppError `gone`, `weak_password`, `mfa_required`, `overloaded` and what `verifySecondFactor` throws.
 */
export async function resetPassword(
  deps: AuthDeps,
  { token, password, code }: Reset,
  from: From,
): Promise<string> {
  const { platform } = deps;
  const now = deps.clock();
  const device = deviceOf(from) ?? randomToken();
  const { link, user } = await asSystem(async () => {
    const link = await findLink(platform, "reset_password", token, now);
    const user = await platform.user.findUniqueOrThrow({
      where: { id: link.userId },
      include: { totp: { select: { confirmedAt: true } }, tenant: { select: { name: true } } },
    });
    return { link, user };
  });
  const isProven = user.emailVerifiedAt !== null;
  const isAsked = isProven && (user.totp?.confirmedAt ?? null) !== null;
  await deps.passwordPolicy.assertStrong(password, { ...user, tenantName: user.tenant.name });
  if (isAsked && code === undefined) await refuseWithoutCode(deps, user.id);
  if (isAsked) await countCode(deps, link);

  const passwordHash = await deps.passwords.hash(password);
  const work = async (tx: PlatformQueries) => {
    await takeLink(tx, link);
    if (!isProven && !(await takeUnproven(tx, user, undefined, now))) throw new AppError("gone");
    const { count } = await tx.user.updateMany({
      where: { id: user.id, email: user.email },
      data: { passwordHash, passwordBlockedAt: null },
    });
    if (count !== 1) throw new AppError("gone");
    await endTrust(tx, user.id, { reason: "password_changed" }, now);
    await revokeTokens(tx, user.id, now);
    await forgetDevices(tx, user.id);
    const tenantId = await holdInTenant(tx, user.id);
    await rememberDevice(statementsIn(tx), { id: user.id, tenantId }, device, now);
    await recordEvents(tx, [eventFrom(from, user, "password.reset")], now);
  };
  await (isAsked
    ? withSecondFactor(deps, user, answerOf(code ?? ""), from, work)
    : asSystem(() => inTransaction(platform, work)));
  await deps.sessions.evict({ userId: user.id });
  await deps.limits.failuresInARow.forget(deps.limits.keyOf(user.email));
  tell(deps, user, from, (letters, whence) => letters.passwordChanged(whence));
  return device;
}

/**
 * Ends what was let in until now by a password or an address: sessions, trusted devices, sign-ins under way, and links
 * that were mailed meanwhile (USENIX Security 2022, "unexpired session", "unexpired e-mail change"). What undoes a change of
 * address goes on working: it is the owner's way back.
 */
export async function endTrust(
  tx: PlatformQueries,
  userId: string,
  { reason, ...keep }: { readonly reason: RevokeReason; readonly except?: string },
  now: Date,
): Promise<void> {
  await revokeSessions(tx, { userId, ...keep }, reason, now);
  await forgetTrustedDevices(tx, userId);
  await voidLinks(tx, userId, ["reset_password", "change_email", "sign_in_pass"]);
  await tx.authChallenge.deleteMany({ where: { userId } });
}

async function refuseWithoutCode({ platform }: AuthDeps, userId: string): Promise<never> {
  const hasCodes = (await asSystem(() => countRecoveryCodes(platform, userId))) > 0;
  throw new AppError("mfa_required", {
    members: { methods: hasCodes ? ["totp", "recovery"] : ["totp"] },
    errors: [{ path: "body.code", message: "must be a code of your second factor" }],
  });
}

/** @throws AppError `gone` past five codes: whoever has the mailbox alone does not go on guessing. */
async function countCode({ platform, limits }: AuthDeps, link: Link): Promise<void> {
  const { isExceeded } = await limits.resetCodes.use(Buffer.from(link.selector).toString("hex"));
  if (!isExceeded) return;
  await asSystem(() => voidLinks(platform, link.userId, ["reset_password"]));
  throw new AppError("gone");
}
