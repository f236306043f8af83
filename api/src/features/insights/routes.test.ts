import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { openTestApp, type TestApp } from "../../../test/app.ts";
import { signUp, type Person } from "../../../test/people.ts";
import { addDays, daysBetween } from "../../lib/day.ts";
import { SYSTEM_MOODS } from "../moods/system.ts";
import type { Correlation, InsightsView, Pattern } from "./contract.ts";

/**
 * Sixty days of somebody whose mood is better on days with a walk, who calls nobody, and who has fewer slips of their
 * work since they corrected it on the thirtieth.
 */
const TODAY = "2026-11-21";
const DAYS = daysBetween(addDays(TODAY, -60), addDays(TODAY, -1));
const CORRECTED = DAYS[29] ?? "";
const [walk, call, health, work] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
const isWalk = (i: number) => [0, 2, 3, 7, 8, 11, 12].includes((i * 5) % 13);
const moodOf = (i: number) =>
  SYSTEM_MOODS.find(({ valence }) => valence === (isWalk(i) ? 1 + (i % 2) : (i % 3) - 2))?.id;

let app: TestApp;
let ada: Person;
beforeAll(async () => {
  app = await openTestApp();
  ada = await signUp(app);
  const put = async (path: string, body: object) => {
    const { status } = await ada.call("PUT", path, { body });
    expect(status).toBe(201);
  };
  await put(`/api/habits/${walk}`, { name: "Walk" });
  await put(`/api/habits/${call}`, { name: "Call somebody" });
  await put(`/api/pillars/${health}`, { name: "Health" });
  await put(`/api/pillars/${work}`, { name: "Work" });
  for (const [i, day] of DAYS.entries()) {
    const writes = [
      put(`/api/mood-logs/${randomUUID()}`, { day, at: `${day}T12:00:00.000Z`, moodId: moodOf(i) }),
      put(`/api/daily-recaps/by-day/${day}`, {
        scores: [
          { pillarId: health, score: 5 + ((i * 7) % 4) },
          { pillarId: work, score: 3 + ((i * 11) % 5) },
        ],
        slips: i <= 29 || i % 6 === 0 ? [{ text: "Late", pillarId: work }] : [],
        corrections: day === CORRECTED ? [{ text: "Leave at nine", pillarId: work }] : [],
      }),
    ];
    if (isWalk(i)) writes.push(put(`/api/habits/${walk}/checks/${day}`, { state: "done" }));
    await Promise.all(writes);
  }
}, 120_000);
afterAll(() => app.close());

const insights = async (query = "") => {
  const { status, body } = await ada.call("GET", `/api/insights${query}`);
  expect(status).toBe(200);
  return body as unknown as InsightsView;
};
const ofWalk = ({ a, b, lagDays }: Correlation) =>
  a.id === walk && b.kind === "mood" && lagDays === 0;

