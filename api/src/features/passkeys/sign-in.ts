import { AppError } from "../../contract/errors.ts";
import { statementsIn, type PlatformQueries } from "../../platform/client.ts";
import { asSystem } from "../../platform/tenancy.ts";
import type { Caller } from "../auth/authenticate.ts";
import { completeSignInWithin, type SignedIn } from "../auth/complete.ts";
import type { AuthDeps } from "../auth/deps.ts";
import type { From } from "../auth/from.ts";
import { forgetFactorFailures } from "../mfa/attempts.ts";
import { withPasskey, type Signer } from "./assertion.ts";
import type { Assertion, RequestOptions } from "./contract.ts";
import { descriptorOf } from "./passkeys.ts";
import { partyOf } from "./relying-party.ts";
import { assertions, challengeOf, STEP_SECONDS } from "./steps.ts";

type Deps = Pick<AuthDeps, "platform" | "relyingParty" | "logger" | "clock">;
type InSession = Pick<Caller, "user" | "sessionId">;

/**
 * Begins a sign-in of whoever has a passkey. Nobody is named, so that nothing is told of who has an account.
 *
 * @param browser - The value of the cookie that binds it to this browser.
 * @throws AppError `passkeys_unavailable`.
 */
export async function beginSignIn(deps: Deps, browser: string): Promise<RequestOptions> {
  const { id } = partyOf(deps);
  const step = { userId: null, payload: { sessionId: null }, browser, now: deps.clock() };
  return optionsFor(
    id,
    await asSystem(() => assertions.create(statementsIn(deps.platform), step)),
    [],
  );
}

const optionsFor = (
  rpId: string,
  challenge: string,
  allowCredentials: RequestOptions["allowCredentials"],
): RequestOptions => ({
  challenge,
  rpId,
  timeout: STEP_SECONDS * 1000,
  userVerification: "required",
  allowCredentials,
});

/**
 * Signs in by what a passkey signed: two factors, since it is had and its authenticator has verified its user. Failures
 * are not counted, since a signature cannot be guessed.
 *
 * @param browser - The value of the cookie of the browser that it began in.
 * @throws AppError `passkey_refused`, `email_not_verified`, `account_suspended`, `passkeys_unavailable`.
 */
export async function signInByPasskey(
  deps: Deps & Pick<AuthDeps, "refreshTokens" | "limits">,
  { credential, remember }: { readonly credential: Assertion; readonly remember: boolean },
  { browser, from }: { readonly browser: string | undefined; readonly from: From },
): Promise<SignedIn> {
  const party = partyOf(deps);
  const asked = { token: challengeOf(credential), browser, now: deps.clock() };
  const { payload } = await assertions.take(deps.platform, asked);
  if (payload.sessionId !== null) throw new AppError("passkey_refused");
  const how = { party, owner: null, from };
  const { userId, signedIn } = await withPasskey(deps, credential, how, async (tx, signer) => {
    const { userId, amr } = signer;
    const proof = { amr, assurance: 2 } as const;
    const signIn = { userId, proof, remember, from };
    return { userId, signedIn: await completeSignInWithin(statementsIn(tx), deps, signIn) };
  });
  await forgetFactorFailures(deps, userId);
  return signedIn;
}

/**
 * Begins a proof, by a passkey of theirs, that whoever holds a session is its user.
 *
 * @throws AppError `not_found` when they have none, `passkeys_unavailable`.
 */
export async function beginReauth(
  deps: Deps,
  { user, sessionId }: InSession,
): Promise<RequestOptions> {
  const { id } = partyOf(deps);
  const step = { userId: user.id, payload: { sessionId }, now: deps.clock() };
  return asSystem(async () => {
    const own = await deps.platform.passkey.findMany({ where: { userId: user.id } });
    if (own.length === 0) throw new AppError("not_found", { detail: "You have no passkey." });
    return optionsFor(
      id,
      await assertions.create(statementsIn(deps.platform), step),
      own.map(descriptorOf),
    );
  });
}

/**
 * {@link withPasskey} for whoever holds a session, by a passkey of its user and for what was begun in that session.
 *
 * @throws AppError `passkey_refused`, `passkeys_unavailable`.
 */
export async function withOwnPasskey<T>(
  deps: Deps,
  { user, sessionId }: InSession,
  credential: Assertion,
  from: From,
  work: (tx: PlatformQueries, signer: Signer) => Promise<T>,
): Promise<T> {
  const party = partyOf(deps);
  const asked = { token: challengeOf(credential), now: deps.clock() };
  const { userId, payload } = await assertions.take(deps.platform, asked);
  const isOurs = userId === user.id && payload.sessionId === sessionId;
  if (!isOurs) throw new AppError("passkey_refused");
  return withPasskey(deps, credential, { party, owner: user, from }, work);
}
