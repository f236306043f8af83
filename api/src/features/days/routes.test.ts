import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { openTestApp, type TestApp } from "../../../test/app.ts";
import { call, signUp, type Person } from "../../../test/people.ts";

let app: TestApp;
let ada: Person;
const start = new Date("2026-11-21T20:00:00.000Z");
beforeAll(async () => {
  app = await openTestApp();
  ada = await signUp(app);
});
afterAll(() => app.close());

const write = async (person: Person, fields: object) => {
  const { status, body } = await person.call("POST", "/api/entries", { body: fields });
  expect(status).toBe(201);
  return body;
};
const titles = (entries: unknown) => (entries as { title: string }[]).map((entry) => entry.title);

describe("GET /api/today", () => {
  let bob: Person;
  beforeAll(async () => {
    bob = await signUp(app);
    for (const day of ["2026-11-20", "2026-11-21", "2026-11-22"]) {
      await write(bob, { day, title: `Of ${day}` });
    }
  });
  afterEach(() => {
    app.clock.now = start;
  });

  it.each([
    ["UTC", 0, "2026-11-21"],
    ["Pacific/Kiritimati", 0, "2026-11-22"],
    ["Pacific/Honolulu", 0, "2026-11-21"],
    ["Asia/Kolkata", 0, "2026-11-22"],
    ["Asia/Kolkata", 1, "2026-11-22"],
    ["Asia/Kolkata", 2, "2026-11-21"],
    ["Europe/Berlin", 6, "2026-11-21"],
    ["Asia/Karachi", 0, "2026-11-22"],
    ["Asia/Karachi", 1, "2026-11-22"],
    ["Asia/Karachi", 2, "2026-11-21"],
  ])("is the day of someone in %s whose day begins at %d: %s", async (timeZone, hour, day) => {
    const settings = { timeZone, dayStartHour: hour };
    expect((await bob.call("PATCH", "/api/me", { body: settings })).status).toBe(200);
    const { status, body } = await bob.call("GET", "/api/today");
    expect(status).toBe(200);
    expect(body["day"]).toBe(day);
    expect(titles(body["entries"])).toEqual([`Of ${day}`]);
  });

  it("turns at the hour at which the day begins, to the millisecond", async () => {
    await bob.call("PATCH", "/api/me", { body: { timeZone: "Europe/Berlin", dayStartHour: 3 } });
    const today = async (at: string) => {
      app.clock.now = new Date(at);
      const signedIn = await call(app, "POST", "/api/auth/login", {
        body: { email: bob.email, password: bob.password },
      });
      const authorization = `Bearer ${String(signedIn.body["accessToken"])}`;
      const { body } = await call(app, "GET", "/api/today", { headers: { authorization } });
      return body["day"];
    };
    expect(await today("2026-11-22T01:59:59.999Z")).toBe("2026-11-21");
    expect(await today("2026-11-22T02:00:00.000Z")).toBe("2026-11-22");
  });

  it("is empty where nothing was written", async () => {
    expect((await (await signUp(app)).call("GET", "/api/today")).body).toEqual({
      day: "2026-11-21",
      entries: [],
      feels: { morning: null, evening: null },
      habits: [],
      moodLogs: [],
      scores: [],
      recap: null,
      isComplete: true,
    });
  });
});

describe("GET /api/days/:day", () => {
  it("holds the entries of the day as it went: untimed ones first, then by the clock", async () => {
    const day = "2026-03-03";
    for (const [title, time] of [
      ["Noon", "12:00"],
      ["Late", "23:59"],
      ["First", null],
      ["Night", "00:00"],
      ["Morning", "07:05"],
    ] as const) {
      await write(ada, { day, title, time });
    }
    await write(ada, { day: "2026-03-04", title: "Tomorrow" });
    await write(ada, { day: "2026-03-02", title: "Yesterday" });
    const { status, body } = await ada.call("GET", `/api/days/${day}`);
    expect(status).toBe(200);
    expect(body["day"]).toBe(day);
    expect(titles(body["entries"])).toEqual(["First", "Night", "Morning", "Noon", "Late"]);
  });

  it("orders entries of one time by when they were made", async () => {
    const day = "2026-03-10";
    for (const [i, title] of ["One", "Two", "Three"].entries()) {
      app.clock.now = new Date(start.getTime() + i);
      await write(ada, { day, title, time: "10:00" });
    }
    app.clock.now = start;
    const { body } = await ada.call("GET", `/api/days/${day}`);
    expect(titles(body["entries"])).toEqual(["One", "Two", "Three"]);
  });

  it("holds entries whole, as they are read alone", async () => {
    const entry = await write(ada, { day: "2026-03-11", body: "Text", tags: ["a"] });
    const { body } = await ada.call("GET", "/api/days/2026-03-11");
    expect(body["entries"]).toEqual([entry]);
  });

  it.each(["0001-01-01", "9999-12-31", "2024-02-29"])("may be %s", async (day) => {
    await write(ada, { day, title: day });
    expect(titles((await ada.call("GET", `/api/days/${day}`)).body["entries"])).toEqual([day]);
  });

  it.each([
    "2026-02-30",
    "2023-02-29",
    "0000-01-01",
    "10000-01-01",
    "today",
    "2026-11-21T00:00",
    "1",
  ])("is not %s", async (day) => {
    expect(await ada.call("GET", `/api/days/${day}`)).toMatchObject({
      status: 400,
      body: { code: "invalid_request", errors: [{ path: "params.day" }] },
    });
  });

  it("shows nothing of another person's day", async () => {
    const eve = await signUp(app);
    await write(ada, { day: "2026-03-12", title: "Private" });
    expect((await eve.call("GET", "/api/days/2026-03-12")).body["entries"]).toEqual([]);
    await write(eve, { day: "2026-03-12", title: "Mine" });
    expect(titles((await eve.call("GET", "/api/days/2026-03-12")).body["entries"])).toEqual([
      "Mine",
    ]);
  });
});

