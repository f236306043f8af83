import { afterAll, beforeAll, beforeEach, expect, it } from "@jest/globals";
import { openTestApp, type TestApp } from "../../../test/app.ts";
import { signUp, type Person } from "../../../test/people.ts";

let app: TestApp;
let ada: Person;
beforeAll(async () => {
  app = await openTestApp();
});
afterAll(() => app.close());
beforeEach(async () => {
  ada = await signUp(app);
});

it("templates are listed whole, by name, in pages, narrowed to a kind", async () => {
  for (const [name, kind] of [
    ["beta", "entries"],
    ["Alpha", "entries"],
    ["gamma", "weekly-recaps"],
  ]) {
    const body = { name, kind, body: `# ${String(name)}` };
    expect((await ada.call("POST", "/api/templates", { body })).status).toBe(201);
  }
  const page = async (query: string) => {
    const { body } = await ada.call("GET", `/api/templates${query}`);
    return {
      bodies: (body["items"] as { body: string }[]).map((template) => template.body),
      next: body["nextCursor"] as string | null,
    };
  };
  expect(await page("?kind=entries")).toEqual({ bodies: ["# Alpha", "# beta"], next: null });
  const first = await page("?limit=2");
  expect(first.bodies).toEqual(["# Alpha", "# beta"]);
  expect(await page(`?limit=2&cursor=${String(first.next)}`)).toEqual({
    bodies: ["# gamma"],
    next: null,
  });
});

it("reminders are listed by their time", async () => {
  for (const body of [
    { kind: "evening", time: "21:00", days: [7, 1] },
    { kind: "morning", time: "07:30" },
  ]) {
    expect((await ada.call("POST", "/api/reminders", { body })).status).toBe(201);
  }
  expect((await ada.call("GET", "/api/reminders")).body["items"]).toMatchObject([
    { kind: "morning", days: [1, 2, 3, 4, 5, 6, 7], channel: "email", enabled: true },
    { kind: "evening", days: [1, 7] },
  ]);
});
