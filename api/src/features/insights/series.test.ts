import { describe, expect, it } from "@jest/globals";
import { addDays, daysBetween } from "../../lib/day.ts";
import { judgeCorrections } from "./corrections.ts";
import type { Recap } from "./days.ts";
import { habitSeries, type CheckFacts, type HabitFacts } from "./series.ts";

const habit: HabitFacts = {
  id: "h",
  goal: { type: "yes_no" },
  schedule: { type: "daily" },
  archived: false,
  madeOn: "2026-11-03",
};
const check = (day: string, state: "done" | "skipped" = "done", value: number | null = null) =>
  ({ habitId: "h", day, state, value }) satisfies CheckFacts;
const written = daysBetween("2026-11-01", "2026-11-08");
const of = (facts: Partial<HabitFacts>, checks: CheckFacts[]) =>
  Object.fromEntries(
    [...habitSeries({ ...habit, ...facts }, checks, written, "2026-11-08").values].map(
      ([day, value]) => [Number(day.slice(-2)), value],
    ),
  );

describe("what was done of a habit", () => {
  it.each<[string, Partial<HabitFacts>, CheckFacts[], Record<number, number>]>([
    [
      "begins with the habit, and of today it is not known",
      {},
      [],
      { 3: 0, 4: 0, 5: 0, 6: 0, 7: 0 },
    ],
    [
      "begins with the first check, and knows what is done today",
      {},
      [check("2026-11-02"), check("2026-11-08")],
      { 2: 1, 3: 0, 4: 0, 5: 0, 6: 0, 7: 0, 8: 1 },
    ],
    ["leaves out skipped days", {}, [check("2026-11-05", "skipped")], { 3: 0, 4: 0, 6: 0, 7: 0 }],
    [
      "is asked for on its weekdays only, and counts on any",
      { schedule: { type: "weekdays", days: [2, 4] } },
      [check("2026-11-06")],
      { 3: 0, 5: 0, 6: 1 },
    ],
    [
      "ends with the last check of one that is archived",
      { archived: true },
      [check("2026-11-04")],
      { 3: 0, 4: 1 },
    ],
    ["of one that is archived and was never done is nothing", { archived: true }, [], {}],
    [
      "is the amount where there is one",
      { goal: { type: "at_least", value: 8, unit: "glasses" } },
      [check("2026-11-04", "done", 6), check("2026-11-05"), check("2026-11-06", "done", 9)],
      { 4: 6, 6: 9 },
    ],
  ])("%s", (_, facts, checks, series) => {
    expect(of(facts, checks)).toEqual(series);
  });

  it("is not known of days of which nothing was written, nor by checks of another", () => {
    const other = { ...check("2026-11-04"), habitId: "other" };
    const days = ["2026-11-03", "2026-11-04"];
    expect([...habitSeries(habit, [other], days, "2026-11-08").values]).toEqual([
      ["2026-11-03", 0],
      ["2026-11-04", 0],
    ]);
  });
});

const pivot = "2026-10-05";
const recap = (distance: number, slips = 0, correction?: string): Recap => ({
  ...{
    id: String(distance),
    rev: 1,
    createdAt: "",
    updatedAt: "",
    scores: [],
    outs: [],
    summary: "",
  },
  day: addDays(pivot, distance),
  slips: Array.from({ length: slips }, () => ({ text: "Late", pillarId: "p" })),
  corrections:
    correction === undefined ? [] : [{ text: correction, pillarId: "p", done: distance > 0 }],
});
const judged = (recaps: Recap[], weeks: Parameters<typeof judgeCorrections>[1] = []) =>
  judgeCorrections(recaps, weeks, { from: "2026-09-01", to: "2026-11-30" });

describe("slips before and after a correction", () => {
  it("take two weeks with a recap on each side, of the four next to it", () => {
    const sides = (before: number[], after: number[]) =>
      judged([recap(0, 1, "x"), ...[...before, ...after].map((days) => recap(days, 1))]).map(
        (one) => [one.before.weeks, one.after.weeks, one.before.slips, one.after.slips],
      );
    // The day itself is in the week before.
    expect(sides([-6], [1, 8])).toEqual([]);
    expect(sides([-7], [1, 7])).toEqual([]);
    expect(sides([-7], [7, 8])).toEqual([[2, 2, 2, 2]]);
    expect(sides([-27, -28], [28, 29, 1])).toEqual([[2, 2, 2, 2]]);
  });

  it("are put as more, fewer, or as many in as many days with a recap", () => {
    const codeOf = (before: number, after: number) =>
      judged([recap(0, before, "x"), recap(-7, before), recap(1, after), recap(8, after)])[0]?.code;
    expect([codeOf(1, 0), codeOf(1, 1), codeOf(0, 2)]).toEqual([
      "fewer_slips",
      "as_many_slips",
      "more_slips",
    ]);
  });

  it("are those of the first time that it was made, done when it ever was", () => {
    const recaps = [
      recap(-7, 1),
      recap(0, 1, "Leave early"),
      recap(3, 0, " leave EARLY"),
      recap(9),
    ];
    expect(judged(recaps)).toMatchObject([{ day: pivot, text: "Leave early", done: true }]);
  });

  it("come in the same order, however the recaps were read", () => {
    const correctionOf = (text: string) => ({ text, pillarId: "p", done: false });
    // Two weeks are read with corrections of the same day, each with two.
    const weeks = ["v", "w"].map((id) => ({
      id,
      week: "2026-W40",
      corrections: [correctionOf(`${id} first`), correctionOf(`${id} second`)],
    }));
    const recaps = [-9, -2, -1, 0, 7].map((days) => recap(days, 1, days === -1 ? "x" : undefined));
    const outcomes = judged(recaps, weeks);
    expect(outcomes.map(({ text }) => text)).toEqual([
      "w first",
      "w second",
      "v first",
      "v second",
      "x",
    ]);
    expect(judged(recaps.toReversed(), weeks.toReversed())).toMatchObject(
      outcomes.map(({ text, source }) => ({ text, source })),
    );
  });

  it("are those of the end of the week whose recap has it", () => {
    const corrections = [
      { text: "x", pillarId: "p", done: false },
      { text: "y", pillarId: null, done: false },
    ];
    // The week of the 28th of September ends on the 4th of October.
    const week = { id: "w", week: "2026-W40", corrections };
    const recaps = [-2, -9, 0, 7].map((days) => recap(days, 1));
    expect(judged(recaps, [week])).toMatchObject([
      {
        day: "2026-10-04",
        source: { kind: "weekly-recaps", id: "w" },
        before: { recapIds: ["-9", "-2"] },
      },
    ]);
    expect(judgeCorrections(recaps, [week], { from: "2026-10-05", to: "2026-11-30" })).toEqual([]);
  });
});
