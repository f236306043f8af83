import { describe, expect, it } from "@jest/globals";
import { contract, type Endpoint } from "../../api/src/contract/index.ts";
import { KindName } from "../../api/src/contract/record.ts";
import { addDays } from "../../api/src/lib/day.ts";
import { demoLife, type DemoRecord } from "./life.ts";

const TODAY = "2026-03-01";
const life = demoLife(TODAY, 61);

const GETS = Object.values(contract).flatMap((feature) => Object.values<Endpoint>(feature));

/** What makes a record of its kind one of a kind. */
function naturalKey({ kind, record }: DemoRecord): string {
  const { day, week, pillarId, habitId, at, name, kind: own } = record as Record<string, unknown>;
  return JSON.stringify([kind, day, week, pillarId, habitId, at, name, own]);
}

describe("the sample life", () => {
  it("has every kind of record but entries", () => {
    const kinds = new Set(["entries", ...life.map(({ kind }) => kind)]);
    expect([...kinds].sort()).toEqual([...KindName.options].sort());
  });

  it("has fields that each kind takes, and nothing that does not belong there", () => {
    const meta = {
      rev: 1,
      createdAt: "2026-01-01T00:00:00.000Z",
      updatedAt: "2026-01-01T00:00:00.000Z",
    };
    const graded = { overall: null, grade: null, label: null };
    for (const { kind, id, record } of life) {
      const shown = GETS.find(
        ({ method, path }) => method === "GET" && path === `/api/${kind}/:id`,
      );
      const schema = shown?.responses[200];
      const full = { id, ...meta, ...record, ...(kind === "daily-recaps" ? graded : {}) };
      const read = schema?.safeParse(full);
      expect(read?.error).toBeUndefined();
      expect(Object.keys(read?.data ?? {})).toEqual(expect.arrayContaining(Object.keys(record)));
    }
  });

  it("has no two records under one id or one natural key", () => {
    expect(new Set(life.map(({ id }) => id)).size).toBe(life.length);
    expect(new Set(life.map(naturalKey)).size).toBe(life.length);
  });

  it("is the same a second time, and a day later has the days before as they were", () => {
    expect(demoLife(TODAY, 61)).toEqual(life);
    const before = new Map(life.map((made) => [made.id, made.record]));
    const later = demoLife(addDays(TODAY, 1), 62).filter(({ id }) => before.has(id));
    const moods = later.filter(({ kind }) => kind === "mood-logs");
    expect(moods.length).toBeGreaterThan(100);
    for (const { id, record } of moods) expect(record).toEqual(before.get(id));
  });

  it("ends before this evening, and knows no day to come", () => {
    const days = life.flatMap(({ record }) => ("day" in record ? [record.day] : []));
    expect(days.reduce((last, day) => (day > last ? day : last))).toBe(TODAY);
    const today = life.filter(({ record }) => "day" in record && record.day === TODAY);
    expect(today.map(({ kind }) => kind)).not.toContain("daily-recaps");
    expect(today.filter(({ kind }) => kind === "feels")).toHaveLength(1);
  });
});
