import {
  type Endpoint,
  type Endpoints,
  ERRORS,
  type ErrorCode,
  type Fault,
  type Guard,
  type Request,
  type Response as Answer,
} from "@timos/api/contract";
import * as z from "zod";

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

const Problem = z.object({
  code: z.custom<ErrorCode>((code) => typeof code === "string" && Object.hasOwn(ERRORS, code)),
  detail: z.string().optional(),
  requestId: z.string().optional(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).default([]),
  current: z.unknown().optional(),
  methods: z.array(z.string()).default([]),
});

/** The API said no, and why. */
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
    particulars: Partial<z.output<typeof Problem>> & {
      retryAfterSeconds?: number | undefined;
    } = {},
  ) {
    super(particulars.detail ?? ERRORS[code].title);
    this.code = code;
    this.faults = particulars.errors ?? [];
    this.current = particulars.current;
    this.methods = particulars.methods ?? [];
    this.requestId = particulars.requestId;
    this.retryAfterSeconds = particulars.retryAfterSeconds;
  }

  get status(): number {
    return ERRORS[this.code].status;
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
 * A typed client read off the contract: `client.entries.put({ params, body, guard })`.
 *
 * @param prove - Asks the person for the fresh proof of who they are that a request wants, given as `reauth_required`.
 * Where it resolves to true the request is made once more.
 */
export function createClient<const C extends Readonly<Record<string, Endpoints>>>(
  contract: C,
  send: Send,
  prove: (wanted: ApiError) => Promise<boolean> = () => Promise.resolve(false),
): Client<C> {
  const caller =
    (endpoint: Endpoint) =>
    async (request: Sent = {}) => {
      try {
        return await once(endpoint, request);
      } catch (error) {
        if (!(error instanceof ApiError && error.code === "reauth_required")) throw error;
        if (!(await prove(error))) throw error;
        return once(endpoint, request);
      }
    };
  const once = async (endpoint: Endpoint, request: Sent) => {
    const timeout = AbortSignal.timeout(TIMEOUT_MS);
    const signal = request.signal ? AbortSignal.any([request.signal, timeout]) : timeout;
    try {
      const init = {
        method: endpoint.method,
        headers: headersOf(request),
        cache: "no-store",
        credentials: "same-origin",
        redirect: "error",
        signal,
        ...(request.keepalive && { keepalive: true }),
        ...(request.body !== undefined && { body: JSON.stringify(request.body) }),
      } satisfies RequestInit;
      return await read(endpoint, await send(pathOf(endpoint, request), init, endpoint.auth));
    } catch (error) {
      if (request.signal?.aborted) throw error;
      // fetch rejects with a TypeError when the network fails, and with a DOMException in time-outs.
      if (error instanceof TypeError || error instanceof DOMException) {
        throw new UnreachableError({ cause: error });
      }
      throw error;
    }
  };
  return mapValues(contract, (group) => mapValues(group, caller)) as unknown as Client<C>;
}

function mapValues<V, W>(all: Readonly<Record<string, V>>, map: (value: V) => W) {
  return Object.fromEntries(Object.entries(all).map(([name, value]) => [name, map(value)]));
}

function pathOf(endpoint: Endpoint, { params, query }: Sent): string {
  const path = endpoint.path.replace(/:(\w+)/g, (_, name: string) =>
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

async function read(endpoint: Endpoint, response: Response): Promise<unknown> {
  const schema = endpoint.responses[response.status as keyof Endpoint["responses"]];
  if (schema === null) return undefined;
  const text = await response.text();
  if (schema !== undefined) return schema.parse(JSON.parse(text));
  const problem = Problem.safeParse(parseOrNull(text));
  // Whatever stands before the API has answered for it.
  if (!problem.success) throw new UnreachableError();
  const retryAfterSeconds = Number(response.headers.get("retry-after") ?? Number.NaN);
  throw new ApiError(problem.data.code, {
    ...problem.data,
    retryAfterSeconds: Number.isFinite(retryAfterSeconds) ? retryAfterSeconds : undefined,
  });
}

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
