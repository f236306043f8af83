import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import express from "express";
import * as z from "zod";
import { openTestApp, type TestApp } from "../../test/app.ts";
import { call, signUp, type Person, type Reply } from "../../test/people.ts";
import { send } from "../../test/raw.ts";
import { createApp } from "../app.ts";
import { endpoints } from "../contract/endpoint.ts";
import { AppError, ERRORS } from "../contract/errors.ts";
import { contract } from "../contract/index.ts";
import { ok } from "./answer.ts";
import { answerErrors, answerNotFound } from "./errors.ts";
import { requestLog } from "./request-log.ts";
import { routes } from "./routes.ts";

let app: TestApp;
let ada: Person;
let entryPath: string;
const closing: (() => unknown)[] = [];
beforeAll(async () => {
  app = await openTestApp({ WEB_ORIGINS: "https://timos.example" });
  ada = await signUp(app);
  const { body } = await ada.call("POST", "/api/entries", { body: { day: "2026-11-21" } });
  entryPath = `/api/entries/${String(body["id"])}`;
});
afterAll(async () => {
  for (const close of closing) close();
  await app.close();
});

/** Serves `handler` until the end of the tests. */
async function serve(handler: express.Express): Promise<{ url: string }> {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const bearer = () => ({ authorization: `Bearer ${ada.accessToken}` });

function expectProblem(reply: Reply, status: number, code: keyof typeof ERRORS) {
  expect(reply.status).toBe(status);
  expect(reply.headers.get("content-type")).toMatch(/^application\/problem\+json\b/);
  expect(reply.body).toMatchObject({
    type: `urn:timos:problem:${code}`,
    title: ERRORS[code].title,
    status,
    code,
    detail: expect.any(String),
    requestId: reply.headers.get("x-request-id"),
  });
}

describe("a request that cannot be answered", () => {
  it.each([
    ["GET", "/"],
    ["GET", "/api"],
    ["GET", "/api/nothing"],
    ["POST", "/api/nothing"],
    ["GET", "/api/entries/a/b/c/d"],
    ["GET", "/API/entries"],
    ["GET", "/api/docs/nothing.js"],
    ["GET", "/api/docs/%2e%2e%2f%2e%2e%2fpackage.json"],
    ["GET", "/.env"],
    ["POST", "/dev/outbox"],
    ["POST", "/api/docs"],
  ])("is not found: %s %s", async (method, path) => {
    expectProblem(await send(app, method, path, { headers: bearer() }), 404, "not_found");
  });

  it.each([
    ["DELETE", "/api/entries", "GET, HEAD, POST"],
    ["PUT", "/api/entries", "GET, HEAD, POST"],
    ["POST", "/api/entries/0b5e0c6e-27a7-4f3b-9a76-1e6c8f0d2a11", "GET, HEAD, PUT, PATCH, DELETE"],
    ["GET", "/api/auth/login", "POST"],
    ["HEAD", "/api/auth/login", "POST"],
    ["POST", "/api/today", "GET, HEAD"],
    ["PURGE", "/api/me", "GET, HEAD, PATCH, DELETE"],
    ["TRACE", "/api/me", "GET, HEAD, PATCH, DELETE"],
  ])("is told which methods there are: %s %s", async (method, path, allow) => {
    const reply = await send(app, method, path);
    expect(reply.headers.get("allow")).toBe(allow);
    if (method === "HEAD") expect(reply.status).toBe(405);
    else expectProblem(reply, 405, "method_not_allowed");
  });

  it.each([
    ["/api/auth/login", 17, "must be at most 16,384 bytes"],
    ["/api/entries", 2049, "must be at most 2,097,152 bytes"],
  ])("is too large for %s at %d KiB", async (path, kib, message) => {
    const reply = await send(app, "POST", path, {
      headers: { "content-type": "application/json", ...bearer() },
      body: JSON.stringify({ padding: "x".repeat(kib * 1024) }),
    });
    expectProblem(reply, 413, "payload_too_large");
    expect(reply.body["errors"]).toEqual([{ path: "body", message }]);
  });

  it("is of another media type", async () => {
    for (const path of ["/api/auth/login", "/api/auth/signup", "/api/entries"]) {
      const headers = { "content-type": "text/plain", ...bearer() };
      const reply = await send(app, "POST", path, { headers, body: "{}" });
      expectProblem(reply, 415, "unsupported_media_type");
    }
  });

  it("has an address that cannot be decoded", async () => {
    for (const path of ["/api/entries/%ZZ", "/api/entries/%", "/api/days/%E0%A4%A"]) {
      expectProblem(await send(app, "GET", path, { headers: bearer() }), 400, "invalid_request");
    }
  });

  it("has no token, and is told how to bring one", async () => {
    const reply = await call(app, "GET", "/api/me");
    expectProblem(reply, 401, "unauthenticated");
    expect(reply.headers.get("www-authenticate")).toBe("Bearer");
  });

  it("by someone without a token is not read first", async () => {
    const reply = await send(app, "POST", "/api/entries", {
      headers: { "content-type": "application/json" },
      body: "{ no JSON",
    });
    expectProblem(reply, 401, "unauthenticated");
  });

  it("holds bytes that nobody can read, and ends nothing but itself", async () => {
    for (const path of ["/api/auth/signup", "/api/auth/login", "/api/auth/verify-email"]) {
      const reply = await send(app, "POST", path, {
        headers: { "content-type": "application/json" },
        body: Uint8Array.of(0x22, 0xff, 0x22),
      });
      expectProblem(reply, 400, "invalid_request");
    }
    expect((await call(app, "GET", "/health/live")).status).toBe(200);
  });
});

describe("X-Request-Id", () => {
  const idOf = async (given?: string) => {
    const headers = given === undefined ? {} : { "x-request-id": given };
    const reply = await send(app, "GET", "/api/nothing", { headers });
    expect(reply.body["requestId"]).toBe(reply.headers.get("x-request-id"));
    return reply.headers.get("x-request-id");
  };

  it.each(["12345678", "a".repeat(128), "Root-1.67891233_abcdef012345678912345678"])(
    "is the client's when it is well-formed: %s",
    async (given) => {
      expect(await idOf(given)).toBe(given);
    },
  );

  it.each([undefined, "", "1234567", "a".repeat(129), "with space", 'a"b"c"d"e', "<script>alert"])(
    "is ours when it is not: %s",
    async (given) => {
      const id = await idOf(given);
      expect(id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
      expect(await idOf(given)).not.toBe(id);
    },
  );

  it("is in the log line of its request, which names the route and not the address", async () => {
    const id = randomUUID();
    await ada.call("GET", entryPath, { headers: { "x-request-id": id } });
    const line = app
      .logged()
      .split("\n")
      .find((text) => text.includes(id));
    expect(JSON.parse(line ?? "{}")).toMatchObject({
      requestId: id,
      method: "GET",
      route: "/api/entries/:id",
      status: 200,
    });
    expect(line).not.toContain(entryPath);
  });

  it("is in the log line of a refusal, with its code and nothing of what was sent", async () => {
    const id = randomUUID();
    const body = { email: ada.email, password: "a wrong guess at it" };
    const headers = { "x-request-id": id };
    await call(app, "POST", "/api/auth/login", { body, headers });
    await new Promise((done) => setImmediate(done));
    const line = app
      .logged()
      .split("\n")
      .find((text) => text.includes(id));
    expect(JSON.parse(line ?? "{}")).toMatchObject({ status: 401, code: "invalid_credentials" });
    expect(line).not.toContain("wrong guess");
    expect(app.logged()).not.toContain(ada.email);
  });

  it("is beside a line for somebody who is signed in and may not, which says who it was", async () => {
    const { status } = await ada.call("GET", "/api/admin/users");
    expect(status).toBe(403);
    const { body } = await ada.call("GET", "/api/me");
    const lines = app.logged().split("\n");
    const refused = lines.find((text) => text.includes("was refused"));
    expect(JSON.parse(refused ?? "{}")).toMatchObject({
      level: "warn",
      userId: body["id"],
      permission: "platform:read",
      code: "forbidden",
    });
  });
});

describe("every answer", () => {
  it.each([
    ["an outcome", "GET", "/health/live"],
    ["a failure", "GET", "/api/nothing"],
    ["a refusal", "GET", "/api/me"],
    ["an answer without a body", "OPTIONS", "/api/me"],
  ])("may not be framed, sniffed, kept or traced back: %s", async (_, method, path) => {
    const { headers } = await send(app, method, path);
    expect(headers.get("content-security-policy")).toBe(
      "default-src 'none';object-src 'none';base-uri 'none';form-action 'none';frame-ancestors 'none'",
    );
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("x-frame-options")).toBe("SAMEORIGIN");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("x-powered-by")).toBeNull();
    expect(headers.get("strict-transport-security")).toBeNull();
  });

  it("holds browsers to TLS where the site has it, and binds the cookie to it", async () => {
    const { config } = app.deps;
    const http = { ...config.http, appUrl: "https://timos.example" };
    const secure = await serve(createApp({ ...app.deps, config: { ...config, http } }));
    const { headers } = await call(secure, "GET", "/health/live");
    expect(headers.get("strict-transport-security")).toBe("max-age=31536000; includeSubDomains");
    const { email, password } = ada;
    const signedIn = await call(secure, "POST", "/api/auth/login", { body: { email, password } });
    expect(signedIn.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^__Host-timos_rt=[^;]+; Path=\/; HttpOnly; Secure; SameSite=Lax$/),
      expect.stringMatching(/^__Host-timos_dev=[^;]+; Max-Age=.+; HttpOnly; Secure; SameSite=Lax$/),
    ]);
  });
});

