import * as z from "zod";
import { endpoints } from "../../contract/endpoint.ts";
import { TimeZone } from "../../contract/values.ts";
import { DisplayName, Me } from "../account/contract.ts";

export const MIN_PASSWORD_LENGTH = 12;
export const MAX_PASSWORD_LENGTH = 256;

export const Email = z
  .email("must be an e-mail address")
  .max(254)
  .transform((address) => address.toLowerCase());

/** Code points are counted, so that an emoji is one. How strong it is, the sign-up decides. */
export const Password = z
  .string()
  .max(4 * MAX_PASSWORD_LENGTH)
  .refine((value) => value.isWellFormed(), "must not contain half of a surrogate pair");

/** Of a link that was mailed to whoever signed up with a provider. */
const ProviderLinkToken = z
  .string()
  .regex(/^[A-Za-z0-9_-]{34}$/, "must be the token of the link, whole");

export const LinkToken = z
  .string()
  .regex(/^[A-Za-z0-9_-]{32}$/, "must be the token of the link, whole");

/** What every way of signing in answers. The refresh token comes as a cookie beside it. */
export const AuthResult = z.object({
  accessToken: z.string(),
  expiresIn: z.int().describe("Seconds until the access token expires"),
  user: Me,
});
export type AuthResult = z.output<typeof AuthResult>;

/** What signing in answers where a second factor is set up. No session exists yet. */
export const Challenge = z.object({
  mfaRequired: z.literal(true),
  mfaToken: z.string().describe("Good for five tries within five minutes"),
  methods: z.array(z.enum(["totp", "recovery"])),
});
export type Challenge = z.output<typeof Challenge>;

const Accepted = z.object({ status: z.literal("accepted") });

export const auth = endpoints({
  signup: {
    method: "POST",
    path: "/api/auth/signup",
    summary: "Create an account; the answer is the same whether or not the address is taken",
    auth: "public",
    ownPages: true,
    body: z.strictObject({
      email: Email,
      password: Password,
      displayName: DisplayName.optional(),
      timeZone: TimeZone.optional(),
    }),
    responses: { 202: Accepted },
    limit: { points: 100, seconds: 3600 },
    errors: ["invalid_request", "weak_password", "rate_limited", "overloaded"],
  },
  verifyEmail: {
    method: "POST",
    path: "/api/auth/verify-email",
    summary: "Prove the address by the token of the e-mailed link, and sign in",
    auth: "public",
    ownPages: true,
    body: z
      .strictObject({
        token: z.union([LinkToken, ProviderLinkToken]),
        signedUpHere: z
          .literal(true)
          .optional()
          .describe(
            "Takes the token alone only in the browser that signed up. A page has to say so: whoever presses a link may never have signed up",
          ),
        password: Password.optional().describe(
          "In another browser: as chosen when signing up. A link takes five wrong ones",
        ),
        newPassword: Password.optional().describe(
          "In another browser: takes the place of what was chosen, and ends all that was begun",
        ),
      })
      .superRefine(({ token, password, newPassword }, context) => {
        if (!ProviderLinkToken.safeParse(token).success) return;
        for (const [field, value] of Object.entries({ password, newPassword })) {
          if (value === undefined) continue;
          const message = "must not come with the link of a sign-up with a provider";
          context.addIssue({ code: "custom", path: [field], message });
        }
      }),
    responses: { 200: AuthResult },
    limit: { points: 60, seconds: 600 },
    errors: [
      "invalid_request",
      "gone",
      "conflict",
      "password_required",
      "invalid_credentials",
      "weak_password",
      "account_suspended",
      "rate_limited",
      "too_many_attempts",
      "overloaded",
    ],
  },
  resendVerification: {
    method: "POST",
    path: "/api/auth/verify-email/resend",
    summary: "Send the verification link again",
    auth: "public",
    body: z.strictObject({ email: Email }),
    responses: { 202: Accepted },
    limit: { points: 30, seconds: 3600 },
    errors: ["invalid_request", "rate_limited"],
  },
  login: {
    method: "POST",
    path: "/api/auth/login",
    summary: "Sign in with e-mail address and password",
    auth: "public",
    ownPages: true,
    body: z.strictObject({
      email: Email,
      password: Password,
      remember: z.boolean().default(false),
      pass: LinkToken.optional().describe(
        "The token of the link mailed to the owner while strangers who fail have to wait",
      ),
    }),
    responses: { 200: z.union([AuthResult, Challenge]) },
    limit: { points: 120, seconds: 60 },
    errors: [
      "invalid_request",
      "invalid_credentials",
      "email_not_verified",
      "account_suspended",
      "rate_limited",
      "too_many_attempts",
      "overloaded",
    ],
  },
  refresh: {
    method: "POST",
    path: "/api/auth/refresh",
    summary: "Trade the refresh cookie for a new one and a new access token",
    auth: "refresh_cookie",
    body: z.strictObject({}).default({}),
    responses: { 200: AuthResult },
    limit: { points: 300, seconds: 60 },
    errors: ["unauthenticated", "session_revoked", "refresh_reused", "csrf_failed", "rate_limited"],
  },
  logout: {
    method: "POST",
    path: "/api/auth/logout",
    summary: "End this session",
    auth: "refresh_cookie",
    body: z.strictObject({}).default({}),
    responses: { 204: null },
    errors: ["csrf_failed"],
  },
  changePassword: {
    method: "POST",
    path: "/api/auth/password/change",
    summary: "Choose another password; signs out every other device",
    auth: "user",
    permission: "account:secure",
    body: z.strictObject({
      currentPassword: Password.optional().describe(
        "Left out by who has none yet, and has proved within five minutes who they are",
      ),
      newPassword: Password,
    }),
    responses: { 200: AuthResult },
    limit: { points: 60, seconds: 600 },
    errors: [
      "unauthenticated",
      "session_revoked",
      "invalid_request",
      "invalid_credentials",
      "reauth_required",
      "refresh_reused",
      "weak_password",
      "too_many_attempts",
      "rate_limited",
      "overloaded",
    ],
  },
  forgotPassword: {
    method: "POST",
    path: "/api/auth/password/forgot",
    summary: "Mail a link to choose a new password; the answer is the same for any address",
    auth: "public",
    body: z.strictObject({ email: Email }),
    responses: { 202: Accepted },
    limit: { points: 120, seconds: 3600 },
    errors: ["invalid_request", "rate_limited"],
  },
  resetPassword: {
    method: "POST",
    path: "/api/auth/password/reset",
    summary: "Choose a new password by the token of the link; signs out every device",
    auth: "public",
    ownPages: true,
    body: z.strictObject({
      token: LinkToken,
      password: Password,
      code: z
        .string()
        .max(64)
        .optional()
        .describe("Of the second factor, where one is set up: of the app, or a recovery code"),
    }),
    responses: { 204: null },
    limit: { points: 60, seconds: 600 },
    errors: [
      "invalid_request",
      "gone",
      "weak_password",
      "mfa_required",
      "mfa_invalid_code",
      "mfa_code_already_used",
      "too_many_attempts",
      "rate_limited",
      "overloaded",
      "vault_unavailable",
    ],
  },
});
