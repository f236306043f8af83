import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { openTestApp, type TestApp } from "./app.ts";
import { signUp } from "./people.ts";

let app: TestApp;
beforeAll(async () => {
  app = await openTestApp();
});
afterAll(() => app.close());

it("spine", async () => {
  const person = await signUp(app, { timeZone: "Europe/Berlin" });
  const put = await person.call("PUT", "/api/entries/3f2504e0-4f89-41d3-9a0c-0305e82c3301", {
    body: { day: "2026-11-21", title: "Hi", body: "# Hello" },
  });
  console.log(put.status, put.body, put.headers.get("etag"));
  console.log((await person.call("GET", "/api/today")).body);
  console.log((await person.call("GET", "/api/entries")).body);
  console.log((await person.call("GET", "/api/days?from=2026-11-01&to=2026-11-30")).body);
  console.log((await person.call("GET", "/health/ready")).body);
  console.log(app.logged());
  expect(put.status).toBe(201);
});