describe("another origin's page", () => {
  it.each(["http://127.0.0.1:3000", "https://timos.example"])(
    "may read answers when it is listed: %s",
    async (origin) => {
      const { headers } = await call(app, "GET", "/health/live", { headers: { origin } });
      expect(headers.get("access-control-allow-origin")).toBe(origin);
      expect(headers.get("access-control-allow-credentials")).toBe("true");
      expect(headers.get("vary")).toContain("Origin");
    },
  );

  it.each([
    "https://evil.example",
    "https://timos.example.evil.example",
    "http://timos.example",
    "https://sub.timos.example",
    "https://timos.example:8443",
    "http://127.0.0.1:3001",
    "null",
  ])("may not when it is not: %s", async (origin) => {
    for (const method of ["GET", "OPTIONS"]) {
      const { headers } = await send(app, method, "/api/me", {
        headers: { origin, "access-control-request-method": "PATCH" },
      });
      expect(headers.get("access-control-allow-origin")).toBeNull();
    }
  });

  it("is told beforehand what it may send", async () => {
    const { status, headers } = await send(app, "OPTIONS", "/api/me", {
      headers: {
        origin: "https://timos.example",
        "access-control-request-method": "PATCH",
        "access-control-request-headers": "authorization,content-type,if-match",
      },
    });
    expect(status).toBe(204);
    expect(headers.get("access-control-allow-origin")).toBe("https://timos.example");
    expect(headers.get("access-control-allow-methods")).toContain("PATCH");
    expect(headers.get("access-control-allow-headers")).toBe("authorization,content-type,if-match");
  });
});

