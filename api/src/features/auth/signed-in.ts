import { AppError } from "../../contract/errors.ts";
import { asSystem } from "../../platform/tenancy.ts";
import { toMe } from "../account/account.ts";
import { ACCESS_TOKEN_SECONDS } from "./access-token.ts";
import type { SignedIn } from "./complete.ts";
import type { AuthResult, Challenge } from "./contract.ts";
import type { AuthDeps } from "./deps.ts";
import type { From } from "./from.ts";
import { IDLE_SECONDS, type HeldSession } from "./sessions.ts";

/** How long a browser is known by its device cookie. */
const DEVICE_SECONDS = 180 * 86_400;

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

/** What every way in answers: an access token of the session, and whose it is. */
export async function authResult(
  deps: Pick<AuthDeps, "platform" | "accessTokens" | "clock">,
  { id, userId }: Pick<HeldSession, "id" | "userId">,
): Promise<AuthResult> {
  const [user, accessToken] = await Promise.all([
    asSystem(() => deps.platform.user.findUnique({ where: { id: userId } })),
    deps.accessTokens.issue({ userId, sessionId: id }, deps.clock()),
  ]);
  // The account was erased at this moment, and the session with it.
  if (user === null) throw new AppError("session_revoked");
  return { accessToken, expiresIn: ACCESS_TOKEN_SECONDS, user: toMe(user) };
}

/** Hands a session to its browser: an access token, and in cookies the refresh token and what to know it again by. */
export async function handSession(
  deps: AuthDeps,
  { token, remember, device, ...session }: HeldSession,
): Promise<Handed<AuthResult>> {
  const value = deps.refreshTokens.encode(token);
  return {
    body: await authResult(deps, session),
    cookies: [
      remember ? { name: "rt", value, maxAgeSeconds: IDLE_SECONDS } : { name: "rt", value },
      ...(device === undefined
        ? []
        : [{ name: "dev", value: device, maxAgeSeconds: DEVICE_SECONDS } as const]),
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
  deps.afterSignIn(outcome.session.userId, from);
  return handSession(deps, outcome.session);
}
