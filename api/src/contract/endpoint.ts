import type * as z from "zod";
import type { ErrorCode } from "./errors.ts";
import type { Permission } from "./permissions.ts";

export type Method = "GET" | "PUT" | "POST" | "PATCH" | "DELETE";
export type AnswerStatus = 200 | 201 | 202 | 204 | 303 | 503;

/**
 * Who may call:
 * - `public`: anyone.
 * - `user`: the bearer of an access token.
 * - `optional_user`: anyone, from our own pages only, since it sets a cookie; who sends an access token is judged by it.
 * - `refresh_cookie`: a browser holding the refresh cookie, from our own pages only.
 */
export type Auth = "public" | "user" | "optional_user" | "refresh_cookie";

/** One endpoint, as data. The server, the OpenAPI document and the web client are all read off it. */
export type Endpoint = Described &
  (
    | { readonly auth: Exclude<Auth, "user" | "optional_user"> }
    | ({ readonly auth: "user" } & Guarded)
    | ({ readonly auth: "optional_user" } & Guarded)
  );

/** What is asked of somebody signed in. */
export interface Guarded {
  /** What the caller must be allowed: deny by default, so each endpoint names it. */
  readonly permission: Permission;
  /** Asks for a proof of the last five minutes of who is calling. */
  readonly fresh?: true;
}

interface Described {
  readonly method: Method;
  readonly path: `/${string}`;
  readonly summary: string;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** How much body is read: `small` (16 KiB, the default) or `journal` (2 MiB). */
  readonly bodyLimit?: "small" | "journal";
  /** The body is an HTML form's (`application/x-www-form-urlencoded`), not JSON. */
  readonly form?: true;
  /** What is answered, failures apart, by status; `null` is an answer without a body. */
  readonly responses: Readonly<Partial<Record<AnswerStatus, z.ZodType | null>>>;
  /** The answer is written piece by piece, as JSON text; the schema is of the whole, and whoever writes it checks. */
  readonly streams?: true;
  /** Answers carry `ETag: "<rev>"`, taken from the body's `rev`. */
  readonly etag?: true;
  /**
   * The answer depends on nothing but the caller's vault, their settings and their day: it carries a weak `ETag` of these,
   * by which `If-None-Match` is answered with 304 before the vault is opened. Not together with `etag`.
   */
  readonly conditional?: true;
  /** `If-Match` and `If-None-Match: *` guard the write. */
  readonly guarded?: true;
  /** With the same `Idempotency-Key` a repeated call answers with what the first one made. */
  readonly idempotent?: true;
  /** Answered to our own pages only, or to no browser: it takes a cookie, or sets one, of whoever calls. */
  readonly ownPages?: true;
  /** How often one client (by address) may call. */
  readonly limit?: { readonly points: number; readonly seconds: number };
  readonly errors: readonly ErrorCode[];
}

export type Endpoints = Readonly<Record<string, Endpoint>>;

/** Checks an object of endpoints while keeping each one's exact types. */
export const endpoints = <const E extends Endpoints>(all: E): E => all;

/** The condition of a guarded write, from `If-Match: "<rev>"` or `If-None-Match: *`. */
export type Guard = { readonly rev: number } | "absent" | "present" | undefined;

type Part<
  E extends Endpoint,
  K extends "params" | "query" | "body",
  Side extends "in" | "out",
> = E[K] extends z.ZodType
  ? Record<K, Side extends "in" ? z.input<E[K]> : z.output<E[K]>>
  : unknown;

/** What a caller sends. */
export type Request<E extends Endpoint> = Part<E, "params", "in"> &
  Part<E, "query", "in"> &
  Part<E, "body", "in"> &
  (E["guarded"] extends true ? { guard?: Guard } : unknown) &
  (E["idempotent"] extends true ? { idempotencyKey?: string } : unknown);

/** What a handler receives: the same, validated. */
export type Input<E extends Endpoint> = Part<E, "params", "out"> &
  Part<E, "query", "out"> &
  Part<E, "body", "out"> &
  (E["guarded"] extends true ? { guard: Guard } : unknown) &
  (E["idempotent"] extends true ? { idempotencyKey: string | undefined } : unknown);

/** The body of an answer, as the caller reads it: `undefined` where there is none. */
export type Response<E extends Endpoint> = {
  [S in keyof E["responses"]]: E["responses"][S] extends z.ZodType
    ? z.output<E["responses"][S]>
    : undefined;
}[keyof E["responses"]];
