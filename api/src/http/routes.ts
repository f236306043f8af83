import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import express, { type Request, type RequestHandler, type Response, type Router } from "express";
import type * as z from "zod";
import type { Endpoint, Endpoints, Guarded, Input } from "../contract/endpoint.ts";
import { AppError, invalidRequest } from "../contract/errors.ts";
import { clientKey } from "../lib/client-ip.ts";
import type { Limiter, LimiterFactory } from "../lib/rate-limit.ts";
import type { StoredHead } from "../vault/statements.ts";
import { Verbatim } from "../vault/verbatim.ts";
import type { Answer, Cookie } from "./answer.ts";
import { readBody } from "./body.ts";
import { guardOf, idempotencyKeyOf, isKnown, peerOf, wireName, type Peer } from "./request.ts";
import { assertSameSite } from "./same-site.ts";

/** What every request passes before a handler sees it. */
export interface Gates<C> {
  /**
   * Whose the token in `Authorization` is, when they may call the endpoint.
   *
   * @throws AppError `unauthenticated`, `forbidden` and their kin.
   */
  admit(authorization: string | undefined, endpoint: Guarded): Promise<C>;
  /** Runs a signed-in person's request confined to their tenant. */
  confine<T>(caller: C, work: () => Promise<T>): Promise<T>;
  /**
   * The weak ETag of what `url` answers a caller with now, and the head of their vault that it was made of; or null when
   * none can be told. Opens nothing.
   */
  validator(caller: C, url: string): Promise<{ etag: string; head: StoredHead } | null>;
  readonly limiter: LimiterFactory;
  /** The origins whose pages may use the cookies. */
  readonly origins: readonly string[];
  /** Whether the site is served over TLS, and its cookies with `Secure` and `__Host-`. */
  readonly isSecure: boolean;
}

type Handler<E extends Endpoint, C> = (
  request: Input<E> & { peer: Peer; head?: StoredHead | undefined } & Called<E["auth"], C>,
) => Promise<Answer<E>>;

type Called<A extends Endpoint["auth"], C> = A extends "user"
  ? { caller: C }
  : A extends "optional_user"
    ? { caller: C | undefined }
    : unknown;

/**
 * Binds one handler to each endpoint of a feature: rate limit, sign-in or same-site check, body, that check again since a
 * body may take a minute, then the handler.
 * Whatever a handler returns passes the endpoint's response schema, so that a field it does not name cannot leave.
 * A handler that is missing, or that takes or gives the wrong shape, does not compile.
 */
export function routes<const E extends Endpoints, C>(
  endpoints: E,
  gates: Gates<C>,
  handlers: { [K in keyof E]: Handler<E[K], C> },
): Router {
  const router = express.Router({ caseSensitive: true });
  const methods = new Map<string, string[]>();
  for (const [name, endpoint] of Object.entries(endpoints)) {
    const handler = handlers[name] as unknown as Handler<Endpoint, C>;
    const limiter = endpoint.limit && gates.limiter({ name: endpoint.path, ...endpoint.limit });
    const method = endpoint.method.toLowerCase() as Lowercase<Endpoint["method"]>;
    router[method](endpoint.path, async (req, res) => {
      res.locals["route"] = endpoint.path;
      if (limiter !== undefined) await assertWithinLimit(limiter, req, res);
      await serve(endpoint, handler, gates, req, res);
    });
    const answered = endpoint.method === "GET" ? ["GET", "HEAD"] : [endpoint.method];
    methods.set(endpoint.path, [...(methods.get(endpoint.path) ?? []), ...answered]);
  }
  for (const [path, allowed] of methods) {
    router.all(path, (req, res) => {
      res.locals["route"] = path;
      res.set("Allow", allowed.join(", "));
      if (req.method !== "OPTIONS") throw new AppError("method_not_allowed");
      res.status(204).end();
    });
  }
  return router;
}

/** Where the addresses that begin alike lead: on, by their next segment, or to handlers, by method. */
interface Fork {
  readonly on: Map<string, Fork>;
  readonly handlers: Map<string, { readonly handle: RequestHandler; readonly names: string[] }>;
}

const PARAMETER = ":";

/**
 * Hands a request to its endpoint at once, so that not each router has to be asked before, with a regular expression for
 * each path. What has no endpoint goes on to them: another method, `HEAD`, a slash at the end, what cannot be decoded.
 */
export function straight(routers: readonly Router[]): RequestHandler {
  const newFork = (): Fork => ({ on: new Map(), handlers: new Map() });
  const root = newFork();
  for (const { route, handle } of routers.flatMap((router) => router.stack)) {
    if (route === undefined) continue;
    const names: string[] = [];
    let fork = root;
    for (const segment of route.path.split("/")) {
      const isParameter = segment.startsWith(PARAMETER);
      if (isParameter) names.push(segment.slice(1));
      const step = isParameter ? PARAMETER : segment;
      const next = fork.on.get(step) ?? newFork();
      fork.on.set(step, next);
      fork = next;
    }
    for (const { method } of route.stack) {
      // The one that answers 405 to all other methods has none.
      const name = method ? method.toUpperCase() : "";
      if (name !== "" && !fork.handlers.has(name)) fork.handlers.set(name, { handle, names });
    }
  }
  return (req, res, next) => {
    const values: string[] = [];
    let fork: Fork | undefined = root;
    for (const segment of req.path.split("/")) {
      const literal: Fork | undefined = segment === PARAMETER ? undefined : fork.on.get(segment);
      if (literal === undefined) values.push(segment);
      fork = literal ?? fork.on.get(PARAMETER);
      if (fork === undefined) break;
    }
    const found = fork?.handlers.get(req.method);
    if (found === undefined || values.some((value) => value === "" || value.includes("%"))) {
      next();
      return;
    }
    req.params = Object.fromEntries(found.names.map((name, i) => [name, values[i] ?? ""]));
    found.handle(req, res, next);
  };
}

