import { AppError } from "../../contract/errors.ts";
import { recordEvents } from "../../platform/audit.ts";
import { inTransaction, statementsIn, type PlatformQueries } from "../../platform/client.ts";
import { asSystem } from "../../platform/tenancy.ts";
import { holdUser, lockUsers } from "../../platform/users.ts";
import type { Caller } from "../auth/authenticate.ts";
import type { AuthResult } from "../auth/contract.ts";
import { assertCurrentPassword } from "../auth/current-password.ts";
import type { AuthDeps } from "../auth/deps.ts";
import { areTwoAsked } from "../auth/factors.ts";
import { eventFrom, type From } from "../auth/from.ts";
import type { RefreshToken } from "../auth/refresh-token.ts";
import { NEVER, proveAgain, rotateSession, type Proof } from "../auth/sessions.ts";
import { authResult, handSession, type Handed } from "../auth/signed-in.ts";
import { answerOf, withSecondFactor } from "../mfa/second-factor.ts";
import type { Assertion } from "../passkeys/contract.ts";
import { withOwnPasskey } from "../passkeys/sign-in.ts";
import type { ReauthMethod } from "./contract.ts";

/** What was sent to prove it. */
interface Sent {
  readonly password?: string | undefined;
  readonly code?: string | undefined;
  readonly passkey?: Assertion | undefined;
}

/** What there is here to prove it with, besides what people know and have. */
type Here = Pick<AuthDeps, "providers" | "relyingParty">;

type InSession = Pick<Caller, "user" | "assurance" | "sessionId">;

interface Ways {
  readonly methods: readonly ReauthMethod[];
  /** Whether a password would be one, and they have none. */
  readonly lacksPassword: boolean;
}

/**
 * By what somebody can prove anew who they are. Where `password` and `totp` are both there, it takes both; `recovery`
 * stands in for `totp`. What leads nowhere is not named: an identity at a provider that is not configured any more, or
 * did not tell when it asked at the sign-in of this session; or one factor, a password or a provider's word, for whom it
 * takes two.
 */
async function waysOf(db: PlatformQueries, caller: InSession, here: Here): Promise<Ways> {
  const user = await db.user.findUnique({
    where: { id: caller.user.id },
    select: {
      passwordHash: true,
      totp: { select: { confirmedAt: true } },
      _count: {
        select: {
          recoveryCodes: { where: { usedAt: null } },
          passkeys: true,
          oauthAccounts: { where: { provider: { in: [...here.providers.keys()] } } },
          // This one, where a provider began it that did not tell.
          sessions: { where: { id: caller.sessionId, authTime: NEVER, amr: { contains: "fed" } } },
        },
      },
    },
  });
  if (user === null) return { methods: [], lacksPassword: false };
  const { recoveryCodes, passkeys, oauthAccounts, sessions: untold } = user._count;
  const hasTotp = (user.totp?.confirmedAt ?? null) !== null;
  // Whoever has to have proven two, and has or could by a passkey, is not believed by one.
  const couldProveTwo = caller.assurance === 2 || passkeys > 0;
  const isOneEnough = hasTotp || !(couldProveTwo && areTwoAsked(caller.user));
  const methods: [ReauthMethod, boolean][] = [
    ["password", user.passwordHash !== null && isOneEnough],
    ["totp", hasTotp],
    ["recovery", hasTotp && recoveryCodes > 0],
    ["passkey", passkeys > 0 && here.relyingParty !== undefined],
    ["provider", oauthAccounts > 0 && isOneEnough && untold === 0],
  ];
  return {
    methods: methods.filter(([, isThere]) => isThere).map(([method]) => method),
    lacksPassword: user.passwordHash === null && isOneEnough,
  };
}

const NO_METHOD =
  "There is nothing yet to prove it with. Set a password: “Forgot your password?” on the sign-in page mails you a link.";

/** @returns `reauth_required` with the `methods` there are; where there is none, with how to come by one. */
export async function reauthRequired(
  db: PlatformQueries,
  caller: InSession,
  here: Here,
): Promise<AppError> {
  const { methods, lacksPassword } = await waysOf(db, caller, here);
  const isStuck = methods.length === 0 && lacksPassword;
  return new AppError("reauth_required", {
    members: { methods },
    ...(isStuck ? { detail: NO_METHOD } : {}),
  });
}

/** Whether the password alone is a fresh proof: neither a code nor a passkey is asked for beside it, or in its place. */
export async function isPasswordEnough(db: PlatformQueries, caller: InSession): Promise<boolean> {
  const none: Here = { providers: new Map(), relyingParty: undefined };
  const { methods } = await waysOf(db, caller, none);
  return methods.includes("password") && !methods.includes("totp");
}

