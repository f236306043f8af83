import type * as z from "zod";
import type { Endpoint } from "../contract/endpoint.ts";
import type { Verbatim } from "../vault/verbatim.ts";

/** A cookie to set. Without `maxAgeSeconds` it ends with the browser; an empty value with 0 removes it. */
export interface Cookie {
  readonly name: CookieName;
  readonly value: string;
  readonly maxAgeSeconds?: number;
}

/**
 * Our cookies: `rt` is the refresh token, `su` knows again the browser that signed up, `dev` one that somebody has
 * signed in from, `td` one that is trusted with a single factor, `oa` one that went to a provider or asked for a passkey,
 * `mfa` holds the second factor's challenge on the way back from a provider.
 */
export type CookieName = "rt" | "su" | "dev" | "td" | "oa" | "mfa";

interface Extras {
  readonly cookies?: readonly Cookie[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a handler answers: one of the statuses its endpoint names, with that status's body. */
export type Answer<E extends Endpoint> = {
  [S in keyof E["responses"] & number]: {
    readonly status: S;
    readonly body: E["responses"][S] extends z.ZodType
      ? E["streams"] extends true
        ? AsyncIterable<string>
        : Body<z.input<E["responses"][S]>>
      : undefined;
  };
}[keyof E["responses"] & number] &
  Extras;

/** The body itself, or records as the vault holds them, which `routes` writes as they are. */
type Body<B> =
  | B
  | (B extends { readonly rev: number } ? Verbatim : never)
  | (B extends { readonly items: unknown[] } ? Omit<B, "items"> & { items: Verbatim[] } : never);

const answer =
  <const S extends number>(status: S) =>
  <B>(body: B, extras: Extras = {}) => ({ status, body, ...extras });

export const ok = answer(200);
export const created = answer(201);
export const accepted = answer(202);
/** Sends a browser on to `url`. */
export const seeOther = (url: string, extras: Extras = {}) =>
  answer(303)(undefined, { ...extras, headers: { ...extras.headers, Location: url } });
export const unavailable = answer(503);
export const noContent = (extras: Extras = {}) => answer(204)(undefined, extras);
