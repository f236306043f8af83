import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { openTestApp, type TestApp } from "../../../test/app.ts";
import { call, signUp } from "../../../test/people.ts";

const token = "a token that Prometheus has";
let app: TestApp;
beforeAll(async () => {
  app = await openTestApp({ METRICS_TOKEN: token });
  await signUp(app);
});
afterAll(() => app.close());

const read = (authorization?: string) =>
  call(app, "GET", "/metrics", authorization === undefined ? {} : { headers: { authorization } });

describe("GET /metrics", () => {
  it("answers whoever has the token, and nobody else", async () => {
    expect((await read()).status).toBe(401);
    expect((await read("Bearer a token that nobody has")).status).toBe(401);
    expect((await read(`Bearer ${token}`)).status).toBe(200);
  });

  it("counts wraps by master key in both databases, and data keys by state", async () => {
    const text = String((await read(`Bearer ${token}`)).body["text"]);
    expect(text).toMatch(/^timos_dek_wraps\{database="platform",mek_ref="local:[0-9a-f]+"\} 1$/m);
    expect(text).toContain('timos_deks{state="active",swept="false"} 1');
    expect(text).toContain("nodejs_eventloop_lag_seconds");
  });

  it("says how many events of the audit wait for a seal, and how long", async () => {
    const text = String((await read(`Bearer ${token}`)).body["text"]);
    expect(text).toMatch(/^timos_audit_unsealed_events [1-9]\d*$/m);
    expect(text).toMatch(/^timos_audit_unsealed_seconds \d/m);
  });

  it("tells nothing of anybody", async () => {
    const text = String((await read(`Bearer ${token}`)).body["text"]);
    expect(text).not.toMatch(/@|example\.org/);
  });
});

it("is not there where no token is configured", async () => {
  const other = await openTestApp();
  try {
    expect((await call(other, "GET", "/metrics")).status).toBe(404);
  } finally {
    await other.close();
  }
});