describe("OPTIONS", () => {
  it("says which methods an address has, and is not found where nothing is", async () => {
    const reply = await send(app, "OPTIONS", "/api/entries");
    expect([reply.status, reply.headers.get("allow")]).toEqual([204, "GET, HEAD, POST"]);
    expectProblem(await send(app, "OPTIONS", "/api/nothing"), 404, "not_found");
  });
});

describe("HEAD", () => {
  it("answers as GET does, without the body", async () => {
    const got = await send(app, "GET", entryPath, { headers: bearer() });
    const reply = await send(app, "HEAD", entryPath, { headers: bearer() });
    expect([reply.status, reply.body]).toEqual([200, { text: "" }]);
    for (const name of ["etag", "content-type", "content-length", "cache-control"]) {
      expect(reply.headers.get(name)).toBe(got.headers.get(name));
    }
    expect((await send(app, "HEAD", entryPath)).status).toBe(401);
  });
});

describe("a GET of what the client has already", () => {
  it("is answered 304, without the body, until it is changed", async () => {
    const { headers, body } = await ada.call("GET", entryPath);
    const tag = headers.get("etag") ?? "";
    const get = (noneMatch: string, method = "GET") =>
      send(app, method, entryPath, { headers: { ...bearer(), "if-none-match": noneMatch } });
    for (const same of [tag, `W/${tag}`, `"0", ${tag}`]) {
      const reply = await get(same);
      expect([reply.status, reply.body]).toEqual([304, { text: "" }]);
      expect(reply.headers.get("etag")).toBe(tag);
    }
    expect((await get(tag, "HEAD")).status).toBe(304);
    expect(await get('"999"')).toMatchObject({ status: 200, body });
    await ada.call("PATCH", entryPath, { body: { title: "Changed" } });
    expect(await get(tag)).toMatchObject({ status: 200, body: { title: "Changed" } });
  });
});

