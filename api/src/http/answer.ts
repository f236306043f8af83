import type * as z from "zod";
import type { Endpoint } from "../contract/endpoint.ts";

/** A cookie to set. Without `maxAgeSeconds` it ends with the browser; an empty value with 0 removes it. */
export interface Cookie {
  readonly name: CookieName;
  readonly value: string;
  readonly maxAgeSeconds?: number;
}

/** Our cookies: `rt` is the refresh token, `su` knows again the browser that signed up. */
export type CookieName = "rt" | "su";

interface Extras {
  readonly cookies?: readonly Cookie[];
}

/** What a handler answers: one of the statuses its endpoint names, with that status's body. */
export type Answer<E extends Endpoint> = {
  [S in keyof E["responses"] & number]: {
    readonly status: S;
    readonly body: E["responses"][S] extends z.ZodType ? z.input<E["responses"][S]> : undefined;
  };
}[keyof E["responses"] & number] &
  Extras;

const answer =
  <const S extends number>(status: S) =>
  <B>(body: B, extras: Extras = {}) => ({ status, body, ...extras });

export const ok = answer(200);
export const created = answer(201);
export const accepted = answer(202);
export const unavailable = answer(503);
export const noContent = (extras: Extras = {}) => answer(204)(undefined, extras);
