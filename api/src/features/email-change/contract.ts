import * as z from "zod";
import { endpoints } from "../../contract/endpoint.ts";
import { Email, LinkToken } from "../auth/contract.ts";

/** How often somebody can ask for another address within an hour. */
export const EMAIL_CHANGES_AN_HOUR = 5;

export const emailChange = endpoints({
  request: {
    method: "POST",
    path: "/api/auth/email/change",
    summary:
      "Ask for another e-mail address: a link goes there, good for an hour, and a notice to yours. The answer is the same whether or not the address has an account",
    auth: "user",
    permission: "account:secure",
    fresh: true,
    body: z.strictObject({ newEmail: Email }),
    responses: { 202: z.object({ status: z.literal("accepted") }) },
    errors: ["invalid_request", "reauth_required", "rate_limited"],
  },
  confirm: {
    method: "POST",
    path: "/api/auth/email/confirm",
    summary:
      "Use the new address, by the token of the link that was mailed there; signs out every device but this one",
    auth: "public",
    ownPages: true,
    body: z.strictObject({ token: LinkToken }),
    responses: { 204: null },
    limit: { points: 60, seconds: 600 },
    errors: ["invalid_request", "gone", "conflict", "rate_limited"],
  },
  cancel: {
    method: "POST",
    path: "/api/auth/email/cancel",
    summary:
      "Keep the old address, by the token of a link that was mailed there: stops the change, or takes it back within 48 hours. Taken back, it signs everybody out, and the password is to be set anew",
    auth: "public",
    body: z.strictObject({ token: LinkToken }),
    responses: {
      200: z.object({
        outcome: z
          .enum(["cancelled", "undone"])
          .describe("`undone` when the new address was in use already"),
      }),
    },
    limit: { points: 60, seconds: 600 },
    errors: ["invalid_request", "gone", "conflict", "rate_limited"],
  },
});
