import * as z from "zod";
import { endpoints } from "../../contract/endpoint.ts";
import { Id, Instant } from "../../contract/values.ts";

export const ProviderName = z.enum(["google", "microsoft", "apple", "oidc"]);
export type ProviderName = z.output<typeof ProviderName>;

/** A page of ours to come back to: nothing in it can name another site. */
const ReturnTo = z
  .string()
  .max(200)
  .regex(
    /^\/(today|calendar|day|entries|feels|pillars|habits|moods|recaps|insights|search|trash|settings|tenant|invite)(\/[A-Za-z0-9-]+)*(\?[\w=&-]*)?$/,
    "must be the path of a page",
  );

const Linked = z.object({
  id: z.uuid(),
  provider: ProviderName,
  label: z.string(),
  email: z
    .string()
    .nullable()
    .describe("As the provider called it when it was connected. It may have changed since"),
  createdAt: Instant,
  lastUsedAt: Instant.nullable(),
});
export type Linked = z.output<typeof Linked>;

const Part = z.string().max(8192).optional().catch(undefined);

export const oauth = endpoints({
  providers: {
    method: "GET",
    path: "/api/auth/oauth/providers",
    summary: "List the providers that one can sign in with here",
    auth: "public",
    responses: {
      200: z.object({ items: z.array(z.object({ name: ProviderName, label: z.string() })) }),
    },
    errors: [],
  },
  start: {
    method: "POST",
    path: "/api/auth/oauth/:provider/start",
    summary: "Begin to sign in with a provider, or to connect one with an access token",
    auth: "optional_user",
    permission: "account:secure",
    fresh: true,
    params: z.strictObject({ provider: ProviderName }),
    body: z
      .strictObject({
        mode: z.enum(["login", "link"]).default("login"),
        returnTo: ReturnTo.optional(),
        remember: z.boolean().default(false),
        fresh: z
          .boolean()
          .default(false)
          .describe(
            "Have the provider ask anew who it is, where it can, though one is signed in there: for a fresh proof. To connect one always does",
          ),
      })
      .prefault({}),
    responses: { 200: z.object({ url: z.url().describe("Where to send the browser") }) },
    limit: { points: 60, seconds: 60 },
    errors: ["not_found", "unauthenticated", "csrf_failed", "provider_unavailable"],
  },
  callback: {
    method: "GET",
    path: "/api/auth/oauth/:provider/callback",
    summary:
      "Where a provider sends the browser back to. It is sent on to `/auth/complete`, where the page asks for an access token; to `/sign-in?step=mfa`; or, with `error=<code>`, to `/sign-in` or the page that connected the provider",
    auth: "public",
    params: z.strictObject({ provider: ProviderName }),
    query: z.object({ code: Part, state: Part, iss: Part, error: Part, handle: Part }),
    responses: { 303: null },
    limit: { points: 120, seconds: 60 },
    errors: [],
  },
  postCallback: {
    method: "POST",
    path: "/api/auth/oauth/:provider/callback",
    summary: "Where Apple's page posts its answer to, from where it comes back as a GET",
    auth: "public",
    params: z.strictObject({ provider: ProviderName }),
    form: true,
    body: z.object({ code: Part, state: Part, iss: Part, error: Part, user: Part }),
    responses: { 303: null },
    limit: { points: 120, seconds: 60 },
    errors: [],
  },
  list: {
    method: "GET",
    path: "/api/auth/oauth/accounts",
    summary: "List the identities that can sign you in",
    auth: "user",
    permission: "account:secure",
    responses: { 200: z.object({ items: z.array(Linked) }) },
    errors: [],
  },
  unlink: {
    method: "DELETE",
    path: "/api/auth/oauth/accounts/:id",
    summary: "Disconnect an identity, unless it is your last way in",
    auth: "user",
    permission: "account:secure",
    fresh: true,
    params: z.strictObject({ id: Id }),
    responses: { 204: null },
    errors: ["not_found", "last_sign_in_method"],
  },
  confirmLink: {
    method: "POST",
    path: "/api/auth/oauth/link/confirm",
    summary:
      "Connect the identity that this browser came back with, when the answer was `link_required`",
    auth: "user",
    permission: "account:secure",
    fresh: true,
    body: z.strictObject({}).prefault({}),
    responses: { 200: Linked },
    limit: { points: 20, seconds: 60 },
    errors: ["gone", "identity_already_linked"],
  },
});
