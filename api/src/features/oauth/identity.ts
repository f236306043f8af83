import * as z from "zod";
import { sha256 } from "../../crypto/digest.ts";
import { DisplayName } from "../account/contract.ts";
import type { ProviderName } from "./contract.ts";

/** Who somebody is at a provider. */
export const Identity = z.strictObject({
  provider: z.enum(["google", "microsoft", "apple", "oidc"]),
  /** At Microsoft the directory's id: subjects are told apart within it. */
  issuer: z.string().min(1).max(255),
  subject: z.string().min(1).max(255),
  /** As accounts have it; null when the provider told none that could be one. Never a key. */
  email: z.string().nullable(),
  /** Whether the provider says that the address was theirs once. Enough to tell them that it has an account. */
  isEmailVerified: z.boolean(),
  /** Whether the provider may say that the address is theirs now. Enough for an account that has proven its address. */
  isEmailTheirs: z.boolean(),
  name: z.string().nullable(),
});
export type Identity = z.output<typeof Identity>;

/** What identities are found by: SHA-256 of provider, issuer and subject, which tell upper from lower case. */
export function identityHash({ provider, issuer, subject }: Identity): Uint8Array<ArrayBuffer> {
  return new Uint8Array(sha256(JSON.stringify([provider, issuer, subject])));
}

/** Apple writes `"true"` where others write `true`; Microsoft has been seen to write `"1"`. */
const Flag = z
  .union([z.boolean(), z.string(), z.number()])
  .optional()
  .catch(undefined)
  .transform((value) => value !== undefined && ["true", "1"].includes(String(value)));

const Text = z.string().optional().catch(undefined);

/** What of the claims of an ID token and of the user info is looked at. */
const Claims = z.object({
  iss: z.string().min(1).max(255),
  sub: z.string().min(1).max(255),
  email: Text,
  email_verified: Flag,
  name: Text,
  /** Google: the domain of a Workspace account. */
  hd: Text,
});

const MicrosoftClaims = Claims.extend({
  tid: z.string().regex(/^[\w-]{1,64}$/),
  oid: z.string().regex(/^[\w-]{1,64}$/),
  /** Whether the owner of the address's domain was verified. */
  xms_edov: Flag,
});

/** An address as accounts have it. */
const Email = z
  .email()
  .max(254)
  .transform((address) => address.toLowerCase());

/** What each provider's claims mean. */
const READERS: Readonly<Record<ProviderName, (claims: unknown) => Omit<Identity, "provider">>> = {
  // Of an address at another company Google knows that it was theirs once (developers.google.com/identity, "authoritative").
  google: (raw) => {
    const claims = Claims.parse(raw);
    const email = emailFrom(claims.email);
    const isWithGoogle = email?.endsWith("@gmail.com") === true || (claims.hd ?? "") !== "";
    return { ...common(claims), ...emailFacts(email, claims.email_verified, isWithGoogle) };
  },
  // `email` is whatever a directory's administrator typed (nOAuth), and `sub` is another one for each client.
  microsoft: (raw) => {
    const claims = MicrosoftClaims.parse(raw);
    const facts = emailFacts(emailFrom(claims.email), claims.xms_edov, true);
    return { ...common(claims), issuer: claims.tid.toLowerCase(), subject: claims.oid, ...facts };
  },
  apple: (raw) => {
    const claims = Claims.parse(raw);
    return {
      ...common(claims),
      ...emailFacts(emailFrom(claims.email), claims.email_verified, true),
    };
  },
  // Whoever configures a provider of their own trusts it.
  oidc: (raw) => {
    const claims = Claims.parse(raw);
    return {
      ...common(claims),
      ...emailFacts(emailFrom(claims.email), claims.email_verified, true),
    };
  },
};

/**
 * Reads who somebody is off validated claims.
 *
 * @param name - What they are called, where the provider tells it elsewhere.
 * @throws ZodError when a claim that it takes is missing.
 */
export function identityFrom(provider: ProviderName, claims: unknown, name?: string): Identity {
  const identity = READERS[provider](claims);
  return { provider, ...identity, name: nameFrom(name) ?? identity.name };
}

/** A person's name as accounts have it, or null when it cannot be one. */
export function nameFrom(text: string | undefined): string | null {
  const name = DisplayName.safeParse(text).data;
  return name === undefined || name === "" ? null : name;
}

/**
 * Whether a token's issuer is the provider.
 *
 * @param issuer - As the provider's document has it. Microsoft has one issuer per directory, and writes `{tenantid}`
 * where its id stands.
 */
export function isIssuer(issuer: string, claims: { iss?: unknown; tid?: unknown }): boolean {
  const { iss, tid } = claims;
  if (!issuer.includes("{tenantid}")) return iss === issuer;
  return typeof tid === "string" && iss === issuer.split("{tenantid}").join(tid);
}

const emailFrom = (text: string | undefined): string | null => Email.safeParse(text).data ?? null;

function common({ iss, sub, name }: z.output<typeof Claims>) {
  return { issuer: iss, subject: sub, name: nameFrom(name) };
}

function emailFacts(email: string | null, isVerified: boolean, isAuthority: boolean) {
  const isEmailVerified = email !== null && isVerified;
  return { email, isEmailVerified, isEmailTheirs: isEmailVerified && isAuthority };
}
