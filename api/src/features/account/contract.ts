import * as z from "zod";
import { endpoints } from "../../contract/endpoint.ts";
import { Instant, TimeZone, text } from "../../contract/values.ts";

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
  displayName: z.string(),
  timeZone: z.string(),
  dayStartHour: z.int(),
  locale: z.string(),
  weekStartsOn: z.int(),
  createdAt: Instant,
});
export type Me = z.output<typeof Me>;

export const account = endpoints({
  get: {
    method: "GET",
    path: "/api/me",
    summary: "Read your account",
    auth: "user",
    responses: { 200: Me },
    errors: [],
  },
  patch: {
    method: "PATCH",
    path: "/api/me",
    summary: "Change your name, zone, day start, language or week start",
    auth: "user",
    body: Settings.partial(),
    responses: { 200: Me },
    errors: ["invalid_request"],
  },
});
