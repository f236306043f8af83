/** @jest-environment node */
import { describe, expect, it } from "@jest/globals";
import {
  pulseBody,
  pulseOf,
  recapBody,
  recapOf,
  reflectionBody,
  reflectionOf,
  withScore,
} from "./forms.ts";

const META = { id: "a", rev: 3, createdAt: "", updatedAt: "" };
const day = "2026-11-21";

describe("a form of the day", () => {
  it("is sent as it was read", () => {
    const morning = {
      ...META,
      day,
      kind: "morning",
      mentalState: 7,
      strongestEmotion: " hope ",
    } as const;
    const { id: _id, rev: _rev, createdAt: _made, updatedAt: _changed, ...answers } = morning;
    expect(pulseBody(day, pulseOf(morning))).toEqual(answers);
    const evening = {
      day,
      kind: "evening",
      drainedEnergy: "calls",
      pressureOrPurpose: "both",
    } as const;
    expect(reflectionBody(day, reflectionOf({ ...META, ...evening }))).toEqual(evening);
    const recap = {
      scores: [{ pillarId: "p", score: 8 }],
      slips: [{ text: "No stretching", pillarId: "p" }],
      outs: [],
      corrections: [{ text: "Mat beside the bed", pillarId: null, done: true }],
      summary: "A day that held.",
    };
    const derived = { overall: 8, grade: "B", label: "Consistent" } as const;
    expect(recapBody(recapOf({ ...META, day, ...recap, ...derived }))).toEqual(recap);
  });

  it("sends no answer where none was given, and takes one back", () => {
    expect(pulseBody(day, pulseOf(null))).toEqual({ day, kind: "morning" });
    expect(reflectionBody(day, reflectionOf(null))).toEqual({ day, kind: "evening" });
    const blank = { text: "  \n", pillarId: "p" };
    const { slips, corrections } = recapBody({
      ...recapOf(null),
      slips: [blank, { text: "Late", pillarId: null }],
      corrections: [{ ...blank, done: true }],
    });
    expect(slips).toEqual([{ text: "Late", pillarId: null }]);
    expect(corrections).toEqual([]);
  });

  it("has one score a pillar", () => {
    const once = withScore([{ pillarId: "p", score: 3 }], "q", 9);
    expect(withScore(once, "p", 4)).toEqual([
      { pillarId: "p", score: 4 },
      { pillarId: "q", score: 9 },
    ]);
    expect(withScore(once, "p", null)).toEqual([{ pillarId: "q", score: 9 }]);
  });
});
