/** @jest-environment node */
import { describe, expect, it } from "@jest/globals";
import { bothRecaps, bothReflections, bothTexts } from "./merge.ts";

describe("two versions as one", () => {
  it.each([
    ["the river", "the children", "the river\nthe children"],
    ["the river", "the river, at night", "the river, at night"],
    ["the river, at night", "the river", "the river, at night"],
    ["", "mine", "mine"],
    ["theirs", "", "theirs"],
  ])("of %p and %p are %p", (theirs, mine, both) => {
    expect(bothTexts(theirs, mine)).toBe(both);
  });

  it("keep what only one of them has, and of what can be only once, mine", () => {
    const note = { gaveEnergy: "", drainedEnergy: "", honestNote: "" };
    const theirs = { ...note, pressureOrPurpose: "pressure" } as const;
    expect(bothReflections(theirs, { ...note, pressureOrPurpose: null })).toEqual(theirs);
    const recap = { scores: [], slips: [], outs: [], corrections: [], summary: "" };
    const late = { text: "Late", pillarId: null };
    const loud = { text: "Loud", pillarId: null };
    expect(
      bothRecaps(
        { ...recap, scores: [score("p", 3), score("q", 4)], slips: [late, loud] },
        { ...recap, scores: [score("p", 9)], slips: [late], summary: "Mine." },
      ),
    ).toEqual({
      ...recap,
      scores: [score("p", 9), score("q", 4)],
      slips: [loud, late],
      summary: "Mine.",
    });
  });
});

const score = (pillarId: string, of: number) => ({ pillarId, score: of });