/**
 * Takes a passkey, or a password and a code where a second factor is set up, as a proof that whoever holds this session is
 * its user: what asks for a fresh proof is open for five minutes. The refresh token changes with it.
 *
 * Nobody is signed in by it: it takes a session that is alive.
 *
 * @param held - The refresh token in the browser's cookie.
 * @throws AppError `reauth_required`, with the `methods` there are, when what they take was not sent;
 * `invalid_credentials`, `passkey_refused`, `too_many_attempts`, `session_revoked`, and what `verifySecondFactor` throws.
 */
export async function reauthenticate(
  deps: AuthDeps,
  caller: Caller,
  sent: Sent,
  { from, held }: { readonly from: From; readonly held: RefreshToken | null },
): Promise<Handed<AuthResult>> {
  const { user, sessionId } = caller;
  const now = deps.clock();
  const prove: Prove = async (tx, amr) => {
    const proof: Proof = { amr, assurance: amr.length > 1 ? 2 : 1 };
    await proveAgain(tx, { id: sessionId, userId: user.id }, proof, now);
    const proven = eventFrom(from, user, "reauth.succeeded", { target: sessionId });
    await recordEvents(tx, [proven], now);
  };
  await (sent.passkey === undefined
    ? proveByPassword(deps, caller, sent, from, prove)
    : withOwnPasskey(deps, caller, sent.passkey, from, (tx, { amr }) => prove(tx, amr)));
  await deps.sessions.evict({ sessionId });

  if (held?.sessionId === sessionId) {
    return handSession(deps, await rotateSession(deps, held, from));
  }
  return { body: await authResult(deps, { id: sessionId, userId: user.id }), cookies: [] };
}

/** Notes what was proven, in the transaction that uses it up. */
type Prove = (tx: PlatformQueries, amr: Proof["amr"]) => Promise<void>;

/** By password, code, or both. An attempt is counted before anything is looked at. */
async function proveByPassword(
  deps: AuthDeps,
  caller: Caller,
  { password, code }: Sent,
  from: From,
  prove: Prove,
): Promise<void> {
  const { id: userId } = caller.user;
  const { methods } = await waysOf(deps.platform, caller, deps);
  const takesPassword = methods.includes("password");
  const takesCode = methods.includes("totp");
  const isEnough =
    (takesPassword || takesCode) &&
    (!takesPassword || password !== undefined) &&
    (!takesCode || code !== undefined);
  if (!isEnough) throw await reauthRequired(deps.platform, caller, deps);

  const usage = await deps.limits.reauths.use(userId);
  if (usage.isExceeded) {
    throw new AppError("too_many_attempts", { retryAfterSeconds: usage.resetSeconds });
  }
  if (!takesPassword) {
    await withSecondFactor(deps, caller.user, answerOf(code ?? ""), from, (tx, amr) =>
      prove(tx, [amr]),
    );
  } else {
    const user = await deps.platform.user.findUniqueOrThrow({ where: { id: userId } });
    await assertCurrentPassword(deps, user, password ?? "", from, "reauth.failed");
    const proveStill = async (tx: PlatformQueries, amr: Proof["amr"]) => {
      await assertStillTaken(tx, deps, caller, { ...user, isWithCode: takesCode });
      await prove(tx, amr);
    };
    await (takesCode
      ? withSecondFactor(deps, caller.user, answerOf(code ?? ""), from, (tx, amr) =>
          proveStill(tx, ["pwd", amr]),
        )
      : asSystem(() => inTransaction(deps.platform, (tx) => proveStill(tx, ["pwd"]))));
  }
  await deps.limits.reauths.giveBack(userId);
}

/**
 * Holds the user's row, and refuses what was right when it was looked at and proves nothing any more: meanwhile they may
 * have set up a second factor, or another password. To be called as the system.
 *
 * @throws AppError `reauth_required`, `invalid_credentials`.
 */
async function assertStillTaken(
  tx: PlatformQueries,
  here: Here,
  caller: Caller,
  {
    passwordHash,
    isWithCode,
  }: { readonly passwordHash: string | null; readonly isWithCode: boolean },
): Promise<void> {
  const { id } = caller.user;
  await lockUsers(tx, [id]);
  if (!isWithCode && !(await isPasswordEnough(tx, caller))) {
    throw await reauthRequired(tx, caller, here);
  }
  // By a locking read: what else was read in the transaction before may show them as they were.
  const user = await holdUser(statementsIn(tx), id);
  const isSame = user?.passwordHash === passwordHash && user.passwordBlockedAt === null;
  if (!isSame) throw new AppError("invalid_credentials");
}
