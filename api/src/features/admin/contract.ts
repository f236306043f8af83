import * as z from "zod";
import { endpoints } from "../../contract/endpoint.ts";
import { Id, Instant, Page, pageOf } from "../../contract/values.ts";
import { Role, TenantEvent } from "../tenants/contract.ts";

/** An account as whoever runs the platform sees it: nothing of the journal, and no key. */
export const Account = z.object({
  id: z.uuid(),
  tenantId: z.uuid(),
  email: z.string(),
  isEmailVerified: z.boolean(),
  displayName: z.string(),
  role: Role,
  platformRole: z.enum(["superadmin"]).nullable(),
  status: z.enum(["active", "suspended"]),
  hasSecondFactor: z.boolean(),
  createdAt: Instant,
});
export type Account = z.output<typeof Account>;

const TenantSummary = z.object({
  id: z.uuid(),
  name: z.string(),
  mfaRequired: z.boolean(),
  members: z.int(),
  createdAt: Instant,
});

/** How many data keys are wrapped under a master key, by what is done with them. Not whose. */
const KeyCount = z.object({
  mekRef: z.string(),
  state: z.enum(["pending", "active", "decrypt_only", "destroyed"]),
  count: z.int(),
});

const PlatformEvent = TenantEvent.extend({
  tenantId: z.uuid().nullable(),
  requestId: z.string().nullable(),
});

/** How far the audit's chain was verified, and the first row that is not what was sealed. */
const AuditVerification = z.object({
  status: z.enum(["intact", "violated"]),
  seals: z.int().describe("How many were verified by this call, and"),
  events: z.int(),
  fault: z
    .object({
      kind: z.enum([
        "event_altered",
        "event_missing",
        "event_unsealed",
        "seal_altered",
        "seal_missing",
        "key_unknown",
        "sealing_stalled",
      ]),
      sealId: z.string().nullable(),
      eventId: z.string().nullable(),
      detail: z.string(),
    })
    .nullable(),
  head: z
    .string()
    .nullable()
    .describe(
      "`seal:hash` of the last seal: kept elsewhere, it shows later that nothing was cut off",
    ),
  unsealed: z
    .object({ count: z.int(), since: Instant.nullable() })
    .nullable()
    .describe("What waits for a seal, at the end of the chain"),
  nextCursor: z.string().nullable().describe("Where to go on; null at the end, and at a fault"),
});

const SetName = z.enum(["platform", "vault", "keys"]);

/** A run of a command or job, by numbers and codes only. */
const OperationRun = z.object({
  id: z.uuid(),
  startedAt: Instant,
  finishedAt: Instant.nullable(),
  outcome: z.enum(["running", "ok", "failed"]),
  sets: z.array(SetName),
  backupId: z.string().nullable(),
  takenAt: Instant.nullable().describe("The moment that the backup holds"),
  bytes: z.int().nullable(),
  facts: z.record(z.string(), z.union([z.number(), z.boolean(), z.string(), z.null()])),
});

const age = z.int().nullable().describe("Null when there was none");
const isLate = z.boolean().describe("Whether that is longer than it should be, or never was");

const Operations = z.object({
  items: z.array(
    z.object({
      kind: z.enum(["backup", "restore", "drill", "reconcile"]),
      newest: OperationRun.nullable(),
      newestSuccess: OperationRun.nullable(),
      ageSeconds: age.describe(
        "Since the newest success, of drills since the last of both journal and keys; null when there was none",
      ),
      isLate,
    }),
  ),
  backups: z
    .array(
      z.object({
        set: SetName,
        takenAt: Instant.nullable().describe("The moment that its newest backup holds"),
        ageSeconds: age,
        isLate,
      }),
    )
    .describe("What would be lost at most, set by set"),
  lastProvenRestore: z.object({ at: Instant, takenAt: Instant }).nullable(),
});
export type Operations = z.output<typeof Operations>;

const UserId = z.object({ id: Id });

export const admin = endpoints({
  listUsers: {
    method: "GET",
    path: "/api/admin/users",
    summary: "The accounts of the platform",
    auth: "user",
    permission: "platform:read",
    query: Page,
    responses: { 200: pageOf(Account) },
    errors: ["invalid_request"],
  },
  searchUsers: {
    method: "POST",
    path: "/api/admin/users/search",
    summary: "The accounts with a part of an address or a name, which no address of a page names",
    auth: "user",
    permission: "platform:read",
    body: Page.extend({
      q: z.string().max(254).describe("A part of the e-mail address or of the name"),
    }),
    responses: { 200: pageOf(Account) },
    errors: ["invalid_request"],
  },
  listTenants: {
    method: "GET",
    path: "/api/admin/tenants",
    summary: "The tenants of the platform",
    auth: "user",
    permission: "platform:read",
    query: Page,
    responses: { 200: pageOf(TenantSummary) },
    errors: ["invalid_request"],
  },
  countKeys: {
    method: "GET",
    path: "/api/admin/keys",
    summary: "How many data keys there are under each master key",
    auth: "user",
    permission: "platform:read",
    responses: { 200: z.object({ items: z.array(KeyCount) }) },
    errors: [],
  },
  platformAudit: {
    method: "GET",
    path: "/api/admin/audit",
    summary: "What happened on the platform, newest first, except when somebody used their journal",
    auth: "user",
    permission: "platform:read",
    query: Page,
    responses: { 200: pageOf(PlatformEvent) },
    errors: ["invalid_request"],
  },
  verifyAudit: {
    method: "GET",
    path: "/api/admin/audit/verify",
    summary: "Verify the chain of seals over the audit, some thousand events at a time",
    auth: "user",
    permission: "platform:read",
    query: z.strictObject({
      cursor: z
        .string()
        .regex(/^[1-9]\d{0,18}$/, "must be the nextCursor of the part before")
        .optional(),
    }),
    responses: { 200: AuditVerification },
    errors: ["invalid_request"],
  },
  operations: {
    method: "GET",
    path: "/api/admin/operations",
    summary: "When backups, restores, drills and reconciling last ran, and whether they are late",
    auth: "user",
    permission: "platform:read",
    responses: { 200: Operations },
    errors: [],
  },
  suspendUser: {
    method: "POST",
    path: "/api/admin/users/:id/suspend",
    summary: "Suspend an account other than your own: it is signed out, and nobody signs in to it",
    auth: "user",
    permission: "platform:write",
    fresh: true,
    params: UserId,
    responses: { 200: Account },
    errors: ["invalid_request", "reauth_required", "forbidden", "not_found"],
  },
  restoreUser: {
    method: "POST",
    path: "/api/admin/users/:id/restore",
    summary: "Let an account that was suspended sign in again",
    auth: "user",
    permission: "platform:write",
    fresh: true,
    params: UserId,
    responses: { 200: Account },
    errors: ["invalid_request", "reauth_required", "not_found"],
  },
});
