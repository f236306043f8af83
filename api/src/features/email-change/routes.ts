import { accepted, noContent, ok } from "../../http/answer.ts";
import { routes, type Gates } from "../../http/routes.ts";
import type { LimiterFactory } from "../../lib/rate-limit.ts";
import type { Caller } from "../auth/authenticate.ts";
import { countUse } from "../auth/limits.ts";
import { EMAIL_CHANGES_AN_HOUR, emailChange } from "./contract.ts";
import { confirmEmailChange, requestEmailChange, type EmailChangeDeps } from "./email-change.ts";
import { keepEmail } from "./undo.ts";

export function emailChangeRoutes(
  gates: Gates<Caller>,
  deps: EmailChangeDeps & { readonly limiter: LimiterFactory },
) {
  const requests = deps.limiter({
    name: "email-changes",
    points: EMAIL_CHANGES_AN_HOUR,
    seconds: 3600,
  });
  return routes(emailChange, gates, {
    request: async ({ caller, body, peer }) => {
      await countUse(requests, caller.user.id);
      await requestEmailChange(deps, caller, body.newEmail, peer);
      return accepted({ status: "accepted" as const });
    },
    confirm: async ({ body, peer }) => {
      const held = deps.refreshTokens.decode(peer.cookie("rt") ?? "")?.sessionId;
      await confirmEmailChange(deps, body.token, { from: peer, held });
      return noContent();
    },
    cancel: async ({ body, peer }) => ok({ outcome: await keepEmail(deps, body.token, peer) }),
  });
}
