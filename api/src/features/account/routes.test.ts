import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { openTestApp, type TestApp } from "../../../test/app.ts";
import { signUp, type Person } from "../../../test/people.ts";

let app: TestApp;
let ada: Person;
beforeAll(async () => {
  app = await openTestApp();
  ada = await signUp(app, { email: "ada@example.org", timeZone: "Europe/Berlin" });
});
afterAll(() => app.close());

const patch = (body: object) => ada.call("PATCH", "/api/me", { body });

describe("GET /api/me", () => {
  it("shows the account and nothing that is not for its owner's eyes", async () => {
    const reply = await ada.call("GET", "/api/me");
    expect(reply.body).toEqual({
      id: expect.any(String),
      email: "ada@example.org",
      role: "owner",
      platformRole: null,
      displayName: "ada",
      timeZone: "Europe/Berlin",
      dayStartHour: 0,
      locale: "en",
      weekStartsOn: 1,
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    });
  });
});

describe("PATCH /api/me", () => {
  it("changes what it names, at once and for good, and leaves the rest", async () => {
    const changed = await patch({ displayName: "Ada L.", dayStartHour: 3 });
    expect(changed).toMatchObject({
      status: 200,
      body: { displayName: "Ada L.", dayStartHour: 3, timeZone: "Europe/Berlin" },
    });
    expect((await ada.call("GET", "/api/me")).body).toEqual(changed.body);
    expect((await patch({})).body).toEqual(changed.body);
    expect(
      (await patch({ locale: "de-CH", weekStartsOn: 0, timeZone: "Asia/Kolkata" })).body,
    ).toMatchObject({
      locale: "de-CH",
      weekStartsOn: 0,
      timeZone: "Asia/Kolkata",
    });
  });

  it("changes nobody else's", async () => {
    const bob = await signUp(app, { email: "bob@example.org" });
    await patch({ displayName: "Ada only" });
    expect((await bob.call("GET", "/api/me")).body).toMatchObject({ displayName: "bob" });
  });

  it.each([
    ["body.dayStartHour", { dayStartHour: 7 }],
    ["body.dayStartHour", { dayStartHour: -1 }],
    ["body.dayStartHour", { dayStartHour: 2.5 }],
    ["body.weekStartsOn", { weekStartsOn: 7 }],
    ["body.timeZone", { timeZone: "Berlin" }],
    ["body.timeZone", { timeZone: "+01:00" }],
    ["body.locale", { locale: "not a tag" }],
    ["body.displayName", { displayName: "x".repeat(121) }],
    ["body.displayName", { displayName: null }],
    ["body", { email: "other@example.org" }],
    ["body", { role: "superadmin" }],
    ["body", { tenantId: "other" }],
  ])("names %s when it is not right, and changes nothing", async (path, body) => {
    const before = (await ada.call("GET", "/api/me")).body;
    expect(await patch(body)).toMatchObject({
      status: 400,
      body: { code: "invalid_request", errors: [{ path }] },
    });
    expect((await ada.call("GET", "/api/me")).body).toEqual(before);
  });
});
