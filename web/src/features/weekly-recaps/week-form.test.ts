/** @jest-environment node */
import { describe, expect, it } from "@jest/globals";
import { bothWeeks, weekBody, weekForm, type WeekText } from "./week-form.ts";

const win = (text: string) => ({ text, pillarId: null });
const text = (fields: Partial<WeekText>): WeekText => ({
  wins: [],
  corrections: [],
  note: "",
  ...fields,
});

describe("what is written about a week", () => {
  it("is sent without lines that say nothing", () => {
    const correction = { text: " ", pillarId: null, done: false };
    const written = text({ wins: [win("Rain, and walked"), win("  ")], corrections: [correction] });
    expect(weekBody(written)).toEqual({ wins: ["Rain, and walked"], corrections: [], note: "" });
    expect(weekForm.same?.(written, text({ wins: [win("Rain, and walked")] }))).toBe(true);
  });

  it("in two places at once is one, and loses nothing", () => {
    const theirs = text({ wins: [win("a"), win("b")], note: "Theirs." });
    const mine = text({ wins: [win("b"), win("c")], note: "Mine." });
    expect(bothWeeks(theirs, mine)).toEqual(
      text({ wins: [win("a"), win("b"), win("c")], note: "Theirs.\nMine." }),
    );
  });

  it("can be read back from what a device kept", () => {
    const kept = text({ wins: [win("")], note: "half a sen" });
    expect(weekForm.fields(JSON.parse(JSON.stringify(kept)))).toEqual(kept);
  });
});