describe("insights", () => {
  it("are of the last ninety days when no range is named", async () => {
    const view = await insights();
    expect(view).toMatchObject({ from: "2026-08-24", to: TODAY, mood: { days: 60 } });
    expect(view.scores.map(({ pillarId, days }) => ({ pillarId, days }))).toEqual([
      { pillarId: health, days: 60 },
      { pillarId: work, days: 60 },
    ]);
    expect(view.weeks.at(-1)).toMatchObject({ week: "2026-W47", mood: { days: 5 } });
    expect(view.weeks.at(-1)?.scores[0]).toMatchObject({ pillarId: health, days: 5 });
    expect(view.streaks.map(({ habitId }) => habitId).sort()).toEqual([walk, call].sort());
  });

  it("say by how much the mood is higher on days with a walk, of how many days, and how sure", async () => {
    const found = (await insights()).correlations.find(ofWalk);
    expect(found).toMatchObject({
      code: "higher_with",
      method: "point_biserial",
      direction: "positive",
      strength: "strong",
      n: 60,
    });
    expect(found?.difference?.by).toBeGreaterThan(2);
    expect(found?.difference?.daysWith).toBe(DAYS.filter((_, i) => isWalk(i)).length);
    expect(found?.pAdjusted).toBeGreaterThanOrEqual(found?.p ?? 1);
    expect(found?.pAdjusted).toBeLessThan(0.001);
  });

  it("name nothing that does not vary, nor anything made of the other, nor below fourteen days", async () => {
    const { correlations, comparisons } = await insights();
    expect(correlations.some(({ a, b }) => [a.id, b.id].includes(call))).toBe(false);
    const kinds = correlations.map(({ a, b }) => `${a.kind} ${b.kind}`);
    expect(kinds).not.toContain("overall pillar");
    // The walk with mood, overall and two pillars, on the day and the day after; mood with those three; the pillars.
    expect(comparisons).toBe(8 + 3 + 1);
    expect(await insights("?from=2026-11-08&to=2026-11-20")).toMatchObject({
      correlations: [],
      comparisons: 0,
      mood: { days: 13, trend: null },
    });
    // Fourteen days from a walk on: as many of the same day, and one less of the day after.
    const fortnight = await insights("?from=2026-11-05&to=2026-11-18");
    expect(fortnight).toMatchObject({ comparisons: 8 });
    expect(fortnight.correlations.find(ofWalk)).toMatchObject({ n: 14 });
  });

  it("say how many slips there were before and after a correction, by which recaps", async () => {
    const { corrections } = await insights();
    expect(corrections).toHaveLength(1);
    expect(corrections[0]).toMatchObject({
      code: "fewer_slips",
      pillarId: work,
      text: "Leave at nine",
      day: CORRECTED,
      source: { kind: "daily-recaps" },
      before: { weeks: 4, recaps: 28, slips: 28, perWeek: 7 },
      after: { weeks: 4, recaps: 28, slips: 5, perWeek: 1.25 },
    });
    for (const id of corrections[0]?.after.recapIds ?? []) {
      const { body } = await ada.call("GET", `/api/daily-recaps/${id}`);
      expect(body).toMatchObject({ slips: [{ pillarId: work }] });
    }
  });

  it("by day of the week begin with the one on which weeks start", async () => {
    for (const [weekStartsOn, first] of [
      [0, 7],
      [1, 1],
    ]) {
      await ada.call("PATCH", "/api/me", { body: { weekStartsOn } });
      const { weekdays } = await insights();
      expect(weekdays.map(({ weekday }) => weekday)[0]).toBe(first);
      expect(weekdays.reduce((sum, { moodDays }) => sum + moodDays, 0)).toBe(60);
    }
  });

  it.each([
    ["from=2026-11-20&to=2026-11-19", "query.to"],
    ["from=2025-01-01&to=2026-01-02", "query.to"],
    ["from=2026-02-30", "query.from"],
    ["to=yesterday", "query.to"],
    ["since=2026-01-01", "query"],
  ])("of %s are refused, and it says where", async (query, path) => {
    const reply = await ada.call("GET", `/api/insights?${query}`);
    expect(reply).toMatchObject({ status: 400, body: { errors: [{ path }] } });
  });

  it("reach to the ends of the calendar", async () => {
    expect(await insights("?to=0001-01-02")).toMatchObject({ from: "0001-01-01", weeks: [] });
    const lastDays = "?from=9999-12-01&to=9999-12-31";
    expect(await insights(lastDays)).toMatchObject({ weeks: [] });
    // The week of the last day ends after the calendar.
    const log = { day: "9999-12-31", at: `${TODAY}T12:00:00.000Z`, moodId: SYSTEM_MOODS[0]?.id };
    expect((await ada.call("POST", "/api/mood-logs", { body: log })).status).toBe(201);
    const weeks = [{ week: "9999-W52", mood: { average: 2, days: 1 } }];
    expect(await insights(lastDays)).toMatchObject({ weeks });
  });

  it("show in the recap of a week, as patterns of the eight weeks up to it", async () => {
    const { body } = await ada.call("GET", "/api/weekly-recaps/by-week/2026-W46");
    const patterns = body["patterns"] as Pattern[];
    expect(patterns.find(({ type }) => type === "correlation")).toMatchObject({
      code: "higher_with",
      a: { kind: "habit", id: walk },
    });
    expect(patterns).toContainEqual(expect.objectContaining({ code: "fewer_slips" }));
    const early = await ada.call("GET", "/api/weekly-recaps/by-week/2026-W39");
    expect(early.body["patterns"]).toEqual([]);
  });

  it("are one's own", async () => {
    const eve = await signUp(app);
    const { body } = await eve.call("GET", "/api/insights");
    expect(body).toMatchObject({ correlations: [], comparisons: 0, scores: [], streaks: [] });
    expect((await eve.call("GET", "/api/insights/year")).body).toEqual({ year: 2026, days: [] });
  });
});

describe("a year", () => {
  it("has each day with something to show, with its mood, grade and entries", async () => {
    const day = "2024-02-29";
    const entry = { day, title: "Leap", moodId: SYSTEM_MOODS[0]?.id };
    for (const body of [entry, { day }, { day: "2024-12-31" }]) {
      expect((await ada.call("POST", "/api/entries", { body })).status).toBe(201);
    }
    const feels = { day, kind: "morning", mentalState: 3 };
    await ada.call("POST", "/api/feels", { body: feels });
    await ada.call("PUT", `/api/pillars/${health}/scores/${day}`, { body: { score: 9 } });
    const nothing = { mood: null, overall: null, grade: null, mentalState: null };
    const { body } = await ada.call("GET", "/api/insights/year?year=2024");
    expect(body).toEqual({
      year: 2024,
      days: [
        { day, mood: 2, overall: 9, grade: "A", mentalState: 3, entries: 2 },
        { ...nothing, day: "2024-12-31", entries: 1 },
      ],
    });
    const { body: now } = await ada.call("GET", "/api/insights/year");
    expect(now["year"]).toBe(2026);
    expect((now["days"] as object[]).length).toBe(60);
  });

  it.each(["0", "10000", "2026.5", "MMXXVI", ""])("is not %j", async (year) => {
    const reply = await ada.call("GET", `/api/insights/year?year=${year}`);
    expect(reply).toMatchObject({ status: 400, body: { errors: [{ path: "query.year" }] } });
  });
});

