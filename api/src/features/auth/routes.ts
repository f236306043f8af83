import { browserOf } from "./from.ts";
import { AppError } from "../../contract/errors.ts";
import { randomToken } from "../../crypto/random.ts";
import { accepted, noContent, ok, type Cookie } from "../../http/answer.ts";
import type { Peer } from "../../http/request.ts";
import { routes, type Gates } from "../../http/routes.ts";
import { clientKey } from "../../lib/client-ip.ts";
import { isProof, proveAddress } from "../oauth/sign-in.ts";
import { auth } from "./contract.ts";
import { countSignIn } from "./count-sign-in.ts";
import type { Caller } from "./authenticate.ts";
import type { AuthDeps } from "./deps.ts";
import { changePassword } from "./password-change.ts";
import { requestReset, resetPassword } from "./reset.ts";
import { endSession, rotateSession, type HeldSession } from "./sessions.ts";
import { signIn } from "./sign-in.ts";
import { resendVerification, signUp, verifyEmail } from "./sign-up.ts";
import { signedOut } from "./signed-out.ts";
import { deviceCookie, handOutcome, handSession, type AfterSignIn } from "./signed-in.ts";

/** As long as the links of a sign-up work. */
const SIGN_UP_SECONDS = 24 * 3600;
const ACCEPTED = accepted({ status: "accepted" as const });

/** Handlers set the cookie beside the answer, which is why they are more than one line each. */
export function authRoutes(
  gates: Gates<Caller>,
  deps: AuthDeps & { readonly afterSignIn: AfterSignIn },
) {
  const begun = async (session: HeldSession, ...more: readonly Cookie[]) => {
    const { body, cookies } = await handSession(deps, session);
    return ok(body, { cookies: [...cookies, ...more] });
  };
  const heldBy = (peer: Peer) => {
    const cookie = peer.cookie("rt");
    return cookie === undefined ? null : deps.refreshTokens.decode(cookie);
  };

  return routes(auth, gates, {
    signup: async ({ body, peer }) => {
      const browser = browserOf(peer, "su") ?? randomToken();
      await signUp(deps, body, { client: clientKey(peer.address), browser });
      const cookie = { name: "su", value: browser, maxAgeSeconds: SIGN_UP_SECONDS } as const;
      return accepted(ACCEPTED.body, { cookies: [cookie] });
    },
    verifyEmail: async ({ body, peer }) => {
      if (isProof(body.token)) {
        const proven = { browser: peer.cookie("oa"), from: peer };
        return begun(await proveAddress(deps, body.token, proven));
      }
      return begun(await verifyEmail(deps, body, { browser: browserOf(peer, "su"), from: peer }), {
        name: "su",
        value: "",
        maxAgeSeconds: 0,
      });
    },
    resendVerification: async ({ body, peer }) => {
      await resendVerification(deps, body.email, clientKey(peer.address));
      return ACCEPTED;
    },
    login: async (asked) => {
      const signingIn = signIn(deps, asked.body, asked.peer);
      const outcome = await countSignIn(deps, "password", signingIn);
      const { body, cookies } = await handOutcome(deps, outcome, asked.peer);
      return ok(body, { cookies });
    },
    refresh: async ({ peer }) => {
      const token = heldBy(peer);
      if (token === null) throw new AppError("unauthenticated");
      return begun(await rotateSession(deps, token, peer));
    },
    logout: async ({ peer }) => {
      const token = heldBy(peer);
      if (token !== null) await endSession(deps, token, peer);
      return noContent(signedOut);
    },
    changePassword: async ({ caller, body, peer }) => {
      const how = { from: peer, held: heldBy(peer) };
      const { body: result, cookies } = await changePassword(deps, caller, body, how);
      return ok(result, { cookies });
    },
    forgotPassword: async ({ body, peer }) => {
      await requestReset(deps, body.email, peer);
      return ACCEPTED;
    },
    resetPassword: async ({ body, peer }) => {
      const device = await resetPassword(deps, body, peer);
      return noContent({ cookies: [deviceCookie(device)] });
    },
  });
}
