import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { Registry } from "prom-client";
import { openTestApp, type TestApp } from "../../../test/app.ts";
import { call, signUp, type Person } from "../../../test/people.ts";
import { metricsApp } from "../../http/metrics.ts";
import { every } from "../../jobs/every.ts";
import { beginRun, endRun } from "../../platform/operation-runs.ts";
import { finishErasures } from "../account/erase.ts";
import { workerMetrics } from "./metrics.ts";
import { installationGauges } from "./metrics-installation.ts";

const token = "a token that Prometheus has";
let app: TestApp;
let person: Person;
beforeAll(async () => {
  app = await openTestApp({ METRICS_TOKEN: token });
  person = await signUp(app);
});
afterAll(() => app.close());

const read = (authorization?: string) =>
  call(app, "GET", "/metrics", authorization === undefined ? {} : { headers: { authorization } });
const scrape = async () => String((await read(`Bearer ${token}`)).body["text"]);
/** The value of a series, which is given as it is written. */
const valueOf = (text: string, series: string): number => {
  const line = text.split("\n").find((one) => one.startsWith(`${series} `));
  return Number(line?.slice(series.length) ?? Number.NaN);
};

describe("GET /metrics", () => {
  it("answers whoever has the token, and nobody else", async () => {
    expect((await read()).status).toBe(401);
    expect((await read("Bearer a token that nobody has")).status).toBe(401);
    expect((await read(`Bearer ${token}`)).status).toBe(200);
  });

  it("counts wraps by master key in both databases, and data keys by state", async () => {
    const text = await scrape();
    expect(text).toMatch(/^timos_dek_wraps\{database="platform",mek_ref="local:[0-9a-f]+"\} 1$/m);
    expect(text).toContain('timos_deks{state="active",swept="false"} 1');
    expect(text).toContain("nodejs_eventloop_lag_p99_seconds");
  });

  it("says how many events of the audit wait for a seal, and how long", async () => {
    const text = await scrape();
    expect(text).toMatch(/^timos_audit_unsealed_events [1-9]\d*$/m);
    expect(text).toMatch(/^timos_audit_unsealed_seconds \d/m);
  });

  it("counts requests by the template of their route, and what leads nowhere as one", async () => {
    const [found, none] = [
      'timos_http_requests_total{method="GET",route="/api/entries/:id",status="4xx"}',
      'timos_http_requests_total{method="GET",route="none",status="4xx"}',
    ];
    for (const path of ["1", "2", "3"]) {
      await person.call("GET", `/api/entries/00000000-0000-4000-8000-00000000000${path}`);
      await person.call("GET", `/nowhere/${path}`);
    }
    const text = await scrape();
    expect(valueOf(text, found)).toBe(3);
    expect(valueOf(text, none)).toBe(3);
    const labels = 'method="GET",route="/api/entries/:id"';
    expect(valueOf(text, `timos_http_request_duration_seconds_count{${labels}}`)).toBe(3);
    const largest = `timos_http_request_duration_seconds_bucket{le="+Inf",${labels}}`;
    expect(valueOf(text, largest)).toBe(3);
    // This one.
    expect(valueOf(text, "timos_http_requests_in_progress")).toBe(1);
    expect(text).toMatch(/^timos_http_problems_total\{code="not_found"\} [6-9]$/m);
  });

  it("tells what it stands on, and what a sign-in, a mail, a key and a statement came to", async () => {
    const signIn = (password: string) =>
      call(app, "POST", "/api/auth/login", { body: { email: person.email, password } });
    expect((await signIn(person.password)).status).toBe(200);
    for (let n = 0; n < 6; n++) await signIn("not the password of anybody");
    const text = await scrape();
    const positive = [
      'timos_sign_ins_total{way="password",outcome="success"}',
      'timos_sign_ins_total{way="password",outcome="failure"}',
      'timos_sign_ins_total{way="password",outcome="locked"}',
      'timos_lockout_refusals_total{rule="account-client"}',
      'timos_mails_total{outcome="sent"}',
      'timos_dek_unwraps_total{provider="local",outcome="ok"}',
      'timos_dek_cache_lookups_total{result="miss"}',
      'timos_session_cache_lookups_total{result="hit"}',
      'timos_database_statement_duration_seconds_count{database="vault",access="statements"}',
      'timos_database_statement_duration_seconds_count{database="platform",access="models"}',
      'timos_database_pool_limit{database="platform",access="models"}',
      'timos_redis_command_duration_seconds_count{command="ping"}',
      "timos_password_hash_duration_seconds_count",
      "timos_search_memory_limit_bytes",
    ];
    expect(positive.filter((series) => !(valueOf(text, series) > 0))).toEqual([]);
    for (const dependency of ["platform", "vault", "redis", "keys"]) {
      expect(valueOf(text, `timos_dependency_up{dependency="${dependency}"}`)).toBe(1);
    }
    for (const pool of ["platform", "vault"]) {
      const labels = `{database="${pool}",access="statements"}`;
      expect(valueOf(text, `timos_database_pool_in_use${labels}`)).toBe(0);
    }
  });
});

