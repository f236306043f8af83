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
  ada = await signUp(app);
});

const week = "2026-W47"; // Monday 2026-11-16 to Sunday 2026-11-22
const byWeek = `/api/weekly-recaps/by-week/${week}`;

describe("a week", () => {
  it("is seen as it went before anything is written about it", async () => {
    const { status, body } = await ada.call("GET", "/api/weekly-recaps/current");
    expect(status).toBe(200);
    expect(body).toEqual({
      week,
      wins: [],
      note: "",
      corrections: [],
      id: null,
      rev: null,
      createdAt: null,
      updatedAt: null,
      from: "2026-11-16",
      to: "2026-11-22",
      days: daysBetween("2026-11-16", "2026-11-22").map((day) => ({
        day,
        ...{ mood: null, overall: null, grade: null, mentalState: null, entries: 0 },
      })),
      scores: [],
      overall: null,
      grade: null,
      label: null,
      slips: [],
      patterns: [],
    });
    expect((await ada.call("GET", byWeek)).body).toEqual(body);
    expect((await ada.call("GET", "/api/weekly-recaps")).body["items"]).toEqual([]);
  });

  it("is written about once, and again", async () => {
    const recap = { wins: ["Shipped"], note: "Good.", corrections: [] };
    const made = await ada.call("PUT", byWeek, { body: recap });
    expect(made).toMatchObject({ status: 201, body: { ...recap, week } });
    const again = await ada.call("PUT", byWeek, { body: { ...recap, note: "Very good." } });
    expect(again).toMatchObject({
      status: 200,
      body: { id: made.body["id"], note: "Very good.", wins: ["Shipped"] },
    });
    expect((await ada.call("GET", byWeek)).body).toEqual(again.body);
    const { body } = await ada.call("GET", "/api/weekly-recaps");
    expect(body["items"]).toMatchObject([{ id: made.body["id"], week }]);
  });

  it("has the mean, days and trend of each pillar, and the slips of its days", async () => {
    const pillar = async (name: string) =>
      String((await ada.call("POST", "/api/pillars", { body: { name } })).body["id"]);
    const [health, family] = [await pillar("Health"), await pillar("Family")];
    const score = (id: string, day: string, value: number) =>
      ada.call("PUT", `/api/pillars/${id}/scores/${day}`, { body: { score: value } });
    const recap = (day: string, body: object) =>
      ada.call("PUT", `/api/daily-recaps/by-day/${day}`, { body });
    // The week before, and the days on either side of this one.
    await score(health, "2026-11-15", 4);
    await score(health, "2026-11-23", 1);
    await score(health, "2026-11-16", 6);
    await score(health, "2026-11-22", 9);
    // What is said of a pillar by itself goes before what the recap says.
    await recap("2026-11-16", {
      scores: [
        { pillarId: health, score: 1 },
        { pillarId: family, score: 10 },
      ],
      slips: [{ text: "No run", pillarId: health }],
    });
    await recap("2026-11-18", { slips: [{ text: "Late" }] });
    const { body } = await ada.call("GET", byWeek);
    expect(body["scores"]).toHaveLength(2);
    expect(body["scores"]).toEqual(
      expect.arrayContaining([
        { pillarId: health, average: 7.5, days: 2, trend: 3.5 },
        { pillarId: family, average: 10, days: 1, trend: null },
      ]),
    );
    expect(body).toMatchObject({ overall: 8.75, grade: "B", label: "Consistent" });
    expect(body["slips"]).toEqual([
      { day: "2026-11-16", text: "No run", pillarId: health },
      { day: "2026-11-18", text: "Late", pillarId: null },
    ]);
  });

  it.each([
    [0, ["22", "16", "17", "18", "19", "20", "21"]],
    [1, ["16", "17", "18", "19", "20", "21", "22"]],
    [6, ["21", "22", "16", "17", "18", "19", "20"]],
  ])(
    "is one of ISO 8601, its days shown in the order of weeks from %d on",
    async (start, order) => {
      await ada.call("PATCH", "/api/me", { body: { weekStartsOn: start } });
      const { body } = await ada.call("GET", byWeek);
      expect(body).toMatchObject({ from: "2026-11-16", to: "2026-11-22" });
      expect((body["days"] as { day: string }[]).map(({ day }) => day.slice(-2))).toEqual(order);
    },
  );

  it("of the year's turn is the ISO week, whatever the year of its days", async () => {
    const { body } = await ada.call("GET", "/api/weekly-recaps/by-week/2026-W53");
    expect(body).toMatchObject({ from: "2026-12-28", to: "2027-01-03" });
    const first = await ada.call("GET", "/api/weekly-recaps/by-week/2025-W01");
    expect(first.body).toMatchObject({ from: "2024-12-30", to: "2025-01-05" });
  });
});
