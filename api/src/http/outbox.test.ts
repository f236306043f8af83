import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { openTestApp, type TestApp } from "../../test/app.ts";
import { call, signUp } from "../../test/people.ts";

let app: TestApp;
beforeAll(async () => {
  app = await openTestApp();
});
afterAll(() => app.close());

function get(host: string): Promise<number | undefined> {
  const { port } = new URL(app.url);
  return new Promise((resolve, reject) => {
    const options = { host: "127.0.0.1", port, path: "/dev/outbox", headers: { host } };
    request(options, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    })
      .on("error", reject)
      .end();
  });
}

describe("the outbox page", () => {
  it("is there before the first mail", async () => {
    const reply = await call(app, "GET", "/dev/outbox", { headers: { accept: "text/html" } });
    expect(reply.status).toBe(200);
    expect(reply.body["text"]).toContain("There is none yet");
  });

  it("shows the mails, newest first, with their links to follow, and runs nothing that is in them", async () => {
    await signUp(app, { email: "first@example.org" });
    await signUp(app, { email: "second@example.org" });
    const { body, headers } = await call(app, "GET", "/dev/outbox", {
      headers: { accept: "text/html" },
    });
    const text = String(body["text"]);
    expect(text.indexOf("second@example.org")).toBeLessThan(text.indexOf("first@example.org"));
    expect(text).toMatch(/<a href="http:\/\/127\.0\.0\.1:3000\/verify-email#token=[\w-]{32}">/);
    expect(text).not.toContain("<timos@localhost>");
    expect(headers.get("content-security-policy")).toMatch(/^default-src 'none'/);
  });

  it("gives them as JSON to a program, newest last", async () => {
    const reply = await call(app, "GET", "/dev/outbox", {
      headers: { accept: "application/json" },
    });
    const items = reply.body["items"] as { message: string }[];
    expect(items.at(-1)?.message).toContain("To: second@example.org");
  });

  it("is for this machine: not under another name, and only to be read", async () => {
    const { host } = new URL(app.url);
    expect(await get(host)).toBe(200);
    expect(await get("evil.example")).toBe(404);
    expect((await call(app, "POST", "/dev/outbox")).status).toBe(404);
    expect((await call(app, "GET", "/dev/outbox/more")).status).toBe(404);
  });

  it("is not there in production", async () => {
    const production = await openTestApp({ NODE_ENV: "production" });
    expect((await call(production, "GET", "/dev/outbox")).status).toBe(404);
    await production.close();
  });
});