async function serve<C>(
  endpoint: Endpoint,
  handler: Handler<Endpoint, C>,
  gates: Gates<C>,
  req: Request,
  res: Response,
): Promise<void> {
  // Whose address it is has to be asked while they are there: of whoever has gone it is not known any more.
  const peer = peerOf(req, endpoint, gates.isSecure);
  const admitted = await callerOf(endpoint, gates, req);
  const params = parse("params", endpoint.params, req.params);
  const query = parse("query", endpoint.query, req.query);
  const body = parse("body", endpoint.body, await readBody(endpoint, req));
  // Strangers have no body read. And whoever held theirs back may have been signed out since: they are asked again.
  const caller = endpoint.body === undefined ? admitted : await callerOf(endpoint, gates, req);
  // Asked before anything is read: an answer may be newer than its tag, never older.
  const isConditional = endpoint.conditional === true && caller !== undefined;
  const validator = isConditional ? await gates.validator(caller, req.originalUrl) : null;
  if (validator !== null && isKnown(req, validator.etag)) {
    res.status(304).set("ETag", validator.etag).end();
    return;
  }
  const input = {
    params,
    query,
    body,
    guard: endpoint.guarded && guardOf(req),
    idempotencyKey: endpoint.idempotent && idempotencyKeyOf(req),
    peer,
    caller,
    head: validator?.head,
  };
  const handle = () => handler(input);
  const answer = await (caller === undefined ? handle() : gates.confine(caller, handle));
  if (validator !== null) res.set("ETag", validator.etag);
  await send(endpoint, answer, gates.isSecure, req, res);
}

async function callerOf<C>(
  endpoint: Endpoint,
  gates: Gates<C>,
  req: Request,
): Promise<C | undefined> {
  const authorization = req.get("authorization");
  if (endpoint.ownPages) assertSameSite(req, gates.origins);
  switch (endpoint.auth) {
    case "public":
      return undefined;
    case "user":
      return gates.admit(authorization, endpoint);
    case "optional_user":
      assertSameSite(req, gates.origins);
      return authorization === undefined ? undefined : gates.admit(authorization, endpoint);
    case "refresh_cookie":
      assertSameSite(req, gates.origins);
      return undefined;
  }
}

async function send(
  endpoint: Endpoint,
  { status, body, cookies, headers }: Answer<Endpoint>,
  isSecure: boolean,
  req: Request,
  res: Response,
): Promise<void> {
  for (const cookie of cookies ?? []) setCookie(res, cookie, isSecure);
  if (headers !== undefined) res.set(headers);
  const schema = endpoint.responses[status];
  res.status(status);
  if (schema === null || schema === undefined) {
    res.end();
    return;
  }
  if (endpoint.streams) {
    res.type("application/json");
    await pipeline(Readable.from(body as unknown as AsyncIterable<string>), res).catch(
      (error: unknown) => {
        // Whoever asked went away.
        if ((error as NodeJS.ErrnoException).code !== "ERR_STREAM_PREMATURE_CLOSE") throw error;
      },
    );
    return;
  }
  const text = print(schema, body);
  if (endpoint.etag) {
    const etag = `"${(body as unknown as { rev: number }).rev}"`;
    res.set("ETag", etag);
    if (endpoint.method === "GET" && isKnown(req, etag)) {
      res.status(304).end();
      return;
    }
  }
  res.setHeader("Content-Type", "application/json; charset=utf-8");
  res.setHeader("Content-Length", Buffer.byteLength(text));
  res.end(text);
}

/**
 * The JSON of an answer. Records that come as the vault holds them passed the schema of their fields when they were
 * sealed, and have just those.
 */
function print(schema: z.ZodType, body: unknown): string {
  if (body instanceof Verbatim) return body.text;
  const { items } = body as { readonly items?: unknown };
  const isVerbatim = Array.isArray(items) && items.length > 0 && items.every(isVerbatimRecord);
  if (!isVerbatim) return JSON.stringify(schema.parse(body));
  const page = schema.parse({ ...(body as object), items: [] }) as { readonly items: unknown[] };
  const { items: _none, ...rest } = page;
  const texts = items.map(({ text }) => text);
  return `{"items":[${texts.join(",")}],${JSON.stringify(rest).slice(1)}`;
}

const isVerbatimRecord = (item: unknown): item is Verbatim => item instanceof Verbatim;

function parse(root: string, schema: z.ZodType | undefined, value: unknown): unknown {
  if (schema === undefined) return undefined;
  const result = schema.safeParse(value);
  if (!result.success) throw invalidRequest(root, result.error);
  return result.data;
}

function setCookie(res: Response, { name, value, maxAgeSeconds }: Cookie, isSecure: boolean): void {
  res.cookie(wireName(name, isSecure), value, {
    httpOnly: true,
    secure: isSecure,
    sameSite: "lax",
    path: "/",
    ...(maxAgeSeconds === undefined ? {} : { maxAge: maxAgeSeconds * 1000 }),
  });
}

/** Counts the call, and says in the headers what is left (draft-ietf-httpapi-ratelimit-headers). */
async function assertWithinLimit(limiter: Limiter, req: Request, res: Response): Promise<void> {
  const { isExceeded, remaining, resetSeconds } = await limiter.use(clientKey(req.ip));
  res.set("RateLimit-Policy", `"client";q=${limiter.points};w=${limiter.seconds}`);
  res.set("RateLimit", `"client";r=${remaining};t=${resetSeconds}`);
  if (isExceeded) throw new AppError("rate_limited", { retryAfterSeconds: resetSeconds });
}
