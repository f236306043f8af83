import * as z from "zod";
import { endpoints } from "../../contract/endpoint.ts";
import { SCOPES } from "../../contract/permissions.ts";
import { Id, Instant, text } from "../../contract/values.ts";

export const MAX_TOKENS = 50;

const Name = text(480)
  .refine((name) => !/\p{Cc}/u.test(name), "must not contain control characters")
  .transform((name) => name.trim())
  .pipe(z.string().min(1).max(120));

const Scope = z.enum(SCOPES);

export const Token = z.object({
  id: z.uuid(),
  name: z.string(),
  scopes: z.array(z.string()),
  hint: z.string().describe("The last letters of its secret, to know it by"),
  createdAt: Instant,
  expiresAt: Instant,
  lastUsedAt: Instant.nullable().describe("To within a minute"),
});
export type Token = z.output<typeof Token>;

export const tokens = endpoints({
  listTokens: {
    method: "GET",
    path: "/api/tokens",
    summary: "Your personal access tokens, the newest first, expired ones included",
    auth: "user",
    permission: "account:secure",
    responses: { 200: z.object({ items: z.array(Token) }) },
    errors: [],
  },
  createToken: {
    method: "POST",
    path: "/api/tokens",
    summary: `Make a personal access token, of which you may have ${MAX_TOKENS}; its secret is shown this once`,
    auth: "user",
    permission: "account:secure",
    fresh: true,
    body: z.strictObject({
      name: Name,
      scopes: z
        .array(Scope)
        .min(1)
        .max(SCOPES.length)
        .transform((scopes) => [...new Set(scopes)]),
      expiresInDays: z.int().min(1).max(365).default(90),
    }),
    responses: {
      201: Token.extend({ token: z.string().describe("To be sent as `Authorization: Bearer`") }),
    },
    errors: ["invalid_request", "reauth_required", "conflict", "rate_limited"],
  },
  revokeToken: {
    method: "DELETE",
    path: "/api/tokens/:id",
    summary: "Revoke a personal access token",
    auth: "user",
    permission: "account:secure",
    fresh: true,
    params: z.object({ id: Id }),
    responses: { 204: null },
    errors: ["invalid_request", "reauth_required", "not_found", "rate_limited"],
  },
});
