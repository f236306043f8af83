import * as z from "zod";
import { challenges } from "../auth/challenges.ts";
import { ProviderName } from "./contract.ts";
import { Identity } from "./identity.ts";

export const JOURNEY_SECONDS = 600;

/** Somebody was sent to a provider, and is to come back. Its token is the `state`. Of their user when they link. */
export const journeys = challenges({
  name: "oauth",
  payload: z.strictObject({
    provider: ProviderName,
    nonce: z.string(),
    verifier: z.string(),
    returnTo: z.string().nullable(),
    remember: z.boolean(),
    /** Whether the provider was to ask anew. */
    fresh: z.boolean().default(false),
    /** The session that an identity is to be linked in; null when signing in. */
    linkingSession: z.string().nullable(),
  }),
  seconds: JOURNEY_SECONDS,
  maxAttempts: 1,
  expired: "gone",
});

const Answer = z.strictObject({
  code: z.string().optional(),
  state: z.string().optional(),
  iss: z.string().optional(),
  error: z.string().optional(),
});

/** What a provider's page posted from its own site, without our cookies: kept until the browser asks for it with them. */
export const posted = challenges({
  name: "oauth_callback",
  payload: z.strictObject({
    provider: ProviderName,
    answer: Answer,
    personName: z.string().nullable(),
  }),
  seconds: 60,
  maxAttempts: 1,
  expired: "gone",
});

/** What an identity waits for: that its browser signs in to the account it is to be linked to, or proves an address. */
const Waiting = z.strictObject({ for: z.enum(["link", "address"]), identity: Identity });

/** An identity that is to be linked to an account, once its browser has signed in to it. Its token is a cookie. */
export const links = challenges({
  name: "oauth_link",
  payload: Waiting,
  seconds: JOURNEY_SECONDS,
  maxAttempts: 1,
  expired: "gone",
});

export const PROOF_SECONDS = 86_400;

/** An identity whose address is to be proven by a mail, in the browser that came back with it. */
export const proofs = challenges({
  name: "oauth_link",
  payload: Waiting,
  seconds: PROOF_SECONDS,
  // So that a link fits on one line of a mail, and is told from that of a password by its length.
  secretBytes: 17,
  maxAttempts: 1,
  expired: "gone",
});