interface Operation {
  operationId: string;
  security: object[];
  parameters: { name: string; in: string; required: boolean; schema: object }[];
  requestBody?: { content: Record<string, { schema: object }> };
  responses: Record<
    string,
    { description: string; content?: Record<string, { schema: { $ref?: string } }> }
  >;
}

describe("the OpenAPI document", () => {
  let document: {
    openapi: string;
    info: { title: string; version: string };
    paths: Record<string, Record<string, Operation>>;
    components: { securitySchemes: Record<string, object>; schemas: Record<string, object> };
  };
  let operations: { method: string; path: string; operation: Operation }[];
  beforeAll(async () => {
    const { body } = await call(app, "GET", "/api/openapi.json");
    document = body as typeof document;
    operations = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]) => ({ method, path, operation })),
    );
  });

  it("has every route that is served, and every operation of it is served", () => {
    interface Layer {
      route?: { path: string; methods: Record<string, boolean> };
      handle?: { stack?: Layer[] };
    }
    const served: string[] = [];
    const walk = (stack: readonly Layer[]) => {
      for (const { route, handle } of stack) {
        if (handle?.stack) walk(handle.stack);
        for (const method of Object.keys(route?.methods ?? {})) {
          // The one that answers 405 to all other methods.
          if (method !== "_all") served.push(`${method} ${route?.path ?? ""}`);
        }
      }
    };
    walk(createApp(app.deps).router.stack as unknown as Layer[]);
    const described = operations.map(
      ({ method, path }) => `${method} ${path.replace(/\{(\w+)\}/g, ":$1")}`,
    );
    expect(served.length).toBeGreaterThan(20);
    expect(served.sort()).toEqual(described.sort());
  });

  it("says of each operation who may call it, and that is so", async () => {
    expect(Object.keys(document.components.securitySchemes).sort()).toEqual([
      "bearer",
      "refreshCookie",
    ]);
    for (const { method, path, operation } of operations) {
      const [feature, name] = operation.operationId.split(".") as [keyof typeof contract, string];
      const { auth, ownPages } =
        (contract[feature] as Record<string, { auth: string; ownPages?: true }>)[name] ?? {};
      const scheme = Object.keys(operation.security[0] ?? { public: [] })[0];
      expect([operation.operationId, scheme]).toEqual([
        operation.operationId,
        { public: "public", user: "bearer", refresh_cookie: "refreshCookie" }[String(auth)],
      ]);
      const target = path.replaceAll(/\{\w+\}/g, randomUUID());
      const reply = await send(app, method.toUpperCase(), target, {
        headers: { origin: "https://evil.example", "sec-fetch-site": "cross-site" },
      });
      const code = reply.body["code"];
      expect([operation.operationId, code === "unauthenticated", code === "csrf_failed"]).toEqual([
        operation.operationId,
        scheme === "bearer",
        // Whatever sets or takes a cookie.
        scheme === "refreshCookie" || auth === "optional_user" || ownPages === true,
      ]);
    }
  });

  it("has the structure that OpenAPI 3.1 asks for", () => {
    expect(document.openapi).toMatch(/^3\.1\.\d+$/);
    expect(document.info).toMatchObject({ title: "TimOS", version: expect.any(String) });
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { method, path, operation } of operations) {
      expect(["get", "put", "post", "patch", "delete"]).toContain(method);
      const inPath = operation.parameters.filter((parameter) => parameter.in === "path");
      expect(inPath.map(({ name }) => `{${name}}`)).toEqual(path.match(/\{\w+\}/g) ?? []);
      expect(inPath.every(({ required }) => required)).toBe(true);
      const keys = operation.parameters.map((parameter) => `${parameter.in} ${parameter.name}`);
      expect(new Set(keys).size).toBe(keys.length);
      if (method === "get") expect(operation.requestBody).toBeUndefined();
      const codes = Object.keys(operation.responses);
      expect(codes.filter((code) => /^(2|303)/.test(code)).length).toBeGreaterThan(0);
      expect(codes.every((code) => /^[2-5]\d\d$/.test(code))).toBe(true);
      for (const [code, response] of Object.entries(operation.responses)) {
        expect(response.description).not.toBe("");
        if (code === "204") expect(response.content).toBeUndefined();
      }
    }
  });

  it("refers to nothing that is not in it", () => {
    const references: string[] = [];
    JSON.stringify(document, (key, value: unknown) => {
      if (key === "$ref") references.push(String(value));
      return value;
    });
    expect(references.length).toBeGreaterThan(0);
    for (const reference of new Set(references)) {
      const found = reference
        .split("/")
        .slice(1)
        .reduce<unknown>((node, name) => (node as Record<string, unknown>)[name], document);
      expect([reference, typeof found]).toEqual([reference, "object"]);
    }
    for (const { operation } of operations) {
      for (const name of operation.security.flatMap((scheme) => Object.keys(scheme))) {
        expect(document.components.securitySchemes).toHaveProperty(name);
      }
    }
  });

  it("names the limits and defaults of what is sent", () => {
    const limit = document.paths["/api/entries"]?.["get"]?.parameters.find(
      (parameter) => parameter.name === "limit",
    );
    expect(limit).toMatchObject({ required: false, schema: { minimum: 1, maximum: 200 } });
    const create = document.paths["/api/entries"]?.["post"];
    const schema = create?.requestBody?.content["application/json"]?.schema;
    expect(schema).toMatchObject({ required: ["day"], additionalProperties: false });
    expect(create?.parameters.map(({ name }) => name)).toEqual(["Idempotency-Key"]);
    const put = document.paths["/api/entries/{id}"]?.["put"];
    expect(put?.parameters.map(({ name }) => name)).toEqual(["id", "If-Match", "If-None-Match"]);
  });
});

