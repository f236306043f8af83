import * as z from "zod";
import { AppError } from "../../contract/errors.ts";
import { challenges } from "../auth/challenges.ts";

/** As long as a browser waits for its user to be verified (WebAuthn Level 3 §15.1). */
export const STEP_SECONDS = 300;

const step = { seconds: STEP_SECONDS, maxAttempts: 1, expired: "passkey_refused" } as const;

/** A passkey is to be made, by a user and in a session of theirs. Its token is the challenge. */
export const registrations = challenges({
  name: "passkey_registration",
  payload: z.strictObject({ sessionId: z.string() }),
  ...step,
});

/** A passkey is to sign. Its token is what it signs, the challenge. */
export const assertions = challenges({
  name: "passkey_sign_in",
  /** The session in which its user is to prove anew who they are; null when signing in, which is bound to a browser. */
  payload: z.strictObject({ sessionId: z.string().nullable() }),
  ...step,
});

const ClientData = z.object({
  challenge: z.string().regex(/^[\w-]{43}$/),
  // Our pages are in nobody's frame. Where the browser does not say (Safari), the origin alone has to be right.
  crossOrigin: z.literal(false).optional(),
});

/**
 * The challenge that the browser says was signed: it is signed with the rest, and so what the library checks later.
 *
 * @throws AppError `passkey_refused` when there is none that could be ours.
 */
export function challengeOf(credential: {
  readonly response: { readonly clientDataJSON: string };
}): string {
  const json = Buffer.from(credential.response.clientDataJSON, "base64url").toString();
  const parsed = z.preprocess(parseOrNull, ClientData).safeParse(json);
  if (!parsed.success) throw new AppError("passkey_refused");
  return parsed.data.challenge;
}

function parseOrNull(json: unknown): unknown {
  try {
    return JSON.parse(String(json));
  } catch {
    return null;
  }
}
