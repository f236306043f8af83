import { noContent, ok } from "../../http/answer.ts";
import { routes, type Gates } from "../../http/routes.ts";
import type { Caller } from "../auth/authenticate.ts";
import type { AuthDeps } from "../auth/deps.ts";
import { signedOut } from "../auth/signed-out.ts";
import { sessions } from "./contract.ts";
import { listDevices, revokeDevice, revokeDevices } from "./devices.ts";
import { reauthenticate } from "./reauth.ts";

export const sessionRoutes = (
  gates: Gates<Caller>,
  deps: AuthDeps & { readonly forgetKeys: (userId: string) => Promise<void> },
) =>
  routes(sessions, gates, {
    listSessions: async ({ caller, query }) => ok(await listDevices(deps, caller, query)),
    revokeSession: async ({ caller, params, peer }) => {
      await revokeDevice(deps, caller, params.id, peer);
      return noContent();
    },
    logoutAll: async ({ caller, body, peer }) => {
      await revokeDevices(deps, caller, body, peer);
      return noContent(body.exceptThis ? {} : signedOut);
    },
    reauthenticate: async ({ caller, body, peer }) => {
      const held = deps.refreshTokens.decode(peer.cookie("rt") ?? "");
      const { body: result, cookies } = await reauthenticate(deps, caller, body, {
        from: peer,
        held,
      });
      return ok(result, { cookies });
    },
  });