describe("the viewer of the document", () => {
  it("comes from this server alone, with everything it loads", async () => {
    const page = await call(app, "GET", "/api/docs");
    expect(page.status).toBe(200);
    expect(page.headers.get("content-type")).toContain("text/html");
    const policy = page.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'; script-src 'self';");
    expect(policy).not.toMatch(/https?:|\*|unsafe-eval/);
    const html = String(page.body["text"]);
    const addresses = [...html.matchAll(/(?:src|href)="([^"]*)"/g)].map((match) => match[1] ?? "");
    expect(addresses.length).toBeGreaterThan(2);
    for (const address of addresses) {
      expect(address).toMatch(/^\/api\/docs\/[a-z.-]+$/);
      const loaded = await call(app, "GET", address);
      expect(loaded.status).toBe(200);
      expect(loaded.headers.get("content-type")).toMatch(/javascript|css/);
    }
    const start = await call(app, "GET", "/api/docs/start.js");
    expect(start.body["text"]).toContain('"/api/openapi.json"');
    expect(html + String(start.body["text"])).not.toMatch(/(https?:)?\/\/[a-z]/);
    expect(html).not.toMatch(/<script>|<style|\son\w+=/);
  });
});

describe("an endpoint of a contract", () => {
  const Shown = z.object({ name: z.string(), nested: z.object({ shown: z.string() }) });
  const things = endpoints({
    read: {
      method: "GET",
      path: "/things/:id",
      summary: "Read",
      auth: "user",
      permission: "journal:read",
      params: z.strictObject({ id: z.string() }),
      responses: { 200: Shown },
      errors: [],
    },
    fail: {
      method: "POST",
      path: "/things/fail",
      summary: "Fail",
      auth: "public",
      body: z.strictObject({ how: z.enum(["throw", "answer", "gone"]) }),
      responses: { 200: Shown },
      errors: ["gone"],
    },
    limited: {
      method: "GET",
      path: "/limited",
      summary: "Read a little",
      auth: "public",
      responses: { 200: z.object({}) },
      limit: { points: 2, seconds: 60 },
      errors: [],
    },
  });
  const row = {
    name: "Name",
    passwordHash: "$argon2id$hash",
    nested: { shown: "shown", hidden: "hidden" },
  };
  let small: { url: string };
  const confined: string[] = [];
  beforeAll(async () => {
    const gates = {
      admit: (authorization: string | undefined) =>
        authorization === undefined
          ? Promise.reject(new AppError("unauthenticated"))
          : Promise.resolve({ name: authorization }),
      validator: () => Promise.resolve(null),
      confine: (caller: { name: string }, work: () => Promise<never>) => {
        confined.push(caller.name);
        return work();
      },
      limiter: app.deps.limiter,
      origins: [],
      isSecure: false,
    };
    const router = routes(things, gates as never, {
      read: () => Promise.resolve(ok(row)),
      fail: ({ body }) => {
        if (body.how === "gone") throw new AppError("gone");
        if (body.how === "throw") throw new Error("a secret reason");
        return Promise.resolve(ok({ name: "a secret answer" } as typeof row));
      },
      limited: () => Promise.resolve(ok({})),
    });
    const handler = express().use(requestLog(app.deps.logger)).use(router).use(answerNotFound);
    small = await serve(handler.use(answerErrors(app.deps.logger)));
  });

  it("cannot answer with a field that the contract does not name", async () => {
    const reply = await call(small, "GET", "/things/1", { headers: { authorization: "me" } });
    expect(reply.body).toEqual({ name: "Name", nested: { shown: "shown" } });
    expect(confined).toEqual(["me"]);
  });

  it("runs for nobody who is not signed in", async () => {
    expectProblem(await call(small, "GET", "/things/1"), 401, "unauthenticated");
    expect(confined).toEqual(["me"]);
  });

  it.each(["throw", "answer"])("that fails says nothing of why: %s", async (how) => {
    const reply = await call(small, "POST", "/things/fail", { body: { how } });
    expectProblem(reply, 500, "internal");
    expect(JSON.stringify(reply.body)).not.toContain("secret");
    expect(app.logged()).toContain(String(reply.body["requestId"]));
    expect(app.logged()).not.toContain("a secret answer");
  });

  it("fails with the code that its handler throws", async () => {
    const reply = await call(small, "POST", "/things/fail", { body: { how: "gone" } });
    expectProblem(reply, 410, "gone");
  });

  it("says what is left of its limit, and refuses what is beyond", async () => {
    const use = () => call(small, "GET", "/limited");
    const replies = [await use(), await use(), await use()] as const;
    expect(replies.map((reply) => reply.status)).toEqual([200, 200, 429]);
    expect(replies.map((reply) => reply.headers.get("ratelimit")?.split(";")[1])).toEqual([
      "r=1",
      "r=0",
      "r=0",
    ]);
    const refused = replies[2];
    expectProblem(refused, 429, "rate_limited");
    expect(refused.headers.get("ratelimit-policy")).toBe('"client";q=2;w=60');
    const wait = Number(refused.headers.get("retry-after"));
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(60);
  });
});

/** What the compiler must refuse; it complains about an expected error that is not there. */
export const refusedByTheCompiler = (gates: never) => {
  const limited = { limited: { ...contract.system.live, responses: { 200: z.object({}) } } };
  const read = { read: { ...contract.system.live, responses: { 200: z.object({ a: z.int() }) } } };
  // @ts-expect-error -- the handler is missing
  routes(limited, gates, {});
  // @ts-expect-error -- the status is not one of its
  routes(limited, gates, { limited: () => Promise.resolve({ status: 201, body: {} }) });
  // @ts-expect-error -- a field is missing
  routes(read, gates, { read: () => Promise.resolve(ok({})) });
  // @ts-expect-error -- a field is of another type
  routes(read, gates, { read: () => Promise.resolve(ok({ a: "1" })) });
  routes(read, gates, { read: () => Promise.resolve(ok({ a: 1 })) });
};