describe("GET /api/days", () => {
  const days = async (person: Person, query: string) => {
    const { status, body } = await person.call("GET", `/api/days?${query}`);
    expect(status).toBe(200);
    return body["days"];
  };

  it("counts the entries of each day that has any, both ends included", async () => {
    const carl = await signUp(app);
    for (const day of ["2025-12-31", "2026-01-01", "2026-01-01", "2026-01-31", "2026-02-01"]) {
      await write(carl, { day });
    }
    expect(await days(carl, "from=2026-01-01&to=2026-01-31")).toEqual([
      { day: "2026-01-01", entries: 2 },
      { day: "2026-01-31", entries: 1 },
    ]);
    expect(await days(carl, "from=2026-01-01&to=2026-01-01")).toEqual([
      { day: "2026-01-01", entries: 2 },
    ]);
    expect(await days(carl, "from=2024-02-01&to=2024-02-29")).toEqual([]);
    expect(await days(ada, "from=2025-12-31&to=2026-01-31")).toEqual([]);
  });

  it("follows an entry that is moved, thrown away and written again", async () => {
    const dora = await signUp(app);
    const { id } = await write(dora, { day: "2026-05-01" });
    const path = `/api/entries/${String(id)}`;
    const range = "from=2026-05-01&to=2026-05-31";
    await dora.call("PATCH", path, { body: { day: "2026-05-20" } });
    expect(await days(dora, range)).toEqual([{ day: "2026-05-20", entries: 1 }]);
    await dora.call("DELETE", path);
    expect(await days(dora, range)).toEqual([]);
    await dora.call("PUT", path, { body: { day: "2026-05-02" } });
    expect(await days(dora, range)).toEqual([{ day: "2026-05-02", entries: 1 }]);
  });

  it.each([
    ["from=2024-01-01&to=2024-12-31", 200],
    ["from=2023-01-01&to=2024-01-01", 200],
    ["from=2023-01-01&to=2024-01-02", 400],
    ["from=0001-01-01&to=9999-12-31", 400],
    ["from=2026-01-02&to=2026-01-01", 400],
  ])("answers ranges of up to 366 days: %s with %d", async (query, status) => {
    const reply = await ada.call("GET", `/api/days?${query}`);
    expect(reply.status).toBe(status);
    if (status === 400) expect(reply.body["errors"]).toMatchObject([{ path: "query.to" }]);
  });

  it.each([
    ["", ["query.from", "query.to"]],
    ["from=2026-01-01", ["query.to"]],
    ["from=2026-02-30&to=2026-03-01", ["query.from"]],
    ["from=2026-01-01&to=2026-01-02&limit=5", ["query"]],
    ["from=2026-01-01&from=2026-01-02&to=2026-01-03", ["query.from"]],
  ])("needs a range of two days: %j names %j", async (query, paths) => {
    const reply = await ada.call("GET", `/api/days?${query}`);
    expect(reply).toMatchObject({ status: 400, body: { code: "invalid_request" } });
    expect((reply.body["errors"] as { path: string }[]).map(({ path }) => path)).toEqual(paths);
  });
});

it.each(["/api/today", "/api/days/2026-11-21", "/api/days?from=2026-11-21&to=2026-11-21"])(
  "GET %s is for those who signed in",
  async (path) => {
    expect(await call(app, "GET", path)).toMatchObject({
      status: 401,
      body: { code: "unauthenticated" },
    });
  },
);

describe("a day that is larger than an answer", () => {
  it("is cut short and says so, and the list has the rest", async () => {
    const person = await signUp(app);
    const body = "x".repeat(1024 * 1024);
    for (let i = 0; i < 10; i++) {
      await person.call("PUT", `/api/entries/${randomUUID()}`, {
        body: { day: "2026-11-21", body },
      });
    }
    const reply = await person.call("GET", "/api/days/2026-11-21");
    const shown = reply.body["entries"] as unknown[];
    expect(reply.body["isComplete"]).toBe(false);
    expect(shown.length).toBeGreaterThan(4);
    expect(shown.length).toBeLessThan(9);
    const ids = new Set<unknown>();
    for (let cursor = ""; ;) {
      const page = await person.call("GET", `/api/entries?from=2026-11-21&to=2026-11-21${cursor}`);
      for (const { id } of page.body["items"] as { id: string }[]) ids.add(id);
      const next = page.body["nextCursor"] as string | null;
      if (next === null) break;
      cursor = `&cursor=${next}`;
    }
    expect(ids.size).toBe(10);
  }, 40_000);
});
