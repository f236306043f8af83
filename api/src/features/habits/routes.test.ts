import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { openTestApp, type TestApp } from "../../../test/app.ts";
import { signUp, type Person } from "../../../test/people.ts";
import { daysBetween } from "../../lib/day.ts";

let app: TestApp;
let ada: Person;
beforeAll(async () => {
  app = await openTestApp();
});
afterAll(() => app.close());
beforeEach(async () => {
  app.clock.now = new Date("2026-11-21T20:00:00.000Z");
  ada = await signUp(app);
});

const make = async (fields: object = {}) => {
  const { status, body } = await ada.call("POST", "/api/habits", {
    body: { name: "Read", ...fields },
  });
  expect(status).toBe(201);
  app.clock.now = new Date(app.clock.now.getTime() + 1);
  return String(body["id"]);
};
const check = (id: string, day: string, body: object = { state: "done" }) =>
  ada.call("PUT", `/api/habits/${id}/checks/${day}`, { body });

describe("habits", () => {
  it.each([
    [{}, { goal: { type: "yes_no" }, schedule: { type: "daily" } }],
    [
      { goal: { type: "at_least", value: 8, unit: "glasses" } },
      { goal: { type: "at_least", value: 8, unit: "glasses" } },
    ],
    [
      { schedule: { type: "weekdays", days: [5, 1, 3] } },
      { schedule: { type: "weekdays", days: [1, 3, 5] } },
    ],
    [{ schedule: { type: "per_week", times: 3 } }, { schedule: { type: "per_week", times: 3 } }],
  ])("are made of %j", async (fields, kept) => {
    const id = await make(fields);
    expect((await ada.call("GET", `/api/habits/${id}`)).body).toMatchObject(kept);
  });

  it("are put into an order", async () => {
    const [one, two] = [await make({ name: "One" }), await make({ name: "Two" })];
    await ada.call("POST", "/api/habits/reorder", { body: { ids: [two, one] } });
    const { body } = await ada.call("GET", "/api/habits");
    expect((body["items"] as { name: string }[]).map(({ name }) => name)).toEqual(["Two", "One"]);
  });
});

describe("a habit that is deleted", () => {
  it("stays, archived, as long as a check names it, be it in the trash", async () => {
    const [id, other] = [await make(), await make()];
    await check(id, "2026-11-21");
    await ada.call("DELETE", `/api/habits/${id}/checks/2026-11-21`);
    const headers = { "if-match": '"999"' };
    expect((await ada.call("DELETE", `/api/habits/${id}`, { headers })).status).toBe(412);
    for (const one of [id, other]) {
      expect((await ada.call("DELETE", `/api/habits/${one}`)).status).toBe(204);
    }
    expect((await ada.call("GET", `/api/habits/${id}`)).body).toMatchObject({ archived: true });
    expect((await ada.call("GET", `/api/habits/${other}`)).status).toBe(404);
  });
});

describe("checks", () => {
  it("are one a habit and day, which is replaced and taken back", async () => {
    const id = await make();
    const first = await check(id, "2026-11-21");
    expect(first).toMatchObject({
      status: 201,
      body: { habitId: id, day: "2026-11-21", state: "done", value: null, note: "" },
    });
    const again = await check(id, "2026-11-21", { state: "skipped", note: "ill" });
    expect(again).toMatchObject({ status: 200, body: { id: first.body["id"], state: "skipped" } });
    const path = `/api/habits/${id}/checks/2026-11-21`;
    expect((await ada.call("DELETE", path)).status).toBe(204);
    expect((await ada.call("DELETE", path)).status).toBe(404);
  });

  it("are not of the future, by the day that it is for their owner", async () => {
    const id = await make();
    expect(await check(id, "2026-11-22")).toMatchObject({
      status: 400,
      body: { errors: [{ path: "params.day" }] },
    });
    await ada.call("PATCH", "/api/me", { body: { timeZone: "Pacific/Kiritimati" } });
    expect((await check(id, "2026-11-22")).status).toBe(201);
  });

  it("may be of a day before there was the habit, and are marked", async () => {
    const id = await make();
    await check(id, "2026-11-01");
    await check(id, "2026-11-21");
    const { body } = await ada.call(
      "GET",
      `/api/habits/${id}/history?from=2026-11-01&to=2026-11-30`,
    );
    expect(body["items"]).toMatchObject([
      { day: "2026-11-01", isBeforeHabit: true },
      { day: "2026-11-21", isBeforeHabit: false },
    ]);
  });

  it("are of a habit that is there, and one's own", async () => {
    const bob = await signUp(app);
    const { body: foreign } = await bob.call("POST", "/api/habits", { body: { name: "Bob's" } });
    for (const id of [randomUUID(), String(foreign["id"])]) {
      expect((await check(id, "2026-11-21")).status).toBe(404);
      const history = `/api/habits/${id}/history?from=2026-11-01&to=2026-11-30`;
      expect((await ada.call("GET", history)).status).toBe(404);
    }
  });
});

describe("today", () => {
  it("has the habits that are not archived, what was checked, and whether they are due", async () => {
    const daily = await make({ name: "Daily" });
    const saturdays = await make({ name: "Saturdays", schedule: { type: "weekdays", days: [6] } });
    const mondays = await make({ name: "Mondays", schedule: { type: "weekdays", days: [1] } });
    await make({ name: "Old", archived: true });
    await check(saturdays, "2026-11-21");
    await check(daily, "2026-11-20");
    const { body } = await ada.call("GET", "/api/habits/today");
    expect(body).toMatchObject({
      day: "2026-11-21",
      items: [
        { habit: { id: daily }, check: null, isDue: true },
        { habit: { id: saturdays }, check: { state: "done" }, isDue: true },
        { habit: { id: mondays }, check: null, isDue: false },
      ],
    });
    expect((await ada.call("GET", "/api/today")).body["habits"]).toEqual(body["items"]);
  });
});

describe("streaks", () => {
  const streak = async (id: string) => {
    const { body } = await ada.call("GET", "/api/habits/streaks");
    return (body["items"] as { habitId: string }[]).find(({ habitId }) => habitId === id);
  };

  it("follow from the checks, over the months", async () => {
    const id = await make();
    const days = daysBetween("2026-10-25", "2026-11-21").filter((day) => day !== "2026-10-28");
    for (const day of days) await check(id, day);
    expect(await streak(id)).toMatchObject({ unit: "days", current: 24, longest: 24 });
    await check(id, "2026-10-28");
    expect(await streak(id)).toMatchObject({ current: 28, lastDone: "2026-11-21" });
  });

  it("do not know what is in the trash", async () => {
    const id = await make();
    await check(id, "2026-11-20");
    await check(id, "2026-11-21");
    expect(await streak(id)).toMatchObject({ current: 2 });
    await ada.call("DELETE", `/api/habits/${id}/checks/2026-11-20`);
    expect(await streak(id)).toMatchObject({ current: 1 });
  });
});
