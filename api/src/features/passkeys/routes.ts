import { browserOf } from "../auth/from.ts";
import { randomToken } from "../../crypto/random.ts";
import { created, noContent, ok, type Cookie } from "../../http/answer.ts";
import { routes, type Gates } from "../../http/routes.ts";
import type { Caller } from "../auth/authenticate.ts";
import { countSignIn } from "../auth/count-sign-in.ts";
import type { AuthDeps } from "../auth/deps.ts";
import { handOutcome, type AfterSignIn } from "../auth/signed-in.ts";
import { passkeys } from "./contract.ts";
import { listPasskeys, removePasskey, renamePasskey } from "./passkeys.ts";
import { beginRegistration, register } from "./register.ts";
import { beginReauth, beginSignIn, signInByPasskey } from "./sign-in.ts";
import { STEP_SECONDS } from "./steps.ts";

export function passkeyRoutes(
  gates: Gates<Caller>,
  deps: AuthDeps & { readonly afterSignIn: AfterSignIn },
) {
  return routes(passkeys, gates, {
    listPasskeys: async ({ caller }) => ok({ items: await listPasskeys(deps.platform, caller) }),
    beginRegistration: async ({ caller }) => ok(await beginRegistration(deps, caller)),
    register: async ({ body, caller, peer }) => created(await register(deps, caller, body, peer)),
    renamePasskey: async ({ params, body, caller }) =>
      ok(await renamePasskey(deps.platform, caller, params.id, body.name)),
    removePasskey: async ({ params, caller, peer }) => {
      await removePasskey(deps, caller, params.id, peer);
      return noContent();
    },
    beginSignIn: async ({ peer }) => {
      // One that it has may be waited for by a sign-in with a provider: it stays as it is.
      const held = browserOf(peer, "oa");
      const value = held ?? randomToken();
      const cookie: Cookie = { name: "oa", value, maxAgeSeconds: STEP_SECONDS };
      const options = await beginSignIn(deps, value);
      return ok(options, held === undefined ? { cookies: [cookie] } : {});
    },
    signIn: async ({ body, peer }) => {
      const browser = browserOf(peer, "oa");
      const signingIn = signInByPasskey(deps, body, { browser, from: peer });
      const outcome = await countSignIn(deps, "passkey", signingIn);
      const handed = await handOutcome(deps, outcome, peer);
      if (!("accessToken" in handed.body)) throw new Error("two factors asked for a third");
      return ok(handed.body, { cookies: handed.cookies });
    },
    beginReauth: async ({ caller }) => ok(await beginReauth(deps, caller)),
  });
}