describe("on this day", () => {
  const look = async (query: string) => {
    const { status, body } = await ada.call("GET", `/api/on-this-day?${query}`);
    expect(status).toBe(200);
    return body["items"] as { day: string; ago: object; entries: { title: string }[] }[];
  };
  const write = async (day: string, title: string, fields: object = {}) => {
    const body = { day, title, body: `All of ${title}`, ...fields };
    expect((await ada.call("POST", "/api/entries", { body })).status).toBe(201);
  };

  it("shows earlier years with what was written, and what was a while before, the latest first", async () => {
    await write("2019-06-15", "Years ago");
    await write("2022-06-15", "Later", { time: "18:00" });
    await write("2022-06-15", "Earlier", { time: "08:00" });
    await write("2025-06-08", "A week ago");
    await write("2022-06-16", "Another day");
    const items = await look("day=2025-06-15");
    expect(items).toMatchObject([
      { day: "2025-06-08", ago: { unit: "week", count: 1 }, entries: [{ title: "A week ago" }] },
      {
        day: "2022-06-15",
        ago: { unit: "year", count: 3 },
        mood: null,
        entries: [{ title: "Earlier", body: "All of Earlier" }, { title: "Later" }],
      },
      { day: "2019-06-15", ago: { unit: "year", count: 6 }, entries: [{ title: "Years ago" }] },
    ]);
  });

  it("leaves out bad days when it is asked to", async () => {
    const bad = SYSTEM_MOODS.find(({ valence }) => valence === -1)?.id;
    await write("2018-04-02", "Tired", { moodId: bad });
    await write("2019-04-02", "Foggy");
    await ada.call("POST", "/api/feels", {
      body: { day: "2019-04-02", kind: "morning", mentalState: 3 },
    });
    await write("2020-04-02", "Nothing went right");
    const scores = [{ pillarId: health, score: 2 }];
    await ada.call("PUT", "/api/daily-recaps/by-day/2020-04-02", { body: { scores } });
    await write("2021-04-02", "Fine");
    const daysOf = async (query: string) => (await look(query)).map(({ day }) => day.slice(0, 4));
    expect(await daysOf("day=2025-04-02")).toEqual(["2021", "2020", "2019", "2018"]);
    expect(await daysOf("day=2025-04-02&excludeBad=false")).toHaveLength(4);
    expect(await daysOf("day=2025-04-02&excludeBad=true")).toEqual(["2021"]);
  });

  it("is today for whoever asks, and may be any day of the calendar", async () => {
    expect(await look("")).toMatchObject([{ day: "2026-11-14" }, { day: "2026-10-21" }]);
    expect(await look("day=0001-01-01")).toEqual([]);
    for (const query of ["day=2026-13-01", "excludeBad=maybe"]) {
      expect((await ada.call("GET", `/api/on-this-day?${query}`)).status).toBe(400);
    }
  });
});

describe("the prompt of the day", () => {
  const prompt = async (query = "") => {
    const { status, body } = await ada.call("GET", `/api/prompts/today${query}`);
    return { status, ...(body as { day: string; prompt: { id: string; text: string } }) };
  };

  it("is one's own, in one's language, of a category, and can be passed over", async () => {
    const { status, day, prompt: first } = await prompt();
    expect({ status, day }).toEqual({ status: 200, day: TODAY });
    expect((await prompt("?skip=0")).prompt).toEqual(first);
    expect((await prompt("?skip=1")).prompt.id).not.toBe(first.id);
    expect((await prompt("?category=courage")).prompt.id).toMatch(/^courage-\d+$/);
    await ada.call("PATCH", "/api/me", { body: { locale: "de-CH" } });
    const { prompt: german } = await prompt();
    expect(german).toMatchObject({ id: first.id });
    expect(german.text).not.toBe(first.text);
    for (const query of ["?skip=-1", "?category=chess", "?skip=1.5"]) {
      expect((await prompt(query)).status).toBe(400);
    }
  });
});

describe("what there is to begin with", () => {
  it.each(["pillars", "habits"])("is taken as it is: %s", async (kind) => {
    const suggested = async (locale: string) => {
      await ada.call("PATCH", "/api/me", { body: { locale } });
      const { status, body } = await ada.call("GET", `/api/${kind}/suggestions`);
      expect(status).toBe(200);
      return body["items"] as { name: string }[];
    };
    const [english, german] = [await suggested("en-GB"), await suggested("de")];
    expect(german).toHaveLength(english.length);
    for (const body of [...english, ...german]) {
      const made = await ada.call("POST", `/api/${kind}`, { body });
      expect(made).toMatchObject({ status: 201, body });
    }
    if (kind !== "pillars") return;
    const names = english.map(({ name }) => name);
    expect(names).toEqual(["Family", "Health", "Net New Revenue", "Client Retention"]);
  });
});
