/** @jest-environment node */
import { describe, expect, it } from "@jest/globals";
import { ApiError, createClient, type Send, UnreachableError } from "./api.ts";

const ID = "9f1c1e0e-7a53-4c43-9c55-0f6f6f1d2a01";
const fields = {
  day: "2026-11-21",
  time: null,
  title: "",
  body: "a\r\nb \u0000 \n",
  pillarIds: [],
  tags: [],
  moodId: null,
  starred: false,
  completed: false,
};
const entry = {
  ...fields,
  id: ID,
  rev: 7,
  createdAt: "2026-11-21T10:00:00.000Z",
  updatedAt: "2026-11-21T10:00:00.000Z",
};

/** A client whose every request is answered with `answer`, and the requests it made. */
function clientAnswered(answer: () => Response) {
  const sent: { path: string; init: Parameters<Send>[1]; auth: string }[] = [];
  const client = createClient((path, init, auth) => {
    sent.push({ path, init, auth });
    return Promise.resolve(answer());
  });
  return { client, sent };
}

const problem = (status: number, body: object, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify({ type: "about:blank", title: "", status, ...body }), {
    status,
    headers: { "content-type": "application/problem+json", ...headers },
  });

const failureOf = async (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => new Error("it succeeded"),
    (error: unknown) => error,
  );

describe("the client of the API", () => {
  it("puts parameters, body and guard where the contract has them", async () => {
    const { client, sent } = clientAnswered(() => Response.json(entry, { status: 201 }));
    const answer = await client.entries.put({
      params: { id: ID },
      body: fields,
      guard: { rev: 6 },
    });
    expect(answer).toEqual(entry);
    const [request] = sent;
    expect(request?.path).toBe(`/api/entries/${ID}`);
    expect(request?.auth).toBe("user");
    expect(request?.init.method).toBe("PUT");
    expect(request?.init.cache).toBe("no-store");
    expect(request?.init.headers.get("if-match")).toBe('"6"');
    expect(request?.init.body).toBe(JSON.stringify(fields));
  });

  it("says `If-None-Match: *` for what must be new", async () => {
    const { client, sent } = clientAnswered(() => Response.json(entry, { status: 201 }));
    await client.entries.put({ params: { id: ID }, body: fields, guard: "absent" });
    await client.entries.create({ body: fields, idempotencyKey: "once" });
    expect(sent[0]?.init.headers.get("if-none-match")).toBe("*");
    expect(sent[1]?.init.headers.get("idempotency-key")).toBe("once");
  });

  it("writes queries, leaving out what is not asked", async () => {
    const { client, sent } = clientAnswered(() => Response.json({ items: [], nextCursor: null }));
    await client.entries.list({ query: { tag: "a b&c", from: undefined } });
    expect(sent[0]?.path).toBe("/api/entries?tag=a+b%26c");
  });

  it("answers nothing where there is nothing", async () => {
    const { client } = clientAnswered(() => new Response(null, { status: 204 }));
    await expect(client.entries.remove({ params: { id: ID } })).resolves.toBeUndefined();
  });

  it("throws what the API says is wrong", async () => {
    const errors = [{ path: "body.title", message: "must be shorter" }];
    const { client } = clientAnswered(() =>
      problem(400, { code: "invalid_request", detail: "No.", requestId: "r1", errors }),
    );
    const error = await failureOf(client.days.today());
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({
      code: "invalid_request",
      status: 400,
      message: "No.",
      faults: errors,
      requestId: "r1",
    });
  });

  it("hands on what a guard ran into, and how long to wait", async () => {
    const mismatch = clientAnswered(() => problem(412, { code: "rev_mismatch", current: entry }));
    expect(await failureOf(mismatch.client.days.today())).toMatchObject({ current: entry });
    const limited = clientAnswered(() =>
      problem(429, { code: "too_many_attempts" }, { "retry-after": "30" }),
    );
    expect(await failureOf(limited.client.days.today())).toMatchObject({ retryAfterSeconds: 30 });
  });

  it("calls it unreachable when the network fails or something else answers", async () => {
    const broken = createClient(() => Promise.reject(new TypeError("Failed to fetch")));
    expect(await failureOf(broken.days.today())).toBeInstanceOf(UnreachableError);
    const proxy = clientAnswered(() => new Response("<h1>Bad gateway</h1>", { status: 502 }));
    expect(await failureOf(proxy.client.days.today())).toBeInstanceOf(UnreachableError);
    const stranger = clientAnswered(() => problem(503, { code: "made_up" }));
    expect(await failureOf(stranger.client.days.today())).toBeInstanceOf(UnreachableError);
    const portal = clientAnswered(() => new Response("<h1>Welcome to our network</h1>"));
    expect(await failureOf(portal.client.days.today())).toBeInstanceOf(UnreachableError);
  });

  it("lets whoever gave up know that they did", async () => {
    const abort = new AbortController();
    abort.abort();
    const client = createClient(() => Promise.reject(new DOMException("Aborted", "AbortError")));
    expect(await failureOf(client.days.today({ signal: abort.signal }))).toMatchObject({
      name: "AbortError",
    });
  });
});
