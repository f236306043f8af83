import { AppError } from "../../contract/errors.ts";
import { asSystem } from "../../platform/tenancy.ts";
import { toMe } from "../account/account.ts";
import { tell } from "./tell.ts";
import { ACCESS_TOKEN_SECONDS } from "./access-token.ts";
import type { SignedIn } from "./complete.ts";
import type { AuthResult, Challenge } from "./contract.ts";
import type { AuthDeps } from "./deps.ts";
import type { From } from "./from.ts";
import { IDLE_SECONDS, type HeldSession } from "./sessions.ts";

/** How long a browser is known by its device cookie. */
const DEVICE_SECONDS = 180 * 86_400;

/** By what a browser is known that somebody has signed in from. */
export const deviceCookie = (value: string) =>
  ({ name: "dev", value, maxAgeSeconds: DEVICE_SECONDS }) as const;

/** What is done after somebody signed in, without them waiting for it. */
export type AfterSignIn = (userId: string, from: Pick<From, "route" | "requestId">) => void;

/** What a browser is handed: the body of the answer, and the cookies beside it. */
export interface Handed<B> {
  readonly body: B;
  readonly cookies: readonly {
    readonly name: "rt" | "dev";
    readonly value: string;
    readonly maxAgeSeconds?: number;
  }[];
}

/** What is answered where a session goes on: an access token of it, and whose it is. */
export async function authResult(
  deps: Pick<AuthDeps, "platform" | "accessTokens" | "clock">,
  { id, userId }: { readonly id: string; readonly userId: string },
): Promise<AuthResult> {
  const user = await asSystem(() => deps.platform.user.findUnique({ where: { id: userId } }));
  // The account was erased at this moment, and the session with it.
  if (user === null) throw new AppError("session_revoked");
  return resultOf(deps, { id, user });
}

function resultOf(
  { accessTokens, clock }: Pick<AuthDeps, "accessTokens" | "clock">,
  { id: sessionId, user }: Pick<HeldSession, "id" | "user">,
): AuthResult {
  const accessToken = accessTokens.issue({ userId: user.id, sessionId }, clock());
  return { accessToken, expiresIn: ACCESS_TOKEN_SECONDS, user: toMe(user) };
}

/** Hands a session to its browser: an access token, and in cookies the refresh token and what to know it again by. */
export async function handSession(
  deps: AuthDeps,
  { token, remember, device, replaced, newTo, ...session }: HeldSession,
): Promise<Handed<AuthResult>> {
  if (replaced !== undefined) await deps.sessions.evict({ sessionId: replaced });
  const value = deps.refreshTokens.encode(token);
  const body = resultOf(deps, session);
  if (newTo !== undefined)
    tell(deps, body.user, newTo, (letters, whence) => letters.newDevice(whence));
  return {
    body,
    cookies: [
      remember ? { name: "rt", value, maxAgeSeconds: IDLE_SECONDS } : { name: "rt", value },
      ...(device === undefined ? [] : [deviceCookie(device)]),
    ],
  };
}

/** Hands over what signing in came to. A browser that is asked for a second factor gets no cookie. */
export async function handOutcome(
  deps: AuthDeps & { readonly afterSignIn: AfterSignIn },
  outcome: SignedIn,
  from: From,
): Promise<Handed<AuthResult | Challenge>> {
  if (outcome.is === "challenge") return { body: outcome.challenge, cookies: [] };
  deps.afterSignIn(outcome.session.user.id, from);
  return handSession(deps, outcome.session);
}
