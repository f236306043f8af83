import { connect } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { openTestApp, type TestApp } from "../../../test/app.ts";
import { call } from "../../../test/people.ts";

let count = 0;

/**
 * Guesses at an account of its own until it has to wait, and once more with other headers.
 *
 * @returns whether that counted as the same client.
 */
async function isSameClient(
  app: TestApp,
  headers: Readonly<Record<string, string>>,
  others: Readonly<Record<string, string>>,
): Promise<boolean> {
  const body = { email: `client${count++}@example.org`, password: "a wrong guess at it" };
  const guess = (sent: Readonly<Record<string, string>>) =>
    call(app, "POST", "/api/auth/login", { body, headers: sent });
  for (let i = 0; i < 5; i++) expect((await guess(headers)).status).toBe(401);
  expect((await guess(headers)).status).toBe(429);
  const { status } = await guess(others);
  return status === 429;
}

const forwarded = (from: string) => ({ "x-forwarded-for": from });

describe("a client of a server without a proxy", () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await openTestApp();
  });
  afterAll(() => app.close());
  afterEach(() => forgetClients(app));

  it.each([
    ["X-Forwarded-For", forwarded("198.51.100.1")],
    ["X-Forwarded-For of many", forwarded("198.51.100.1, 127.0.0.1, ::1")],
    ["X-Real-IP", { "x-real-ip": "198.51.100.2" }],
    ["X-Client-IP", { "x-client-ip": "198.51.100.2" }],
    ["CF-Connecting-IP", { "cf-connecting-ip": "198.51.100.2" }],
    ["True-Client-IP", { "true-client-ip": "198.51.100.2" }],
    ["Forwarded", { forwarded: "for=198.51.100.3;proto=https" }],
  ])("is not another one for saying so: %s (xnohat/webobsidian#1)", async (_, headers) => {
    expect(await isSameClient(app, {}, headers)).toBe(true);
  });

  it("is noticed once when it, or a proxy that was not named, says where it is from (sudoprivacy/sudowork#1119)", () => {
    expect(app.logged().match(/TRUST_PROXY does not name/g)).toHaveLength(1);
    expect(app.logged()).not.toContain("198.51.100");
  });
});

describe("a client behind a proxy that is trusted", () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await openTestApp({ TRUST_PROXY: "127.0.0.1,10.1.0.0/16" });
  });
  afterAll(() => app.close());
  afterEach(() => forgetClients(app));

  it("is told from others behind it (nextcloud/appstore#1813)", async () => {
    const [one, other] = [forwarded("203.0.113.1"), forwarded("203.0.113.2")];
    expect(await isSameClient(app, one, other)).toBe(false);
  });

  it.each([
    ["one address that it puts in front", "203.0.113.10", "198.51.100.1, 203.0.113.10"],
    ["many that it puts in front", "203.0.113.11", "1.1.1.1, 2.2.2.2, ::1, 203.0.113.11"],
    ["addresses of the proxies", "203.0.113.12", "10.1.0.9, 127.0.0.1, 203.0.113.12"],
    ["a second proxy of ours behind the first", "203.0.113.13", "9.9.9.9, 203.0.113.13, 10.1.2.3"],
    ["what is no address", "203.0.113.14", "unknown, <script>, 203.0.113.14"],
    ["spaces and empty places", "203.0.113.15", " , ,198.51.100.9,  203.0.113.15"],
  ])("is the last that no proxy of ours is, whatever it claims: %s", async (_, plain, claimed) => {
    expect(await isSameClient(app, forwarded(plain), forwarded(claimed))).toBe(true);
  });

  it.each([
    ["IPv4 in IPv6 (CVE-2026-45364)", "203.0.113.20", "::ffff:203.0.113.20"],
    ["the same in hexadecimal", "203.0.113.21", "::ffff:cb00:7115"],
    ["the same in full", "203.0.113.22", "0:0:0:0:0:FFFF:203.0.113.22"],
    ["IPv6 in other letters", "2001:db8:a:1::1", "2001:0DB8:000A:0001:0:0:0:1"],
    ["another address of its IPv6 network", "2001:db8:a:2::1", "2001:db8:a:2:ffff:1:2:3"],
  ])("is the same, however its address is written: %s", async (_, one, other) => {
    expect(await isSameClient(app, forwarded(one), forwarded(other))).toBe(true);
  });

  it("is another one in the next IPv6 network", async () => {
    const [one, other] = [forwarded("2001:db8:b:1::1"), forwarded("2001:db8:b:2::1")];
    expect(await isSameClient(app, one, other)).toBe(false);
  });

  it("does not escape by sending the header twice", async () => {
    const email = "twice@example.org";
    const body = JSON.stringify({ email, password: "a wrong guess at it" });
    const statuses: string[] = [];
    for (let i = 0; i < 7; i++) {
      statuses.push(
        await raw(app, [
          "POST /api/auth/login HTTP/1.1",
          "Host: 127.0.0.1",
          `X-Forwarded-For: 198.51.100.${i}`,
          "X-Forwarded-For: 203.0.113.30",
          "Content-Type: application/json",
          `Content-Length: ${body.length}`,
          "Connection: close",
          "",
          body,
        ]),
      );
    }
    expect(statuses).toEqual(["401", "401", "401", "401", "401", "429", "429"]);
  });
});

/** What failed from all clients so far is forgotten, but not what failed at an account. */
async function forgetClients(app: TestApp): Promise<void> {
  const { Redis } = await import("ioredis");
  const redis = new Redis(app.deps.config.redisUrl);
  const keys = await redis.keys("*lockout:client:*");
  if (keys.length > 0) await redis.del(...keys);
  redis.disconnect();
}

/** Sends lines as they are. @returns the status. */
function raw(app: TestApp, lines: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(app.url).port), "127.0.0.1");
    let answer = "";
    socket.on("data", (chunk) => {
      answer += chunk.toString();
    });
    socket.on("error", reject);
    socket.on("close", () => resolve(/^HTTP\/1.1 (\d+)/.exec(answer)?.[1] ?? answer));
    socket.write(lines.join("\r\n"));
  });
}
