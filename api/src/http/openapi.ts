import * as z from "zod";
import type { Auth, Endpoint, Endpoints } from "../contract/endpoint.ts";
import { ERRORS, type ErrorCode } from "../contract/errors.ts";

const SECURITY: Record<Auth, object[]> = {
  public: [],
  user: [{ bearer: [] }],
  optional_user: [{}, { bearer: [] }],
  refresh_cookie: [{ refreshCookie: [] }],
};

/** What an endpoint can answer besides the failures it names, for being the kind of endpoint it is. */
const IMPLIED = {
  user: [
    "unauthenticated",
    "token_expired",
    "session_revoked",
    "mfa_required_by_policy",
    "forbidden",
  ],
  fresh: ["reauth_required"],
  body: ["invalid_request", "payload_too_large", "unsupported_media_type"],
  limit: ["rate_limited"],
  ownPages: ["csrf_failed"],
  any: ["internal", "platform_unavailable", "vault_unavailable"],
} as const satisfies Record<string, readonly ErrorCode[]>;

/** The OpenAPI 3.1 document of a contract. */
export function openapi(contract: Readonly<Record<string, Endpoints>>) {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [feature, endpoints] of Object.entries(contract)) {
    for (const [name, endpoint] of Object.entries(endpoints)) {
      const path = endpoint.path.replace(/:(\w+)/g, "{$1}");
      (paths[path] ??= {})[endpoint.method.toLowerCase()] = operation(feature, name, endpoint);
    }
  }
  return {
    openapi: "3.1.0",
    info: { title: "TimOS", version: "1", license: { name: "MIT", identifier: "MIT" } },
    servers: [{ url: "/" }],
    paths,
    components: {
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer", bearerFormat: "JWT" },
        refreshCookie: { type: "apiKey", in: "cookie", name: "__Host-timos_rt" },
      },
      schemas: { Problem: PROBLEM },
    },
  };
}

const PROBLEM = {
  type: "object",
  required: ["type", "title", "status", "code", "detail", "requestId"],
  properties: {
    type: { type: "string" },
    title: { type: "string" },
    status: { type: "integer" },
    code: { type: "string", enum: Object.keys(ERRORS) },
    detail: { type: "string" },
    requestId: { type: "string" },
    errors: {
      type: "array",
      items: {
        type: "object",
        required: ["path", "message"],
        properties: { path: { type: "string" }, message: { type: "string" } },
      },
    },
  },
};

function operation(feature: string, name: string, endpoint: Endpoint) {
  return {
    operationId: `${feature}.${name}`,
    tags: [feature],
    summary: endpoint.summary,
    security: SECURITY[endpoint.auth],
    ...("permission" in endpoint ? { "x-permission": endpoint.permission } : {}),
    parameters: [
      ...parameters("path", endpoint.params),
      ...parameters("query", endpoint.query),
      ...(endpoint.guarded ? [header("If-Match"), header("If-None-Match")] : []),
      ...(isRevalidated(endpoint) ? [header("If-None-Match")] : []),
      ...(endpoint.idempotent ? [header("Idempotency-Key")] : []),
    ],
    ...(endpoint.body
      ? { requestBody: { required: true, content: bodyOf(endpoint.body, endpoint.form) } }
      : {}),
    responses: {
      ...successes(endpoint),
      ...(isRevalidated(endpoint)
        ? { 304: { description: "It is as `If-None-Match` says", headers: ETAG } }
        : {}),
      ...failures(endpoint),
    },
  };
}

const ETAG = { ETag: { schema: { type: "string" } } };

/** Whether `If-None-Match` can be answered with 304. */
const isRevalidated = ({ method, etag, conditional }: Endpoint) =>
  method === "GET" && (etag ?? conditional) === true;

function successes(endpoint: Endpoint) {
  return Object.fromEntries(
    Object.entries(endpoint.responses).map(([status, schema]) => [
      status,
      {
        description: schema === null ? "Done" : "The outcome",
        ...(schema === null ? {} : { content: json(schema, "output") }),
        ...(endpoint.etag || endpoint.conditional ? { headers: ETAG } : {}),
      },
    ]),
  );
}

function failures(endpoint: Endpoint) {
  const codes = new Set<ErrorCode>([
    ...endpoint.errors,
    ...("permission" in endpoint ? IMPLIED.user : []),
    ...("permission" in endpoint && endpoint.fresh ? IMPLIED.fresh : []),
    ...(endpoint.body ? IMPLIED.body : []),
    ...(endpoint.params || endpoint.query ? (["invalid_request"] as const) : []),
    ...(endpoint.limit ? IMPLIED.limit : []),
    ...(endpoint.ownPages ? IMPLIED.ownPages : []),
    ...IMPLIED.any,
  ]);
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of codes) {
    const { status } = ERRORS[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus]
      // A status that answers (not ready, 503) is described by its own schema.
      .filter(([status]) => !(status in endpoint.responses))
      .map(([status, group]) => [
        status,
        {
          description: group.map((code) => `\`${code}\` ${ERRORS[code].title}`).join("\n\n"),
          content: {
            "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } },
          },
        },
      ]),
  );
}

function bodyOf(schema: z.ZodType, isForm: true | undefined) {
  const type = isForm ? "application/x-www-form-urlencoded" : "application/json";
  return { [type]: { schema: jsonSchema(schema, "input") } };
}

function json(schema: z.ZodType, io: "input" | "output") {
  return { "application/json": { schema: jsonSchema(schema, io) } };
}

function jsonSchema(schema: z.ZodType, io: "input" | "output") {
  // Transforms (an id taken to lower case) have no schema of their own on the way out: any.
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  return rest;
}

function parameters(where: "path" | "query", schema: z.ZodObject | undefined) {
  return Object.entries(schema?.shape ?? {}).map(([name, part]) => ({
    name,
    in: where,
    required: where === "path" || !z.safeParse(part, undefined).success,
    schema: jsonSchema(part as z.ZodType, "input"),
  }));
}

function header(name: string) {
  return { name, in: "header", required: false, schema: { type: "string" } };
}
