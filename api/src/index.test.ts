import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { randomUUID } from "node:crypto";
import { request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { Redis } from "ioredis";
import { openTestApp, testEnvironment, type TestApp } from "../test/app.ts";
import { call, signUp } from "../test/people.ts";
import { launch, listening } from "../test/process.ts";
import { createKeyring } from "./crypto/keyring.ts";

/** These tests start the API as a process of its own, as it is run. */
let app: TestApp;
let folder: string;
let environment: Record<string, string>;
const running: ChildProcess[] = [];

beforeAll(async () => {
  app = await openTestApp();
  // The processes have no clock but the machine's.
  app.clock.now = new Date();
});
afterAll(() => app.close());
afterEach(() => {
  for (const child of running.splice(0)) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

function environmentOf(more: Record<string, string> = {}): Record<string, string> {
  folder = mkdtempSync(join(tmpdir(), "timos-process-"));
  environment = { ...testEnvironment(folder), ...more };
  return environment;
}

function launchOurs(env: Record<string, string>, program?: "index" | "worker") {
  const launched = launch(env, program);
  running.push(launched.child);
  return launched;
}

const start = (env: Record<string, string>) => listening(launchOurs(env));

async function refusal(env: Record<string, string>): Promise<string> {
  const { child, output } = launchOurs(env);
  const [code] = (await once(child, "exit")) as [number];
  expect(code).toBe(1);
  return output();
}

describe("the process", () => {
  it("listens on its port and on its socket, and finishes requests when told to end", async () => {
    const socket = join(tmpdir(), `timos-${randomUUID()}.sock`);
    const api = await start(environmentOf({ API_SOCKET: socket, KEYRING_FILE: app.keyringFile }));
    expect((await call(api, "GET", "/health/ready")).body).toMatchObject({ status: "ok" });
    const status = await new Promise((resolve, reject) => {
      request({ socketPath: socket, path: "/health/live" }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      })
        .on("error", reject)
        .end();
    });
    expect(status).toBe(200);

    const slow = call(api, "POST", "/api/auth/signup", {
      body: { email: "slow@example.org", password: "correct horse battery" },
    });
    await new Promise((done) => setTimeout(done, 15));
    api.child.kill("SIGTERM");
    expect((await slow).status).toBe(202);
    const [code] = (await once(api.child, "exit")) as [number];
    expect(code).toBe(0);
    rmSync(socket, { force: true });
  }, 30_000);

  it("takes nobody's word for their address, not even of one who hangs up at once", async () => {
    const api = await start(environmentOf({ KEYRING_FILE: app.keyringFile }));
    const { port } = new URL(api.url);
    const forged = "POST /api/auth/login HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 9.9.9.9\r\n\r\n";
    for (let i = 0; i < 30; i++) {
      const socket = connect(Number(port), "127.0.0.1");
      await once(socket, "connect");
      socket.write(forged);
      socket.resetAndDestroy();
    }
    await call(api, "POST", "/api/auth/login", { headers: { "x-forwarded-for": "9.9.9.9" } });
    const redis = new Redis(app.deps.config.redisUrl);
    const keys = await redis.keys("limit:/api/auth/login:*");
    redis.disconnect();
    expect(keys).toEqual(["limit:/api/auth/login:127.0.0.1"]);
  }, 30_000);

  it("says everything that is wrong with its configuration, and starts nothing", async () => {
    const said = await refusal({ ...environmentOf(), TOKEN_KEY: "", REDIS_URL: "nonsense" });
    expect(said).toContain("TimOS does not start");
    expect(said).toContain("TOKEN_KEY: is not set");
    expect(said).toContain("REDIS_URL: ");
  }, 30_000);
});

describe("the worker", () => {
  it("starts, and ends when told to", async () => {
    const { keyringFile } = app;
    const { child, output } = launchOurs(environmentOf({ KEYRING_FILE: keyringFile }), "worker");
    for (const deadline = Date.now() + 20_000; !output().includes("ready");) {
      if (Date.now() > deadline) throw new Error(`did not start: ${output()}`);
      await new Promise((done) => setTimeout(done, 20));
    }
    child.kill("SIGTERM");
    const [code] = (await once(child, "exit")) as [number];
    expect(code).toBe(0);
  }, 30_000);
});

describe("a keyring", () => {
  const keyring = () => environment["KEYRING_FILE"] ?? "";
  const refusedAfter = async (spoil: () => void) => {
    const env = environmentOf();
    spoil();
    return refusal(env);
  };

  it("that is missing keeps it from starting, and none is made", async () => {
    const said = await refusedAfter(() => rmSync(keyring()));
    expect(said).toContain("is missing");
    expect(said).toContain("Restore it from its backup");
    expect(existsSync(keyring())).toBe(false);
  }, 30_000);

  it("that is cut short keeps it from starting, and is left as it is", async () => {
    const said = await refusedAfter(() => truncateSync(keyring(), 40));
    expect(said).toContain("cut short or damaged");
    expect(readFileSync(keyring())).toHaveLength(40);
  }, 30_000);

  it("that others may read keeps it from starting", async () => {
    const said = await refusedAfter(() => chmodSync(keyring(), 0o644));
    expect(said).toContain(`chmod 600 ${keyring()}`);
  }, 30_000);

  it("that is a link keeps it from starting", async () => {
    const said = await refusedAfter(() => {
      writeFileSync(`${keyring()}.real`, createKeyring(new Date()), { mode: 0o600 });
      rmSync(keyring());
      symlinkSync(`${keyring()}.real`, keyring());
    });
    expect(said).toContain("symbolic link");
  }, 30_000);

  it("without a key that is in use keeps it from starting, and names that key", async () => {
    await signUp(app);
    const [wrap] = await app.sql("platform", "SELECT mek_ref FROM dek_wraps");
    const said = await refusal(environmentOf());
    expect(said).toContain(String(wrap?.["mek_ref"]));
    expect(said).toContain("Restore the keyring that has it");
  }, 30_000);

  it("does not help when a wrapped key was altered in the database", async () => {
    const person = await signUp(app);
    const env = environmentOf();
    const used = app.keyringFile;
    await app.sql("platform", "UPDATE dek_wraps SET `blob` = REVERSE(`blob`)");
    const said = await refusal({ ...env, KEYRING_FILE: used });
    expect(said).toContain("does not unwrap");
    await app.sql("platform", "UPDATE dek_wraps SET `blob` = REVERSE(`blob`)");
    expect((await person.call("GET", "/api/today")).status).toBe(200);
  }, 30_000);
});

describe("killed outright while two hundred entries are written at once", () => {
  it("it comes back with every acknowledged one, which opens, and with no gap in the revisions", async () => {
    const person = await signUp(app);
    const env = {
      ...environmentOf(),
      KEYRING_FILE: app.keyringFile,
      JWT_KEYS: JSON.stringify({ keys: app.deps.config.auth.signingKeys }),
    };
    const api = await start(env);
    const headers = { authorization: `Bearer ${person.accessToken}` };
    const acknowledged: string[] = [];
    const writes = Array.from({ length: 200 }, async (_, i) => {
      const id = randomUUID();
      const body = { day: "2026-11-21", body: `entry ${i} ${"x".repeat(2000)}` };
      const reply = await call(api, "PUT", `/api/entries/${id}`, { body, headers });
      if (reply.status === 201) acknowledged.push(id);
      if (acknowledged.length === 60) api.child.kill("SIGKILL");
    });
    const outcomes = await Promise.allSettled(writes);
    expect(outcomes.some((outcome) => outcome.status === "rejected")).toBe(true);
    expect(acknowledged.length).toBeGreaterThanOrEqual(60);

    const again = await start(env);
    for (const id of acknowledged) {
      const reply = await call(again, "GET", `/api/entries/${id}`, { headers });
      expect(reply.status).toBe(200);
      expect(String(reply.body["body"])).toMatch(/^entry \d+ x{2000}$/);
    }
    const day = await call(again, "GET", "/api/days/2026-11-21", { headers });
    const entries = day.body["entries"] as { rev: number }[];
    const revisions = entries.map((entry) => entry.rev);
    const written = revisions.sort((a, b) => a - b);
    expect(written).toEqual(Array.from({ length: written.length }, (_, i) => i + 1));
    expect(written.length).toBeGreaterThanOrEqual(acknowledged.length);
  }, 60_000);
});
