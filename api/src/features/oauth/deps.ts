import type { AuthDeps } from "../auth/deps.ts";

/** What signing in with providers needs. */
export type OauthDeps = AuthDeps;
