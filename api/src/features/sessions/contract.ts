import * as z from "zod";
import { endpoints } from "../../contract/endpoint.ts";
import { Instant, Page, pageOf } from "../../contract/values.ts";
import { AuthResult, Password } from "../auth/contract.ts";
import { Assertion } from "../passkeys/contract.ts";

/** A device that somebody is signed in on. */
export const Session = z.object({
  id: z.uuid(),
  device: z.string().describe("Such as Firefox on Linux"),
  network: z
    .string()
    .nullable()
    .describe("Where it was last used from: an IPv4 /24 or an IPv6 /48, never the address"),
  createdAt: Instant,
  lastSeenAt: Instant.describe("To within the quarter of an hour that an access token lasts"),
  expiresAt: Instant.describe("When it ends if it is not used again"),
  current: z.boolean(),
  amr: z.array(z.string()).describe("How its user proved who they are, in words of RFC 8176"),
  assurance: z.int().describe("2 when they proved it by two factors"),
  remember: z.boolean(),
});
export type Session = z.output<typeof Session>;

/** By what somebody can prove anew who they are. */
export const ReauthMethod = z
  .enum(["password", "totp", "recovery", "passkey", "provider"])
  .describe(
    "`provider` is to sign in with one again, begun with `fresh`: it counts from when the provider asked, as its `auth_time` says",
  );
export type ReauthMethod = z.output<typeof ReauthMethod>;

export const sessions = endpoints({
  listSessions: {
    method: "GET",
    path: "/api/auth/sessions",
    summary: "The devices you are signed in on, the newest first",
    auth: "user",
    permission: "account:secure",
    query: Page,
    responses: { 200: pageOf(Session) },
    errors: ["unauthenticated", "invalid_request"],
  },
  revokeSession: {
    method: "DELETE",
    path: "/api/auth/sessions/:id",
    summary: "Sign one device out",
    auth: "user",
    permission: "account:secure",
    params: z.object({ id: z.uuid() }),
    responses: { 204: null },
    errors: ["unauthenticated", "invalid_request", "not_found"],
  },
  logoutAll: {
    method: "POST",
    path: "/api/auth/logout-all",
    summary: "Sign out on every device",
    auth: "user",
    permission: "account:secure",
    body: z
      .strictObject({
        exceptThis: z.boolean().default(false).describe("Stay signed in here"),
      })
      .default({ exceptThis: false }),
    responses: { 204: null },
    errors: ["unauthenticated", "invalid_request"],
  },
  reauthenticate: {
    method: "POST",
    path: "/api/auth/reauth",
    summary:
      "Prove once more that it is you: by your password and, where one is set up, a code of the second factor; or by a passkey",
    auth: "user",
    permission: "account:secure",
    body: z
      .strictObject({
        password: Password.optional(),
        code: z.string().max(64).optional(),
        passkey: Assertion.optional(),
      })
      .describe(
        "Where something is missing the answer is `reauth_required`, with the `methods` there are",
      ),
    responses: { 200: AuthResult },
    limit: { points: 120, seconds: 600 },
    errors: [
      "unauthenticated",
      "session_revoked",
      "invalid_request",
      "reauth_required",
      "invalid_credentials",
      "mfa_invalid_code",
      "mfa_code_already_used",
      "passkey_refused",
      "passkeys_unavailable",
      "refresh_reused",
      "too_many_attempts",
      "rate_limited",
      "overloaded",
      "vault_unavailable",
    ],
  },
});
