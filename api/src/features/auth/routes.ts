import { AppError } from "../../contract/errors.ts";
import { randomToken } from "../../crypto/random.ts";
import { accepted, noContent, ok, type Cookie } from "../../http/answer.ts";
import type { Peer } from "../../http/request.ts";
import { routes, type Gates } from "../../http/routes.ts";
import { clientKey } from "../../lib/client-ip.ts";
import { asSystem } from "../../platform/tenancy.ts";
import { toMe } from "../account/account.ts";
import { ACCESS_TOKEN_SECONDS } from "./access-token.ts";
import { auth } from "./contract.ts";
import type { SignedIn } from "./complete.ts";
import type { AuthDeps } from "./deps.ts";
import { IDLE_SECONDS, revokeSession, rotateSession, type HeldSession } from "./sessions.ts";
import { signIn } from "./sign-in.ts";
import { resendVerification, signUp, verifyEmail } from "./sign-up.ts";

/** As long as the links of a sign-up work. */
const SIGN_UP_SECONDS = 24 * 3600;
/** How long a browser is known by its device cookie. */
const DEVICE_SECONDS = 180 * 86_400;
const ACCEPTED = accepted({ status: "accepted" as const });

/** What is done after somebody signed in, without them waiting for it. */
export type AfterSignIn = (userId: string, peer: Peer) => void;

/** Handlers set the cookie beside the answer, which is why they are more than one line each. */
export function authRoutes<C>(
  gates: Gates<C>,
  deps: AuthDeps & { readonly afterSignIn: AfterSignIn },
) {
  const begun = async (session: HeldSession, ...cookies: readonly Cookie[]) => {
    const now = deps.clock();
    const [user, accessToken] = await Promise.all([
      asSystem(() => deps.platform.user.findUniqueOrThrow({ where: { id: session.userId } })),
      deps.accessTokens.issue({ userId: session.userId, sessionId: session.id }, now),
    ]);
    const body = { accessToken, expiresIn: ACCESS_TOKEN_SECONDS, user: toMe(user) };
    return ok(body, { cookies: [...sessionCookies(deps, session), ...cookies] });
  };
  const signedIn = async (outcome: SignedIn, peer: Peer) => {
    if (outcome.is === "challenge") return ok(outcome.challenge);
    deps.afterSignIn(outcome.session.userId, peer);
    return begun(outcome.session);
  };
  const heldBy = (peer: Peer) => {
    const cookie = peer.cookie("rt");
    return cookie === undefined ? null : deps.refreshTokens.decode(cookie);
  };

  return routes(auth, gates, {
    signup: async ({ body, peer }) => {
      const browser = browserOf(peer) ?? randomToken();
      await signUp(deps, body, { client: clientKey(peer.address), browser });
      const cookie = { name: "su", value: browser, maxAgeSeconds: SIGN_UP_SECONDS } as const;
      return accepted(ACCEPTED.body, { cookies: [cookie] });
    },
    verifyEmail: async ({ body, peer }) =>
      begun(await verifyEmail(deps, body.token, { browser: browserOf(peer), from: peer }), {
        name: "su",
        value: "",
        maxAgeSeconds: 0,
      }),
    resendVerification: async ({ body, peer }) => {
      await resendVerification(deps, body.email, clientKey(peer.address));
      return ACCEPTED;
    },
    login: async ({ body, peer }) => signedIn(await signIn(deps, body, peer), peer),
    refresh: async ({ peer }) => {
      const token = heldBy(peer);
      if (token === null) throw new AppError("unauthenticated");
      return begun(
        await rotateSession(deps.platform, deps.refreshTokens, token, peer, deps.clock()),
      );
    },
    logout: async ({ peer }) => {
      const token = heldBy(peer);
      if (token !== null) {
        await revokeSession(deps.platform, token.sessionId, "logout", deps.clock());
      }
      return noContent({ cookies: [{ name: "rt", value: "", maxAgeSeconds: 0 }] });
    },
  });
}

/** The sign-up cookie of a browser, if it has one of ours. */
function browserOf(peer: Peer): string | undefined {
  const value = peer.cookie("su");
  return value !== undefined && /^[\w-]{43}$/.test(value) ? value : undefined;
}

/** A session's refresh token, and what its browser is to be known by later. */
function sessionCookies(deps: AuthDeps, { token, remember, device }: HeldSession): Cookie[] {
  const cookie = { name: "rt", value: deps.refreshTokens.encode(token) } as const;
  return [
    remember ? { ...cookie, maxAgeSeconds: IDLE_SECONDS } : cookie,
    ...(device === undefined
      ? []
      : [{ name: "dev", value: device, maxAgeSeconds: DEVICE_SECONDS } as const]),
  ];
}
