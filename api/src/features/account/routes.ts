import { ok } from "../../http/answer.ts";
import { routes, type Gates } from "../../http/routes.ts";
import type { Platform } from "../../platform/client.ts";
import type { Caller } from "../auth/authenticate.ts";
import { toMe, updateSettings } from "./account.ts";
import { account } from "./contract.ts";

export const accountRoutes = (gates: Gates<Caller>, platform: Platform) =>
  routes(account, gates, {
    get: ({ caller }) => Promise.resolve(ok(toMe(caller.user))),
    patch: async ({ caller, body }) => ok(await updateSettings(platform, caller.user.id, body)),
  });
