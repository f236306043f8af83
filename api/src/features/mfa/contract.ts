import * as z from "zod";
import { endpoints } from "../../contract/endpoint.ts";
import { Instant } from "../../contract/values.ts";
import { AuthResult } from "../auth/contract.ts";

const Code = z.string().max(64);

const RecoveryCodes = z.object({
  recoveryCodes: z
    .array(z.string())
    .describe("Ten codes for whoever lost their authenticator, each good once. Shown this once"),
});

const TrustedDevice = z.object({
  id: z.uuid(),
  device: z.string().describe("Such as Firefox on Linux"),
  isCurrent: z.boolean(),
  createdAt: Instant,
  lastUsedAt: Instant,
  expiresAt: Instant,
});

export const mfa = endpoints({
  verifyMfa: {
    method: "POST",
    path: "/api/auth/mfa/verify",
    summary: "Answer the question for a second factor, and be signed in",
    auth: "public",
    ownPages: true,
    body: z.strictObject({
      mfaToken: z
        .string()
        .regex(/^[\w-]{43}$/, "must be the token that signing in answered with")
        .optional()
        .describe("Without it the one in the cookie, from a sign-in by a provider"),
      method: z.enum(["totp", "recovery"]),
      code: Code,
      trustDevice: z
        .boolean()
        .default(false)
        .describe("Spare this browser the question for thirty days, where no rule asks for it"),
    }),
    responses: { 200: AuthResult },
    limit: { points: 120, seconds: 60 },
    errors: [
      "invalid_request",
      "mfa_token_expired",
      "mfa_invalid_code",
      "mfa_code_already_used",
      "account_suspended",
      "rate_limited",
      "too_many_attempts",
      "vault_unavailable",
      "overloaded",
    ],
  },
  mfaStatus: {
    method: "GET",
    path: "/api/auth/mfa",
    summary: "What is set up beside the password",
    auth: "user",
    permission: "account:secure",
    responses: {
      200: z.object({
        totp: z.boolean(),
        recoveryCodesLeft: z.int(),
        isLowOnRecoveryCodes: z.boolean(),
        passkeys: z.int(),
      }),
    },
    errors: ["unauthenticated"],
  },
  enrollTotp: {
    method: "POST",
    path: "/api/auth/mfa/totp/enroll",
    summary: "Make a secret for an authenticator app; it counts from its first code on",
    auth: "user",
    permission: "account:secure",
    fresh: true,
    body: z.strictObject({}).default({}),
    responses: {
      200: z.object({
        secret: z.string().describe("Base32. Shown this once"),
        otpauthUrl: z.string(),
        qrSvg: z.string().describe("The URL as a QR code: an SVG image that refers to nothing"),
      }),
    },
    limit: { points: 100, seconds: 600 },
    errors: ["unauthenticated", "reauth_required", "conflict", "rate_limited", "vault_unavailable"],
  },
  confirmTotp: {
    method: "POST",
    path: "/api/auth/mfa/totp/confirm",
    summary: "Prove by a code that the app has the secret: from now on signing in asks for one",
    auth: "user",
    permission: "account:secure",
    body: z.strictObject({ code: Code }),
    responses: { 200: RecoveryCodes },
    limit: { points: 100, seconds: 600 },
    errors: [
      "unauthenticated",
      "reauth_required",
      "invalid_request",
      "mfa_invalid_code",
      "mfa_code_already_used",
      "not_found",
      "rate_limited",
      "too_many_attempts",
      "vault_unavailable",
      "overloaded",
    ],
  },
  disableTotp: {
    method: "DELETE",
    path: "/api/auth/mfa/totp",
    summary: "Turn two-factor sign-in off, with recovery codes and trusted devices",
    auth: "user",
    permission: "account:secure",
    fresh: true,
    responses: { 204: null },
    errors: ["unauthenticated", "reauth_required", "mfa_required_by_policy", "not_found"],
  },
  makeRecoveryCodes: {
    method: "POST",
    path: "/api/auth/mfa/recovery-codes",
    summary: "Make new recovery codes; the earlier ones work no more",
    auth: "user",
    permission: "account:secure",
    fresh: true,
    body: z.strictObject({}).default({}),
    responses: { 200: RecoveryCodes },
    limit: { points: 10, seconds: 600 },
    errors: ["unauthenticated", "reauth_required", "not_found", "rate_limited", "overloaded"],
  },
  listTrustedDevices: {
    method: "GET",
    path: "/api/auth/trusted-devices",
    summary: "The browsers that are not asked for a second factor",
    auth: "user",
    permission: "account:secure",
    responses: { 200: z.object({ items: z.array(TrustedDevice) }) },
    errors: ["unauthenticated"],
  },
  forgetTrustedDevice: {
    method: "DELETE",
    path: "/api/auth/trusted-devices/:id",
    summary: "Ask this browser for a second factor again",
    auth: "user",
    permission: "account:secure",
    fresh: true,
    params: z.object({ id: z.uuid() }),
    responses: { 204: null },
    errors: ["unauthenticated", "reauth_required", "invalid_request", "not_found"],
  },
});
