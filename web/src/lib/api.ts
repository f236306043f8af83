import type {
  contract,
  Endpoint,
  ErrorCode,
  Fault,
  Guard,
  Request,
  Response as Answer,
} from "@timos/api/contract";
import { ROUTES, STATUSES } from "./contract.ts";
import { isObject } from "./shapes.ts";

/** Carries one request out. `auth` says who may make it, as the contract has it. */
export type Send = (
  path: string,
  init: RequestInit & { headers: Headers },
  auth: Endpoint["auth"],
) => Promise<Response>;

interface Call {
  readonly signal?: AbortSignal;
  /** Lets the request outlive the page. */
  readonly keepalive?: boolean;
}

type Arguments<E extends Endpoint> =
  object extends Request<E> ? [request?: Request<E> & Call] : [request: Request<E> & Call];

export type Client<C> = {
  [F in keyof C]: {
    [K in keyof C[F]]: C[F][K] extends Endpoint
      ? (...request: Arguments<C[F][K]>) => Promise<Answer<C[F][K]>>
      : never;
  };
};

/** A failure as the API tells it (RFC 9457). */
interface Problem {
  readonly code: ErrorCode;
  readonly title?: string;
  readonly detail?: string;
  readonly requestId?: string;
  readonly errors?: readonly Fault[];
  readonly current?: unknown;
  readonly methods?: readonly string[];
}

export const isErrorCode = (code: unknown): code is ErrorCode =>
  typeof code === "string" && Object.hasOwn(STATUSES, code);

/** A code that is one of the API's tells that the API wrote the rest, too. */
const isProblem = (body: unknown): body is Problem => isObject(body) && isErrorCode(body["code"]);

/** The API said no, and why: in its own words, where it was the one to say so. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly code: ErrorCode;
  readonly faults: readonly Fault[];
  /** The record as it is now, where the answer holds it. */
  readonly current: unknown;
  /** By what one can prove who one is, where that is asked. */
  readonly methods: readonly string[];
  readonly requestId: string | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: ErrorCode,
    particulars: Omit<Problem, "code"> & { readonly retryAfterSeconds?: number | undefined } = {},
  ) {
    super(particulars.detail ?? particulars.title ?? "");
    this.code = code;
    this.faults = particulars.errors ?? [];
    this.current = particulars.current;
    this.methods = particulars.methods ?? [];
    this.requestId = particulars.requestId;
    this.retryAfterSeconds = particulars.retryAfterSeconds;
  }

  get status(): number {
    return STATUSES[this.code] ?? 500;
  }
}

/** No answer of the API came back. Whether the request took effect is unknown. */
export class UnreachableError extends Error {
  override readonly name = "UnreachableError";

  constructor(options?: ErrorOptions) {
    super("TimOS cannot be reached.", options);
  }
}

const TIMEOUT_MS = 30_000;

interface Sent extends Call {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  readonly guard?: Guard;
  readonly idempotencyKey?: string;
}

/**
 * A typed client of the API: `client.entries.put({ params, body, guard })`.
 *
 * @param prove - Asks the person for the fresh proof of who they are that a request wants, given as `reauth_required`.
 * Where it resolves to true the request is made once more.
 */
export function createClient(
  send: Send,
  prove: (wanted: ApiError) => Promise<boolean> = () => Promise.resolve(false),
): Client<typeof contract> {
  const caller = (line: string) => {
    const route = routeIn(line);
    return async (request: Sent = {}) => {
      try {
        return await once(route, request);
      } catch (error) {
        if (!(error instanceof ApiError && error.code === "reauth_required")) throw error;
        if (!(await prove(error))) throw error;
        return once(route, request);
      }
    };
  };
  const once = async ({ method, path, auth }: Route, request: Sent) => {
    const timeout = AbortSignal.timeout(TIMEOUT_MS);
    const signal = request.signal ? AbortSignal.any([request.signal, timeout]) : timeout;
    try {
      const init = {
        method,
        headers: headersOf(request),
        cache: "no-store",
        credentials: "same-origin",
        redirect: "error",
        signal,
        ...(request.keepalive && { keepalive: true }),
        ...(request.body !== undefined && { body: JSON.stringify(request.body) }),
      } satisfies RequestInit;
      return await read(await send(addressOf(path, request), init, auth));
    } catch (error) {
      if (request.signal?.aborted) throw error;
      // fetch rejects with a TypeError when the network fails, and with a DOMException in time-outs.
      if (error instanceof TypeError || error instanceof DOMException) {
        throw new UnreachableError({ cause: error });
      }
      throw error;
    }
  };
  return mapValues(ROUTES, (group) => mapValues(group, caller)) as unknown as Client<
    typeof contract
  >;
}

interface Route {
  readonly method: string;
  readonly path: string;
  readonly auth: Endpoint["auth"];
}

/** The route in a line of the table: who may ask, method and path. */
function routeIn(line: string): Route {
  const [auth, method = "", path = ""] = line.split(" ");
  return { auth: auth as Endpoint["auth"], method, path };
}

function mapValues<V, W>(all: Readonly<Record<string, V>>, map: (value: V) => W) {
  return Object.fromEntries(Object.entries(all).map(([name, value]) => [name, map(value)]));
}

function addressOf(route: string, { params, query }: Sent): string {
  const path = route.replace(/:(\w+)/g, (_, name: string) =>
    encodeURIComponent(params?.[name] ?? ""),
  );
  const pairs = Object.entries(query ?? {}).filter(([, value]) => value !== undefined);
  const search = new URLSearchParams(pairs.map(([name, value]) => [name, String(value)]));
  return pairs.length === 0 ? path : `${path}?${search.toString()}`;
}

function headersOf({ body, guard, idempotencyKey }: Sent): Headers {
  const headers = new Headers({ accept: "application/json" });
  if (body !== undefined) headers.set("content-type", "application/json");
  if (idempotencyKey !== undefined) headers.set("idempotency-key", idempotencyKey);
  if (guard === "absent") headers.set("if-none-match", "*");
  else if (guard === "present") headers.set("if-match", "*");
  else if (guard !== undefined) headers.set("if-match", `"${guard.rev}"`);
  return headers;
}

/** What an answer says; undefined where it is empty. What it is like, the API has checked by the contract. */
async function read(response: Response): Promise<unknown> {
  const text = await response.text();
  if (response.ok && text === "") return undefined;
  const answer = parsed(text);
  if (response.ok && answer !== undefined) return answer;
  // Whatever stands before the API has answered for it.
  if (!isProblem(answer)) throw new UnreachableError();
  const retryAfterSeconds = Number(response.headers.get("retry-after") ?? Number.NaN);
  throw new ApiError(answer.code, {
    ...answer,
    retryAfterSeconds: Number.isFinite(retryAfterSeconds) ? retryAfterSeconds : undefined,
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
