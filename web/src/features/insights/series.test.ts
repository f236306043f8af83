/** @jest-environment node */
import { describe, expect, it } from "@jest/globals";
import { keysOf, pointsOf, scoresByPillar, unitOf } from "./series.ts";

describe("the points of a range", () => {
  it("are days up to a month, then weeks", () => {
    expect(unitOf("2026-10-22", "2026-11-21")).toBe("day");
    expect(unitOf("2026-10-21", "2026-11-21")).toBe("week");
  });

  it("are all days, over the end of February in a leap year", () => {
    expect(keysOf("day", "2024-02-28", "2024-03-01")).toEqual([
      "2024-02-28",
      "2024-02-29",
      "2024-03-01",
    ]);
  });

  it("are all weeks that a day of the range is in, from Monday on, over the turn of a long year", () => {
    // 2020 has 53 weeks. The range begins on a Sunday and ends on a Monday.
    expect(keysOf("week", "2020-12-20", "2021-01-11")).toEqual([
      "2020-W51",
      "2020-W52",
      "2020-W53",
      "2021-W01",
      "2021-W02",
    ]);
  });

  it("have a gap where there is no value, and names by locale", () => {
    const values = new Map([["2026-W47", 1.25]]);
    const keys = keysOf("week", "2026-11-09", "2026-11-22");
    const points = pointsOf(keys, values, "week", "de", (day) => `Woche ab ${day}`);
    expect(points).toEqual([
      { key: "2026-W46", short: "9. Nov.", long: "Woche ab 9. November 2026", value: null },
      { key: "2026-W47", short: "16. Nov.", long: "Woche ab 16. November 2026", value: 1.25 },
    ]);
    const [day] = pointsOf(["2026-11-21"], new Map(), "day", "de", String);
    expect(day).toMatchObject({ short: "21. Nov.", long: "Samstag, 21. November", value: null });
  });
});

describe("the scores of days", () => {
  it("are those of recaps, and before them what was said of a pillar by itself", () => {
    const recaps = [
      {
        day: "2026-11-20",
        scores: [
          { pillarId: "a", score: 4 },
          { pillarId: "b", score: 6 },
        ],
      },
    ];
    const own = [
      { pillarId: "a", day: "2026-11-20", score: 9 },
      { pillarId: "a", day: "2026-11-21", score: 5 },
    ];
    const scores = scoresByPillar(recaps, own);
    expect([...(scores.get("a") ?? [])]).toEqual([
      ["2026-11-20", 9],
      ["2026-11-21", 5],
    ]);
    expect([...(scores.get("b") ?? [])]).toEqual([["2026-11-20", 6]]);
  });
});