describe("what an installation is asked", () => {
  const gaugesOf = async (deps: Partial<Parameters<typeof installationGauges>[1]>) => {
    const registry = new Registry();
    await installationGauges(registry, { ...app.deps, ...deps })();
    return registry.metrics();
  };

  it("is answered as far as it can be known when a database is away", async () => {
    const execute = () => Promise.reject(new Error("away"));
    const checks = { ...app.deps.checks, platform: execute };
    const text = await gaugesOf({ platformDatabase: { execute }, checks });
    expect(valueOf(text, 'timos_dependency_up{dependency="platform"}')).toBe(0);
    expect(valueOf(text, 'timos_dependency_up{dependency="vault"}')).toBe(1);
    // No 0 that would pass for "nothing waits", and no 1970 that would pass for "no backup".
    expect(text).not.toMatch(/^timos_(audit|erasures|vaults|backup|operation)\w* /m);
    expect(text).not.toMatch(/^timos_backup_last_success_timestamp_seconds\{/m);
  });

  it("has how old the backup of each set is, and whether the last drill came out well", async () => {
    const { execute } = app.deps.platformDatabase;
    const at = (hour: number) => new Date(Date.UTC(2026, 10, 20, hour));
    const backup = await beginRun(execute, "backup", ["platform", "vault"], at(1));
    await endRun(execute, backup, { outcome: "ok", takenAt: at(1), bytes: 1 }, at(2));
    const drill = await beginRun(execute, "drill", ["platform", "vault", "keys"], at(3));
    await endRun(execute, drill, { outcome: "failed" }, at(4));
    const text = await gaugesOf({});
    const backupOf = (set: string) => `timos_backup_last_success_timestamp_seconds{set="${set}"}`;
    expect(valueOf(text, backupOf("vault"))).toBe(at(1).getTime() / 1000);
    expect(valueOf(text, backupOf("keys"))).toBe(0);
    expect(valueOf(text, 'timos_operation_last_ok{kind="backup"}')).toBe(1);
    expect(valueOf(text, 'timos_operation_last_ok{kind="drill"}')).toBe(0);
    expect(valueOf(text, 'timos_operation_last_success_timestamp_seconds{kind="drill"}')).toBe(0);
    expect(valueOf(text, "timos_keys_backup_max_age_seconds")).toBe(7 * 86_400);
  });
});

describe("what somebody wrote, looked for, or typed", () => {
  const CANARY = "kingfisher";

  it("is in neither metrics nor log, wherever they put it", async () => {
    const ada = await signUp(app, { email: `${CANARY}.own@example.org` });
    const id = "0192f3a4-5b6c-4d7e-8f90-a1b2c3d4e5f6";
    const entry = {
      day: "2026-11-20",
      title: CANARY,
      body: `a ${CANARY} by the river`,
      tags: [CANARY],
    };
    expect((await ada.call("PUT", `/api/entries/${id}`, { body: entry })).status).toBe(201);
    const found = await ada.call("GET", `/api/search?q=${CANARY}`);
    expect(found.body).toMatchObject({ total: 1 });
    await ada.call("PUT", `/api/entries/${id}`, { body: { ...entry, [CANARY]: CANARY } });
    await ada.call("GET", `/api/entries/${CANARY}`);
    await ada.call("GET", `/api/days/${CANARY}?${CANARY}=${CANARY}`);
    await ada.call("GET", `/${CANARY}/${CANARY}?q=${CANARY}`, {
      headers: { "user-agent": CANARY, referer: `https://example.org/${CANARY}`, cookie: CANARY },
    });
    await ada.call("PATCH", `/api/search?q=${CANARY}`, { body: { q: CANARY } });
    await ada.call("GET", `/api/%e0%a4%a/${CANARY}`);
    await ada.call("POST", "/api/entries", { body: `{"title":"${CANARY}"` });
    for (const path of ["login", "signup", "password/forgot", "verify-email/resend"]) {
      const body = { email: `${CANARY}@example.org`, password: `a ${CANARY} that is long enough` };
      await call(app, "POST", `/api/auth/${path}`, { body });
    }
    await call(app, "POST", "/api/auth/verify-email", { body: { token: CANARY } });
    await call(app, "GET", "/api/me", { headers: { authorization: `Bearer ${CANARY}` } });
    // A request's id is not taken over that could hold anything.
    await call(app, "GET", "/api/me", { headers: { "x-request-id": `${CANARY} & co` } });

    const text = await scrape();
    expect(text).toContain('route="/api/search"');
    expect(app.logged()).toContain("/api/search");
    const planted = new RegExp(`${CANARY}|@|example\\.org|${id}|correct horse`, "i");
    expect(text).not.toMatch(planted);
    expect(app.logged()).not.toMatch(planted);
    expect(app.mails().join("")).toContain(CANARY);
  });
});

describe("the id of a request", () => {
  it("goes through the answer, the log and the audit to the worker that finishes what it asked for", async () => {
    const requestId = "proxy-0f3c9a77.42_b";
    const ada = await signUp(app);
    const reply = await ada.call("DELETE", "/api/me", {
      body: { confirm: ada.email },
      headers: { "x-request-id": requestId },
    });
    expect(reply.status).toBe(202);
    expect(reply.headers.get("x-request-id")).toBe(requestId);
    const events = await app.sql(
      "platform",
      "SELECT action FROM audit_events WHERE request_id = ?",
      [requestId],
    );
    expect(events.map((row) => String(row["action"]))).toContain("account.erased");
    await finishErasures(app.deps);
    const lines = app
      .logged()
      .split("\n")
      .filter((line) => line.includes(requestId))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toMatchObject([
      { msg: "request", method: "DELETE", route: "/api/me", status: 202 },
      { msg: "an erasure is finished", job: "finish-erasures" },
    ]);
    // By that alone nobody learns whose it was.
    expect(Object.keys(lines[1] ?? {}).sort()).toEqual(
      ["durationMs", "job", "level", "msg", "pid", "requestId", "service", "time"].sort(),
    );
  });
});

describe("the worker", () => {
  it("tells of its jobs at a port of its own, to whoever has the token", async () => {
    const { logger, metrics } = app.deps;
    const turns: string[] = [];
    const job = (name: string, work: () => Promise<unknown>) => {
      const turn = new Promise<void>((done) => {
        const running = every({ name, everySeconds: 3600, work }, logger, (run) => {
          metrics.jobs(run);
          turns.push(run.job);
          void running.stop().then(done);
        });
      });
      return turn;
    };
    await job("finish-erasures", () => finishErasures(app.deps));
    await job("seal-audit", () => Promise.reject(new Error("no")));
    expect(turns).toEqual(["finish-erasures", "seal-audit"]);

    const handler = metricsApp(workerMetrics(app.deps), token, logger);
    const server = createServer(handler);
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      expect((await call({ url }, "GET", "/metrics")).status).toBe(401);
      expect((await call({ url }, "GET", "/api/me")).status).toBe(404);
      const headers = { authorization: `Bearer ${token}` };
      const text = String((await call({ url }, "GET", "/metrics", { headers })).body["text"]);
      const runs = (name: string, outcome: string) =>
        valueOf(text, `timos_job_runs_total{job_name="${name}",outcome="${outcome}"}`);
      expect(runs("finish-erasures", "ok")).toBe(1);
      expect(runs("seal-audit", "failed")).toBe(1);
      expect(text).toMatch(
        /^timos_job_last_success_timestamp_seconds\{job_name="finish-erasures"\} /m,
      );
      expect(text).not.toMatch(
        /^timos_job_last_success_timestamp_seconds\{job_name="seal-audit"\}/m,
      );
      // What is true of the installation the API tells.
      expect(text).not.toContain("timos_dek_wraps");
    } finally {
      server.close();
    }
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
