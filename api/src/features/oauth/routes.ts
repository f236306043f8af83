import { browserOf } from "../auth/from.ts";
import { AppError } from "../../contract/errors.ts";
import { randomToken } from "../../crypto/random.ts";
import { noContent, ok, seeOther, type Cookie } from "../../http/answer.ts";
import type { Peer } from "../../http/request.ts";
import { routes, type Gates } from "../../http/routes.ts";
import type { Caller } from "../auth/authenticate.ts";
import type { AuthDeps } from "../auth/deps.ts";
import { handOutcome, type AfterSignIn } from "../auth/signed-in.ts";
import { confirmLink, listAccounts, unlinkAccount } from "./accounts.ts";
import { oauth } from "./contract.ts";
import { PROOF_SECONDS } from "./steps.ts";
import { endJourney, keepPosted, SETTINGS_PAGE, startJourney, type Arrival } from "./journey.ts";

const MFA_SECONDS = 300;

/** Browsers come back to redirections, not to JSON, which is why these handlers are more than one line each. */
export function oauthRoutes(
  gates: Gates<Caller>,
  deps: AuthDeps & { readonly afterSignIn: AfterSignIn },
) {
  const page = (path: string, query: Readonly<Record<string, string>>) => {
    const url = new URL(path, deps.appUrl);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    return url.href;
  };

  const sentOn = async (arrival: Arrival, peer: Peer) => {
    switch (arrival.is) {
      case "failed":
        return seeOther(page(arrival.page, { error: arrival.code }));
      case "linked":
        return seeOther(page(arrival.returnTo ?? SETTINGS_PAGE, {}));
      case "waiting": {
        const cookies = [oa(arrival.cookie)];
        return seeOther(page("/sign-in", { error: arrival.code }), { cookies });
      }
      case "signed_in": {
        const { body, cookies } = await handOutcome(deps, arrival.outcome, peer);
        if ("mfaToken" in body) {
          const value = body.mfaToken;
          const cookie: Cookie = { name: "mfa", value, maxAgeSeconds: MFA_SECONDS };
          const to = arrival.returnTo === null ? {} : { to: arrival.returnTo };
          return seeOther(page("/sign-in", { step: "mfa", ...to }), { cookies: [cookie] });
        }
        const to = arrival.returnTo ?? "/today";
        return seeOther(page("/auth/complete", { to }), { cookies });
      }
    }
  };

  return routes(oauth, gates, {
    providers: () =>
      Promise.resolve(
        ok({ items: [...deps.providers.values()].map(({ name, label }) => ({ name, label })) }),
      ),
    start: async ({ params: { provider }, body, caller, peer }) => {
      const { mode, returnTo = null, remember, fresh } = body;
      if (mode === "link" && caller === undefined) throw new AppError("unauthenticated");
      // Kept where there is one: other tabs may be on their way, and an identity may wait for this sign-in.
      const browser = browserOf(peer, "oa") ?? randomToken();
      const linker = mode === "link" ? caller : undefined;
      const journey = { provider, linker, returnTo, remember, fresh, browser };
      const url = await startJourney(deps, journey);
      return ok({ url }, { cookies: [oa(browser)] });
    },
    callback: async ({ params: { provider }, query: { handle, ...answer }, peer }) => {
      const back = { provider, answer, handle, browser: browserOf(peer, "oa"), from: peer };
      return sentOn(await endJourney(deps, back), peer);
    },
    postCallback: async ({ params: { provider }, body: { user, ...answer } }) => {
      const path = `/api/auth/oauth/${provider}/callback`;
      try {
        return seeOther(page(path, { handle: await keepPosted(deps, provider, answer, user) }));
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== "gone") throw error;
        return seeOther(page("/sign-in", { error: error.code }));
      }
    },
    list: async ({ caller }) => ok(await listAccounts(deps, caller.user.id)),
    unlink: async ({ caller, params, peer }) => {
      await unlinkAccount(deps, caller.user, params.id, peer);
      return noContent();
    },
    confirmLink: async ({ caller, peer }) =>
      ok(await confirmLink(deps, caller, browserOf(peer, "oa"), peer), {
        cookies: [{ name: "oa", value: "", maxAgeSeconds: 0 }],
      }),
  });
}

/** Kept for as long as the longest step that is bound to it. What it says is forgotten on the server much sooner. */
const oa = (value: string): Cookie => ({ name: "oa", value, maxAgeSeconds: PROOF_SECONDS });
