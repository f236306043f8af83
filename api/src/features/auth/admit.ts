import type { Guarded } from "../../contract/endpoint.ts";
import { AppError } from "../../contract/errors.ts";
import { asSystem } from "../../platform/tenancy.ts";
import { reauthRequired } from "../sessions/reauth.ts";
import { authenticate, type Caller } from "./authenticate.ts";
import { authorize } from "./authorize.ts";
import type { AuthDeps } from "./deps.ts";

/**
 * Whose the token in `Authorization` is, when they may call the endpoint.
 *
 * @throws AppError what {@link authenticate} and {@link authorize} throw; `reauth_required` with the `methods` by which
 * the caller can prove anew who they are.
 */
export async function admit(
  deps: Pick<
    AuthDeps,
    | "accessTokens"
    | "sessions"
    | "platform"
    | "platformDatabase"
    | "logger"
    | "clock"
    | "providers"
    | "relyingParty"
  >,
  authorization: string | undefined,
  endpoint: Guarded,
): Promise<Caller> {
  const caller = await authenticate(deps, authorization);
  try {
    authorize(caller, endpoint, deps.clock());
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (error.code !== "reauth_required") {
      const { permission } = endpoint;
      const refused = { userId: caller.user.id, permission, code: error.code };
      deps.logger.warn(refused, "somebody who is signed in was refused");
      throw error;
    }
    throw await asSystem(() => reauthRequired(deps.platform, caller, deps));
  }
  return caller;
}
