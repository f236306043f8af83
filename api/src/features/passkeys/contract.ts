import * as z from "zod";
import { endpoints } from "../../contract/endpoint.ts";
import { Id, Instant, text } from "../../contract/values.ts";
import { AuthResult } from "../auth/contract.ts";

export const MAX_PASSKEYS = 20;

/** Bytes as WebAuthn's JSON has them: base64url without padding. */
const Bytes = (max: number) =>
  z
    .string()
    .max(max)
    .regex(/^[\w-]+$/, "must be base64url");

/** The longest id of a credential is 1023 bytes (WebAuthn Level 3 §6.5.1). */
const CredentialId = Bytes(1364);

const Transports = z
  .array(z.string().max(32))
  .max(16)
  .default([])
  .describe("`internal`, `hybrid`, `usb` and so on; what is not known here is left out");

const credential = <R extends z.ZodType>(response: R) =>
  z
    .object({ id: CredentialId, rawId: CredentialId, type: z.literal("public-key"), response })
    .describe("`PublicKeyCredential.toJSON()` of the browser; members not named here are ignored");

/** What `navigator.credentials.create` gives (RegistrationResponseJSON). */
export const Attestation = credential(
  z.object({
    clientDataJSON: Bytes(4096),
    attestationObject: Bytes(8192),
    transports: Transports,
  }),
);
export type Attestation = z.output<typeof Attestation>;

/** What `navigator.credentials.get` gives (AuthenticationResponseJSON). */
export const Assertion = credential(
  z.object({
    clientDataJSON: Bytes(4096),
    authenticatorData: Bytes(2048),
    signature: Bytes(2048),
    userHandle: Bytes(86).optional(),
  }),
);
export type Assertion = z.output<typeof Assertion>;

const Descriptor = z.object({
  type: z.literal("public-key"),
  id: z.string(),
  transports: z.array(z.string()),
});

/** For `PublicKeyCredential.parseCreationOptionsFromJSON`. */
const CreationOptions = z.object({
  challenge: z.string(),
  rp: z.object({ id: z.string(), name: z.string() }),
  user: z.object({ id: z.string(), name: z.string(), displayName: z.string() }),
  pubKeyCredParams: z.array(z.object({ type: z.literal("public-key"), alg: z.int() })),
  timeout: z.int(),
  attestation: z.literal("none"),
  authenticatorSelection: z.object({
    residentKey: z.literal("required"),
    requireResidentKey: z.literal(true),
    userVerification: z.literal("required"),
  }),
  excludeCredentials: z.array(Descriptor),
});
export type CreationOptions = z.output<typeof CreationOptions>;

/** For `PublicKeyCredential.parseRequestOptionsFromJSON`. */
const RequestOptions = z.object({
  challenge: z.string(),
  rpId: z.string(),
  timeout: z.int(),
  userVerification: z.literal("required"),
  allowCredentials: z
    .array(Descriptor)
    .describe("Empty when signing in: the browser shows the passkeys that it knows"),
});
export type RequestOptions = z.output<typeof RequestOptions>;

const Name = text(480)
  .refine((name) => !/\p{Cc}/u.test(name), "must not contain control characters")
  .transform((name) => name.trim())
  .pipe(z.string().min(1).max(120));

export const Passkey = z.object({
  id: z.uuid(),
  name: z.string(),
  isBackedUp: z.boolean().describe("Whether a password manager keeps a copy of it elsewhere"),
  transports: z.array(z.string()),
  createdAt: Instant,
  lastUsedAt: Instant.nullable(),
});
export type Passkey = z.output<typeof Passkey>;

export const passkeys = endpoints({
  listPasskeys: {
    method: "GET",
    path: "/api/auth/passkeys",
    summary: "Your passkeys, the oldest first",
    auth: "user",
    permission: "account:secure",
    responses: { 200: z.object({ items: z.array(Passkey) }) },
    errors: [],
  },
  beginRegistration: {
    method: "POST",
    path: "/api/auth/passkeys/register/options",
    summary: `Begin to add a passkey, of which you may have ${MAX_PASSKEYS}: what the browser is to make`,
    auth: "user",
    permission: "account:secure",
    fresh: true,
    body: z.strictObject({}).default({}),
    responses: { 200: CreationOptions },
    limit: { points: 60, seconds: 600 },
    errors: ["conflict", "passkeys_unavailable"],
  },
  register: {
    method: "POST",
    path: "/api/auth/passkeys/register/verify",
    summary: "Add the passkey that the browser made, within five minutes and in the same session",
    auth: "user",
    permission: "account:secure",
    body: z.strictObject({
      name: Name.optional().describe("Without it the password manager's, or the device's"),
      credential: Attestation,
    }),
    responses: { 201: Passkey },
    limit: { points: 60, seconds: 600 },
    errors: ["reauth_required", "passkey_refused", "conflict", "passkeys_unavailable"],
  },
  renamePasskey: {
    method: "PATCH",
    path: "/api/auth/passkeys/:id",
    summary: "Call a passkey something else",
    auth: "user",
    permission: "account:secure",
    params: z.object({ id: Id }),
    body: z.strictObject({ name: Name }),
    responses: { 200: Passkey },
    errors: ["not_found"],
  },
  removePasskey: {
    method: "DELETE",
    path: "/api/auth/passkeys/:id",
    summary:
      "Remove a passkey, unless it is your last way in, or the last second factor where one is asked for",
    auth: "user",
    permission: "account:secure",
    fresh: true,
    params: z.object({ id: Id }),
    responses: { 204: null },
    errors: ["not_found", "last_sign_in_method", "mfa_required_by_policy"],
  },
  beginSignIn: {
    method: "POST",
    path: "/api/auth/passkeys/sign-in/options",
    summary: "Begin to sign in with a passkey: what it is to sign, within five minutes",
    auth: "public",
    ownPages: true,
    body: z.strictObject({}).default({}),
    responses: { 200: RequestOptions },
    limit: { points: 120, seconds: 60 },
    errors: ["passkeys_unavailable"],
  },
  signIn: {
    method: "POST",
    path: "/api/auth/passkeys/sign-in/verify",
    summary: "Sign in with what a passkey signed. It counts as two factors; no code is asked for",
    auth: "public",
    ownPages: true,
    body: z.strictObject({ credential: Assertion, remember: z.boolean().default(false) }),
    responses: { 200: AuthResult },
    limit: { points: 120, seconds: 60 },
    errors: ["passkey_refused", "email_not_verified", "account_suspended", "passkeys_unavailable"],
  },
  beginReauth: {
    method: "POST",
    path: "/api/auth/passkeys/reauth/options",
    summary: "Begin to prove by a passkey that it is you: what it is to sign, for `reauth`",
    auth: "user",
    permission: "account:secure",
    body: z.strictObject({}).default({}),
    responses: { 200: RequestOptions },
    limit: { points: 120, seconds: 600 },
    errors: ["not_found", "passkeys_unavailable"],
  },
});
