import { AppError, type ErrorCode } from "../../contract/errors.ts";
import { randomToken } from "../../crypto/random.ts";
import { statementsIn } from "../../platform/client.ts";
import { asSystem } from "../../platform/tenancy.ts";
import type { Caller } from "../auth/authenticate.ts";
import { endOf, outcomeOf } from "../auth/count-sign-in.ts";
import type { AuthDeps } from "../auth/deps.ts";
import type { From } from "../auth/from.ts";
import { keepRefreshToken, linkAccount } from "./accounts.ts";
import type { ProviderName } from "./contract.ts";
import { nameOf } from "./apple-user.ts";
import type { Provider, ProviderAnswer } from "./providers.ts";
import { admit, type Admitted } from "./sign-in.ts";
import { journeys, posted } from "./steps.ts";

/** Where a browser is sent that came back from a provider. */
export type Arrival =
  | (Admitted & { readonly returnTo: string | null })
  | { readonly is: "linked"; readonly returnTo: string | null }
  | { readonly is: "failed"; readonly code: ErrorCode; readonly page: string };

const SIGN_IN_PAGE = "/sign-in";
/** Where identities are connected, and where one is told why that failed. */
export const SETTINGS_PAGE = "/settings/security";

/** When somebody was asked by a provider that was not made to ask, and did not tell. Made to, it may. */
const LONG_AGO = new Date("2000-01-01");

/** @throws AppError `not_found` for a provider that is not configured. */
function providerOf({ providers }: AuthDeps, name: ProviderName): Provider {
  const provider = providers.get(name);
  if (provider === undefined) throw new AppError("not_found");
  return provider;
}

/**
 * Begins a journey to a provider and back.
 *
 * @param linker - Who is signed in and wants to connect the identity; undefined to sign in with it.
 * @param browser - The value of the browser's cookie, which its way back is bound to.
 * @throws AppError `not_found`, `provider_unavailable`.
 */
export async function startJourney(
  deps: AuthDeps,
  journey: {
    readonly provider: ProviderName;
    readonly linker: Caller | undefined;
    readonly returnTo: string | null;
    readonly remember: boolean;
    /** Whether it is to be a fresh proof. To connect an identity always takes one. */
    readonly fresh: boolean;
    readonly browser: string;
  },
): Promise<string> {
  const { linker, returnTo, remember, browser } = journey;
  const fresh = journey.fresh || linker !== undefined;
  const provider = providerOf(deps, journey.provider);
  const [nonce, verifier] = [randomToken(), randomToken()];
  const state = await asSystem(() =>
    journeys.create(statementsIn(deps.platform), {
      userId: linker?.user.id ?? null,
      payload: {
        provider: provider.name,
        nonce,
        verifier,
        returnTo,
        remember,
        fresh,
        linkingSession: linker?.sessionId ?? null,
      },
      browser,
      now: deps.clock(),
    }),
  );
  return provider.authorizationUrl({ state, nonce, verifier }, { anew: fresh });
}

/**
 * Keeps what a provider's page posted. It comes from another site, without our cookies, so that nothing is decided by
 * it; what does not belong to a journey that began here is not kept.
 *
 * @param user - Apple's JSON, which has the name, once.
 * @returns by what the browser asks for it, with its cookies.
 * @throws AppError `gone`.
 */
export async function keepPosted(
  deps: AuthDeps,
  provider: ProviderName,
  answer: ProviderAnswer,
  user: string | undefined,
): Promise<string> {
  const now = deps.clock();
  const journey = await journeys.look(deps.platform, { token: answer.state ?? "", now });
  if (journey.payload.provider !== provider) throw new AppError("gone");
  const payload = { provider, answer, personName: nameOf(user) };
  return asSystem(() => posted.create(statementsIn(deps.platform), { userId: null, payload, now }));
}

/**
 * Ends a journey: the browser that began it has come back with an answer. Whatever goes wrong is told by its code, and
 * nothing that the provider wrote goes any further.
 *
 * @param handle - Of an answer that was kept.
 */
export async function endJourney(
  deps: AuthDeps,
  back: {
    readonly provider: ProviderName;
    readonly answer: ProviderAnswer;
    readonly handle: string | undefined;
    readonly browser: string | undefined;
    readonly from: From;
  },
): Promise<Arrival> {
  let page = SIGN_IN_PAGE;
  try {
    const provider = providerOf(deps, back.provider);
    const now = deps.clock();
    const { answer, personName } =
      back.handle === undefined
        ? { answer: back.answer, personName: null }
        : await takePosted(deps, back.provider, back.handle);
    // Its token is used up whatever comes of it: an answer counts once.
    const state = answer.state ?? "";
    const asked = { token: state, browser: back.browser, now };
    const { userId, payload } = await journeys.take(deps.platform, asked);
    const { returnTo, remember, fresh, linkingSession, nonce, verifier } = payload;
    if (linkingSession !== null) page = returnTo ?? SETTINGS_PAGE;
    // GHSA-x445-f3h2-j279: one provider's answer at another's door.
    if (payload.provider !== provider.name) throw new AppError("gone");
    const name = personName ?? undefined;
    const { identity, refreshToken, ...told } = await provider.redeem(
      answer,
      { state, nonce, verifier },
      name,
    );
    if (linkingSession !== null) {
      const user = await linkerOf(deps, linkingSession, userId, now);
      await linkAccount(deps, { user, sessionId: linkingSession }, identity, back.from);
      await keepRefreshToken(deps, identity, refreshToken, back.from);
      return { is: "linked", returnTo };
    }
    const askedAt = told.askedAt ?? (provider.canAskAnew && !fresh ? LONG_AGO : null);
    const admitted = await admit(deps, identity, { remember, from: back.from, askedAt });
    if (admitted.is === "signed_in") {
      await keepRefreshToken(deps, identity, refreshToken, back.from);
      deps.metrics.signIns("provider", endOf(admitted.outcome));
    }
    return { ...admitted, returnTo };
  } catch (error) {
    const code = error instanceof AppError ? error.code : "internal";
    const { requestId } = back.from;
    if (code === "internal") deps.logger.error({ err: error, requestId }, "a sign-in failed");
    else deps.logger.warn({ err: error, code, requestId }, "a provider's answer led nowhere");
    if (page === SIGN_IN_PAGE) deps.metrics.signIns("provider", outcomeOf(error));
    return { is: "failed", code, page };
  }
}

async function takePosted(deps: AuthDeps, provider: ProviderName, handle: string) {
  const now = deps.clock();
  const { payload } = await posted.take(deps.platform, { token: handle, now });
  if (payload.provider !== provider) throw new AppError("gone");
  return payload;
}

/** Whoever began to connect an identity, if they are still signed in. */
async function linkerOf(deps: AuthDeps, sessionId: string, userId: string | null, now: Date) {
  const found = userId === null ? null : await deps.sessions.find(sessionId, userId, now);
  if (found === null) throw new AppError("session_revoked");
  return found.user;
}
