import { AppError } from "../../contract/errors.ts";
import { noContent, ok, type Cookie } from "../../http/answer.ts";
import { routes, type Gates } from "../../http/routes.ts";
import type { Caller } from "../auth/authenticate.ts";
import { countSignIn } from "../auth/count-sign-in.ts";
import type { AuthDeps } from "../auth/deps.ts";
import { handOutcome, type AfterSignIn } from "../auth/signed-in.ts";
import { mfa } from "./contract.ts";
import { confirmTotp, disableTotp, enrollTotp, remakeRecoveryCodes } from "./enrolment.ts";
import { mfaStatus } from "./status.ts";
import { forgetTrustedDevice, listTrustedDevices, NO_TRUST } from "./trusted-devices.ts";
import { signInBySecondFactor } from "./verify.ts";

export function mfaRoutes(
  gates: Gates<Caller>,
  deps: AuthDeps & { readonly afterSignIn: AfterSignIn },
) {
  return routes(mfa, gates, {
    verifyMfa: async ({ body, peer }) => {
      const held = peer.cookie("mfa");
      const mfaToken = body.mfaToken ?? held;
      if (mfaToken === undefined) throw new AppError("mfa_token_expired");
      const signingIn = signInBySecondFactor(deps, { ...body, mfaToken }, peer);
      const outcome = await countSignIn(
        deps,
        "second_factor",
        signingIn.then((signedIn) => signedIn.outcome),
      );
      const { trust } = await signingIn;
      const handed = await handOutcome(deps, outcome, peer);
      if (!("accessToken" in handed.body)) throw new Error("two factors asked for a third");
      const cookies: Cookie[] = [...handed.cookies];
      if (trust !== null) cookies.push(trust);
      if (held !== undefined) cookies.push({ name: "mfa", value: "", maxAgeSeconds: 0 });
      return ok(handed.body, { cookies });
    },
    mfaStatus: async ({ caller }) => ok(await mfaStatus(deps.platform, caller.user.id)),
    enrollTotp: async ({ caller, peer }) => ok(await enrollTotp(deps, caller, peer)),
    confirmTotp: async ({ body, caller, peer }) =>
      ok({ recoveryCodes: await confirmTotp(deps, caller, body.code, peer) }),
    disableTotp: async ({ caller, peer }) => {
      await disableTotp(deps, caller, peer);
      return noContent({ cookies: [NO_TRUST] });
    },
    makeRecoveryCodes: async ({ caller, peer }) =>
      ok({ recoveryCodes: await remakeRecoveryCodes(deps, caller, peer) }),
    listTrustedDevices: async ({ caller, peer }) =>
      ok({ items: await listTrustedDevices(deps.platform, caller.user, peer, deps.clock()) }),
    forgetTrustedDevice: async ({ params, caller, peer }) => {
      await forgetTrustedDevice(deps, caller.user, params.id, peer);
      return noContent();
    },
  });
}
