import * as z from "zod";
import { endpoints } from "../../contract/endpoint.ts";
import { Id, Instant, Page, pageOf, text } from "../../contract/values.ts";
import { Email, LinkToken } from "../auth/contract.ts";

export const Role = z.enum(["owner", "admin", "member"]);
export type Role = z.output<typeof Role>;

/** How many invitations a tenant may send within a day. */
export const INVITATIONS_A_DAY = 20;

const TenantName = text(480)
  .refine((name) => !/\p{Cc}/u.test(name), "must not contain control characters")
  // It is read in invitations by people who do not know the tenant.
  .refine((name) => !/:\/\/|www\./i.test(name), "must not contain an address of a site")
  .transform((name) => name.trim())
  .pipe(z.string().min(1).max(120));

export const Tenant = z.object({
  id: z.uuid(),
  name: z.string(),
  mfaRequired: z.boolean().describe("Whether members can do nothing without a second factor"),
  role: Role.describe("Yours in it"),
  createdAt: Instant,
});
export type Tenant = z.output<typeof Tenant>;

/** Somebody in the tenant, as its administrators see them. Of what they write nothing is in it, and nowhere else. */
export const Member = z.object({
  id: z.uuid(),
  email: z.string(),
  displayName: z.string(),
  role: Role,
  status: z.enum(["active", "suspended"]),
  hasSecondFactor: z.boolean(),
  createdAt: Instant.describe("When the account was made"),
});
export type Member = z.output<typeof Member>;

export const Invitation = z.object({
  id: z.uuid(),
  email: z.string(),
  role: Role,
  invitedBy: z.uuid(),
  createdAt: Instant,
  expiresAt: Instant,
});
export type Invitation = z.output<typeof Invitation>;

export const TenantEvent = z.object({
  id: z.string(),
  at: Instant,
  userId: z.uuid().nullable().describe("Whom it concerns"),
  actor: z.enum(["user", "job", "operator", "admin", "anonymous"]),
  actorId: z.uuid().nullable().describe("Who did it, where that is somebody else"),
  action: z.string(),
  outcome: z.enum(["success", "failure", "denied"]),
  target: z.string().nullable(),
});
export type TenantEvent = z.output<typeof TenantEvent>;

const MemberId = z.object({ userId: Id });

export const tenants = endpoints({
  getTenant: {
    method: "GET",
    path: "/api/tenant",
    summary: "The tenant you are in",
    auth: "user",
    permission: "tenant:read",
    responses: { 200: Tenant },
    errors: [],
  },
  patchTenant: {
    method: "PATCH",
    path: "/api/tenant",
    summary: "Rename the tenant, or ask a second factor of its members",
    auth: "user",
    permission: "tenant:write",
    fresh: true,
    body: z.strictObject({ name: TenantName, mfaRequired: z.boolean() }).partial(),
    responses: { 200: Tenant },
    errors: ["invalid_request", "reauth_required", "mfa_required_by_policy", "rate_limited"],
  },
  listMembers: {
    method: "GET",
    path: "/api/tenant/members",
    summary: "Who is in the tenant",
    auth: "user",
    permission: "members:read",
    query: Page,
    responses: { 200: pageOf(Member) },
    errors: ["invalid_request"],
  },
  patchMember: {
    method: "PATCH",
    path: "/api/tenant/members/:userId",
    summary: "Give a member another role: none above yours, and to nobody above you",
    auth: "user",
    permission: "members:write",
    fresh: true,
    params: MemberId,
    body: z.strictObject({ role: Role }),
    responses: { 200: Member },
    errors: ["invalid_request", "reauth_required", "not_found", "last_owner", "rate_limited"],
  },
  removeMember: {
    method: "DELETE",
    path: "/api/tenant/members/:userId",
    summary:
      "Remove a member, or leave: they keep account and journal, in a new tenant of their own. Removing another takes members:write",
    auth: "user",
    permission: "tenant:leave",
    fresh: true,
    params: MemberId,
    responses: { 204: null },
    errors: ["invalid_request", "reauth_required", "not_found", "last_owner", "rate_limited"],
  },
  transferTenant: {
    method: "POST",
    path: "/api/tenant/transfer",
    summary: "Make another member the owner in your place; you become an administrator",
    auth: "user",
    permission: "tenant:transfer",
    fresh: true,
    body: z.strictObject({ userId: Id }),
    responses: { 204: null },
    errors: ["invalid_request", "reauth_required", "not_found", "rate_limited"],
  },
  listInvitations: {
    method: "GET",
    path: "/api/tenant/invitations",
    summary: "The invitations that can still be accepted, the newest first",
    auth: "user",
    permission: "invitations:read",
    responses: { 200: z.object({ items: z.array(Invitation) }) },
    errors: [],
  },
  createInvitation: {
    method: "POST",
    path: "/api/tenant/invitations",
    summary:
      "Invite the owner of an address by mail, in a role that is not above yours; an earlier invitation of theirs ends. The answer is the same whether or not they have an account",
    auth: "user",
    permission: "invitations:write",
    fresh: true,
    body: z.strictObject({ email: Email, role: Role }),
    responses: { 201: Invitation },
    errors: ["invalid_request", "reauth_required", "conflict", "rate_limited"],
  },
  revokeInvitation: {
    method: "DELETE",
    path: "/api/tenant/invitations/:id",
    summary: "Take an invitation back",
    auth: "user",
    permission: "invitations:write",
    params: z.object({ id: Id }),
    responses: { 204: null },
    errors: ["invalid_request", "not_found"],
  },
  acceptInvitation: {
    method: "POST",
    path: "/api/invitations/accept",
    summary:
      "Move into the tenant that invited your address, with all that is yours; the tenant you leave is deleted when nobody is left in it",
    auth: "user",
    permission: "invitations:accept",
    body: z.strictObject({ token: LinkToken }),
    responses: { 200: Tenant },
    limit: { points: 60, seconds: 600 },
    errors: ["invalid_request", "gone", "forbidden", "conflict", "last_owner", "rate_limited"],
  },
  tenantAudit: {
    method: "GET",
    path: "/api/tenant/audit",
    summary:
      "What happened to the tenant and to the security of its members' accounts, newest first; nothing of their journals",
    auth: "user",
    permission: "tenant:audit",
    query: Page,
    responses: { 200: pageOf(TenantEvent) },
    errors: ["invalid_request"],
  },
});
