import * as z from "zod";
import { endpoints } from "../../contract/endpoint.ts";
import { Day, Instant, Page, pageOf, TimeZone, text } from "../../contract/values.ts";

/** A name that fits on one line. */
export const DisplayName = text(480)
  .refine((name) => !/\p{Cc}/u.test(name), "must not contain control characters")
  .transform((name) => name.trim())
  .pipe(z.string().max(120));

const Settings = z.strictObject({
  displayName: DisplayName,
  timeZone: TimeZone,
  dayStartHour: z.int().min(0).max(6),
  locale: z
    .string()
    .regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, "must be a language tag, such as en or de-CH")
    .max(35),
  weekStartsOn: z.int().min(0).max(6).describe("0 is Sunday"),
});

export const Me = z.object({
  id: z.uuid(),
  email: z.string(),
  role: z.enum(["owner", "admin", "member"]),
  platformRole: z.enum(["superadmin"]).nullable(),
  displayName: z.string(),
  timeZone: z.string(),
  dayStartHour: z.int(),
  locale: z.string(),
  weekStartsOn: z.int(),
  createdAt: Instant,
});
export type Me = z.output<typeof Me>;

/** What somebody has in hand whose account is gone. */
export const Receipt = z.object({
  id: z.uuid(),
  requestedAt: Instant,
  unreadableAfter: Day.describe(
    "The UTC day after which nobody can open anything of yours: the last backup that holds your keys is gone by then",
  ),
});
export type Receipt = z.output<typeof Receipt>;

/** One line of the ledger. */
export const Event = z.object({
  id: z.string(),
  at: Instant,
  actor: z
    .enum(["user", "job", "operator", "admin", "anonymous"])
    .describe(
      "You, the server by itself, whoever runs it from a terminal, an administrator, or somebody not signed in",
    ),
  action: z
    .string()
    .describe(
      [
        "`key.unwrapped`: the key to your journal was unwrapped, and stays in the server's memory for as long as the configuration says (a minute; five with a key service).",
        "`key.rewrapped`: the keys of everybody were wrapped anew by another master key. `key.retired`: a master key was removed, which no key was wrapped by any more.",
        "`key.repaired`: an operator repaired what is kept of your keys.",
        "`dek.rotated`: a new key was made for you, or all that you have is under it now. `dek.activated`: what you write is encrypted with it from then on. `dek.destroyed`: an earlier one is gone.",
        "`vault.baselined`, `vault.violated`, `vault.accepted`: what your journal should hold was noted; it did not hold that; an operator accepted what it holds.",
        "Others say what happened to your account: `login.succeeded`, `login.failed`, `password.changed`, `mfa.enrolled`, `token.created` and so on.",
      ].join(" "),
    ),
  outcome: z.enum(["success", "failure", "denied"]),
  purpose: z.string().describe("Why: the method and route of a request, or the name of a job"),
  network: z
    .string()
    .nullable()
    .describe(
      "From where, as the network of the address. Sealed under a key of yours, for you alone",
    ),
  device: z.string().nullable().describe("By what, as in the list of your devices"),
  requestId: z
    .string()
    .nullable()
    .describe("The `X-Request-Id` of the answer that it was done for"),
});
export type Event = z.output<typeof Event>;

/** How often somebody can have a copy of their account's data within a day. */
export const EXPORTS_A_DAY = 2;

const Times = z.object({ createdAt: Instant, expiresAt: Instant });

/**
 * What is kept of somebody's account besides their journal: what they told, what they set up to sign in with, where they
 * did, and what happened. Not in it are what says nothing of them (keys, steps of a sign-in that are under way, counts of
 * attempts), invitations that they sent, which are about others, and any password, key, token or code, nor the hash of one.
 */
export const AccountExport = z.object({
  format: z.literal("timos-account"),
  version: z.literal(1),
  exportedAt: Instant,
  account: Me.extend({
    emailVerifiedAt: Instant.nullable(),
    updatedAt: Instant,
    hasPassword: z.boolean(),
    secondFactorSince: Instant.nullable(),
    recoveryCodesLeft: z.int(),
  }),
  tenant: z.object({ id: z.uuid(), name: z.string(), mfaRequired: z.boolean() }),
  sessions: z.array(
    Times.omit({ expiresAt: true }).extend({
      id: z.uuid(),
      userAgent: z.string(),
      network: z.string().nullable(),
      amr: z.string(),
      remember: z.boolean(),
      rotatedAt: Instant,
      idleExpiresAt: Instant,
      revokedAt: Instant.nullable(),
      revokeReason: z.string().nullable(),
    }),
  ),
  knownBrowsers: z.array(Times),
  trustedDevices: z.array(
    Times.extend({ id: z.uuid(), userAgent: z.string(), lastUsedAt: Instant }),
  ),
  identities: z.array(
    z.object({
      provider: z.string(),
      issuer: z.string(),
      subject: z.string(),
      email: z.string().nullable(),
      createdAt: Instant,
      lastUsedAt: Instant.nullable(),
    }),
  ),
  passkeys: z.array(
    z.object({ name: z.string(), createdAt: Instant, lastUsedAt: Instant.nullable() }),
  ),
  tokens: z.array(
    Times.extend({
      name: z.string(),
      scopes: z.string(),
      lastUsedAt: Instant.nullable(),
      revokedAt: Instant.nullable(),
    }),
  ),
  links: z
    .array(Times.extend({ purpose: z.string(), email: z.string().nullable() }))
    .describe("What was mailed to you, or to the address that you want, and still works"),
  invitations: z
    .array(
      Times.extend({
        role: z.string(),
        acceptedAt: Instant.nullable(),
        revokedAt: Instant.nullable(),
      }),
    )
    .describe("To your address"),
  events: z.array(Event).describe("What happened to your account and your key, newest first"),
});

export const account = endpoints({
  get: {
    method: "GET",
    path: "/api/me",
    summary: "Read your account",
    auth: "user",
    permission: "account:read",
    responses: { 200: Me },
    errors: [],
  },
  patch: {
    method: "PATCH",
    path: "/api/me",
    summary: "Change your name, zone, day start, language or week start",
    auth: "user",
    permission: "account:write",
    body: Settings.partial(),
    responses: { 200: Me },
    errors: ["invalid_request"],
  },
  erase: {
    method: "DELETE",
    path: "/api/me",
    summary: "Erase your account and destroy the keys to your journal, for good",
    auth: "user",
    permission: "account:secure",
    fresh: true,
    body: z.strictObject({
      confirm: z.string().max(320).describe("The e-mail address of your account"),
    }),
    responses: { 202: Receipt },
    errors: ["invalid_request", "reauth_required", "last_owner"],
  },
  export: {
    method: "GET",
    path: "/api/me/export",
    summary: "What is kept of your account besides your journal, as a file",
    auth: "user",
    permission: "account:secure",
    fresh: true,
    streams: true,
    responses: { 200: AccountExport },
    errors: ["reauth_required", "rate_limited"],
  },
  audit: {
    method: "GET",
    path: "/api/me/audit",
    summary: "List what happened to your account and your keys, when and why, newest first",
    auth: "user",
    permission: "account:read",
    query: Page,
    responses: { 200: pageOf(Event) },
    errors: ["invalid_request"],
  },
});
