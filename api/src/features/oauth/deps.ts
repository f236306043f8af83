import type { AuthDeps } from "../auth/deps.ts";
import type { Providers } from "./providers.ts";

/** What signing in with providers needs. */
export interface OauthDeps extends AuthDeps {
  readonly providers: Providers;
}
