import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { openTestApp, type TestApp } from "./app.ts";
import { call, signUp } from "./people.ts";

// Requests that are put together by hand to be read in two ways (ASVS 5.0, 4.2.1, 15.3.3, 15.3.6, 15.3.7).

let app: TestApp;
beforeAll(async () => {
  app = await openTestApp();
});
afterAll(() => app.close());

/** Sends `text` as it is. @returns the statuses of all answers until the server hangs up. */
function statusesOf(text: string): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(app.url).port), "127.0.0.1");
    let answers = "";
    socket.on("data", (chunk) => {
      answers += chunk.toString();
    });
    socket.on("error", reject);
    socket.on("close", () =>
      resolve([...answers.matchAll(/HTTP\/1\.1 (\d+)/g)].map((m) => m[1] ?? "")),
    );
    socket.write(text);
  });
}

const HIDDEN = "GET /api/openapi.json HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
const head = (...lines: string[]) =>
  [
    "POST /api/auth/login HTTP/1.1",
    "Host: x",
    "Content-Type: application/json",
    ...lines,
    "",
    "",
  ].join("\r\n");

describe("a second request hidden in the body of the first (request smuggling)", () => {
  it.each([
    [
      "two ways to say how long it is",
      head(`Content-Length: ${HIDDEN.length + 5}`, "Transfer-Encoding: chunked") +
        `0\r\n\r\n${HIDDEN}`,
    ],
    [
      "the same, the other way round",
      head("Transfer-Encoding: chunked", "Content-Length: 5") + `0\r\n\r\n${HIDDEN}`,
    ],
    ["two lengths", head("Content-Length: 2", `Content-Length: ${HIDDEN.length}`) + `{}${HIDDEN}`],
    ["a length that is none", head("Content-Length: +2") + `{}${HIDDEN}`],
    ["an encoding that nobody knows", head("Transfer-Encoding: xchunked") + `0\r\n\r\n${HIDDEN}`],
    [
      "a header with a space before the colon",
      head("Transfer-Encoding : chunked") + `0\r\n\r\n${HIDDEN}`,
    ],
    [
      "a header that goes on in the next line",
      head("Transfer-Encoding:", " chunked") + `0\r\n\r\n${HIDDEN}`,
    ],
    [
      "a chunk whose length is none",
      head("Transfer-Encoding: chunked") + `0x2\r\n{}\r\n0\r\n\r\n${HIDDEN}`,
    ],
    [
      "lines that end in line feeds alone",
      head("Content-Length: 2").replaceAll("\r\n", "\n") + `{}${HIDDEN}`,
    ],
  ])("is not answered: %s", async (_, text) => {
    expect(await statusesOf(text)).not.toContain("200");
  });

  it("would be answered, were it not hidden", async () => {
    expect(await statusesOf(HIDDEN)).toEqual(["200"]);
  });
});

describe("a parameter that is sent twice", () => {
  it.each([
    "/api/entries?limit=1&limit=200",
    "/api/entries?limit[]=1",
    "/api/me/audit?before=1&before=2",
  ])("is none, not the first and not the last: %s", async (path) => {
    const person = await signUp(app);
    expect(await person.call("GET", path)).toMatchObject({
      status: 400,
      body: { code: "invalid_request" },
    });
  });
});

describe("a member that all objects have", () => {
  it.each(["__proto__", "constructor", "prototype"])(
    "is an unknown one in a body, and changes no other object: %s",
    async (name) => {
      const person = await signUp(app);
      const body = `{"displayName":"Ada","${name}":{"role":"superadmin","isAdmin":true}}`;
      const reply = await person.call("PATCH", "/api/me", { body });
      expect(reply).toMatchObject({ status: 400, body: { code: "invalid_request" } });
      expect(({} as Record<string, unknown>)["isAdmin"]).toBeUndefined();
      expect((await person.call("GET", "/api/me")).body).toMatchObject({ platformRole: null });
    },
  );

  it("is no way around an unknown key of a body without a person", async () => {
    const body = `{"email":"a@example.org","password":"correct horse battery","__proto__":{"pass":"x"}}`;
    expect((await call(app, "POST", "/api/auth/login", { body })).status).not.toBe(200);
  });
});

describe("a page of another site that signs people in or out as it likes (CSRF on the way in)", () => {
  const cross = { origin: "https://evil.example", "sec-fetch-site": "cross-site" };
  it.each(["signup", "login", "verify-email", "password/reset"])("is refused: %s", async (name) => {
    const path = `/api/auth/${name}`;
    expect(await call(app, "POST", path, { body: {}, headers: cross })).toMatchObject({
      status: 403,
      body: { code: "csrf_failed" },
    });
    // What is no browser says nothing of where it comes from, and is heard.
    expect((await call(app, "POST", path, { body: {} })).body["code"]).toBe("invalid_request");
  });
});
