import type { Request } from "express";
import type { Endpoint, Guard } from "../contract/endpoint.ts";
import { AppError } from "../contract/errors.ts";
import type { CookieName } from "./answer.ts";

/** What a handler may know of a request besides its validated input. */
export interface Peer {
  readonly requestId: string;
  /** Method and path pattern, such as `GET /api/entries/:id`. */
  readonly route: string;
  readonly address: string | undefined;
  readonly userAgent: string;
  cookie(name: CookieName): string | undefined;
}

/** What a cookie is called on the wire: with `__Host-`, which binds it to this host and to TLS, where there is TLS. */
export function wireName(name: CookieName, isSecure: boolean): string {
  return `${isSecure ? "__Host-" : ""}timos_${name}`;
}

export function peerOf(req: Request, { method, path }: Endpoint, isSecure: boolean): Peer {
  return {
    requestId: req.id,
    route: `${method} ${path}`,
    address: req.ip,
    userAgent: (req.get("user-agent") ?? "").slice(0, 255),
    cookie: (name) => readCookie(req, wireName(name, isSecure)),
  };
}

/** A cookie that is sent twice, or that cookie-parser read as JSON, is not one of ours. */
function readCookie(req: Request, name: string): string | undefined {
  const sent = (req.get("cookie") ?? "")
    .split(";")
    .filter((pair) => pair.trim().startsWith(`${name}=`));
  const value = (req.cookies as Record<string, unknown>)[name];
  return sent.length === 1 && typeof value === "string" ? value : undefined;
}

/**
 * The condition of a write, from `If-Match: "<rev>"`, `If-Match: *` or `If-None-Match: *` (RFC 9110 §13.1).
 *
 * @throws AppError `invalid_request` for anything else in these headers.
 */
export function guardOf(req: Request): Guard {
  const match = req.get("if-match");
  const noneMatch = req.get("if-none-match");
  if (match !== undefined && noneMatch !== undefined) {
    throw faultyHeader("If-None-Match", "must not be sent together with If-Match");
  }
  if (noneMatch !== undefined) {
    if (noneMatch.trim() === "*") return "absent";
    throw faultyHeader("If-None-Match", "must be * here: create only");
  }
  if (match === undefined) return undefined;
  if (match.trim() === "*") return "present";
  // Weak tags too: a proxy that compresses answers makes ours weak.
  const rev = /^(?:W\/)?"([1-9]\d{0,14})"$/.exec(match.trim())?.[1];
  if (rev === undefined)
    throw faultyHeader("If-Match", 'must be the ETag of the record, such as "12"');
  return { rev: Number(rev) };
}

/**
 * Whether `If-None-Match` names `etag`: whoever asks has the answer already. Compared weakly (RFC 9110 §13.1.2).
 * `Cache-Control: no-cache` in the request, which browsers add to a condition that a page makes, is a word to caches.
 */
export function isKnown(req: Request, etag: string): boolean {
  const sent = req.get("if-none-match");
  if (sent === undefined) return false;
  const opaque = (tag: string) => tag.trim().replace(/^W\//, "");
  return sent.trim() === "*" || sent.split(",").some((tag) => opaque(tag) === opaque(etag));
}

/** @throws AppError `invalid_request` for a key that is not 1 to 255 visible ASCII characters. */
export function idempotencyKeyOf(req: Request): string | undefined {
  const key = req.get("idempotency-key");
  if (key === undefined || /^[\x21-\x7e]{1,255}$/.test(key)) return key;
  throw faultyHeader("Idempotency-Key", "must be 1 to 255 visible ASCII characters");
}

function faultyHeader(path: string, message: string): AppError {
  return new AppError("invalid_request", { errors: [{ path, message }] });
}
