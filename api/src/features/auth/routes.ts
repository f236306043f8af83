import { AppError } from "../../contract/errors.ts";
import { accepted, noContent, ok, type Cookie } from "../../http/answer.ts";
import type { Peer } from "../../http/request.ts";
import { routes, type Gates } from "../../http/routes.ts";
import { clientKey } from "../../lib/client-ip.ts";
import { asSystem } from "../../platform/tenancy.ts";
import { toMe } from "../account/account.ts";
import { ACCESS_TOKEN_SECONDS } from "./access-token.ts";
import { auth } from "./contract.ts";
import type { AuthDeps } from "./deps.ts";
import { IDLE_SECONDS, revokeSession, rotateSession, type HeldSession } from "./sessions.ts";
import { signIn } from "./sign-in.ts";
import { resendVerification, signUp, verifyEmail } from "./sign-up.ts";

const ACCEPTED = accepted({ status: "accepted" as const });

/** Handlers set the cookie beside the answer, which is why they are more than one line each. */
export function authRoutes<C>(gates: Gates<C>, deps: AuthDeps) {
  const signedIn = async (session: HeldSession) => {
    const now = deps.clock();
    const [user, accessToken] = await Promise.all([
      asSystem(() => deps.platform.user.findUniqueOrThrow({ where: { id: session.userId } })),
      deps.accessTokens.issue({ userId: session.userId, sessionId: session.id }, now),
    ]);
    const body = { accessToken, expiresIn: ACCESS_TOKEN_SECONDS, user: toMe(user) };
    return ok(body, { cookies: [refreshCookie(deps, session)] });
  };
  const heldBy = (peer: Peer) => {
    const cookie = peer.cookie("rt");
    return cookie === undefined ? null : deps.refreshTokens.decode(cookie);
  };

  return routes(auth, gates, {
    signup: async ({ body, peer }) => {
      await signUp(deps, body, clientKey(peer.address));
      return ACCEPTED;
    },
    verifyEmail: async ({ body, peer }) =>
      signedIn(await verifyEmail(deps, body.token, peer.userAgent)),
    resendVerification: async ({ body, peer }) => {
      await resendVerification(deps, body.email, clientKey(peer.address));
      return ACCEPTED;
    },
    login: async ({ body, peer }) => signedIn(await signIn(deps, body, peer)),
    refresh: async ({ peer }) => {
      const token = heldBy(peer);
      if (token === null) throw new AppError("unauthenticated");
      return signedIn(await rotateSession(deps.platform, deps.refreshTokens, token, deps.clock()));
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

function refreshCookie(deps: AuthDeps, { token, remember }: HeldSession): Cookie {
  const cookie = { name: "rt", value: deps.refreshTokens.encode(token) } as const;
  return remember ? { ...cookie, maxAgeSeconds: IDLE_SECONDS } : cookie;
}
