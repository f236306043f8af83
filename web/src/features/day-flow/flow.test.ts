/** @jest-environment node */
import { describe, expect, it } from "@jest/globals";
import { momentOf, openAtFirst, partsOf } from "./flow.ts";
import type { DayView } from "./views.ts";

const META = { id: "a", rev: 1, createdAt: "", updatedAt: "" };
const EMPTY: DayView = {
  day: "2026-11-21",
  entries: [],
  feels: { morning: null, evening: null },
  habits: [],
  moodLogs: [],
  scores: [],
  recap: null,
  isComplete: true,
};
const habit = {
  ...META,
  name: "Walk",
  icon: "",
  color: "#16a34a",
  goal: { type: "yes_no" },
  schedule: { type: "daily" },
  position: 0,
  archived: false,
} as const;
const LIVED: DayView = { ...EMPTY, habits: [{ habit, check: null, isDue: true }] };
const morning = {
  ...META,
  day: EMPTY.day,
  kind: "morning",
  mentalState: 7,
  strongestEmotion: "hope",
  avoiding: "mail",
} as const;

describe("the moment of a day's page", () => {
  it.each([
    ["2026-11-21", 5, "morning"],
    ["2026-11-21", 11, "morning"],
    ["2026-11-21", 12, "midday"],
    ["2026-11-21", 17, "midday"],
    ["2026-11-21", 18, "evening"],
    // Past midnight, and not yet the next day.
    ["2026-11-21", 1, "evening"],
    ["2026-11-20", 9, "past"],
    ["2026-11-22", 9, "future"],
  ])("of %s at %i o'clock is %s", (day, hour, moment) => {
    expect(momentOf(day, "2026-11-21", hour, 4)).toBe(moment);
  });
});

describe("the parts of a day's page", () => {
  it("follow the day, with the looking back up front at night", () => {
    const day = ["pulse", "mood", "habits", "entries", "reflection", "recap"];
    expect(partsOf(LIVED, "morning")).toEqual(day);
    expect(partsOf(LIVED, "midday")).toEqual(day);
    expect(partsOf(LIVED, "past")).toEqual(day);
    expect(partsOf(LIVED, "evening").slice(3)).toEqual(["reflection", "recap", "entries"]);
  });

  it("begin with a page to write on where nothing was ever written", () => {
    expect(partsOf(EMPTY, "evening")[0]).toBe("entries");
    expect(partsOf(EMPTY, "past")[0]).toBe("pulse");
    expect(partsOf({ ...EMPTY, unreadable: 1 }, "morning")[0]).toBe("pulse");
  });

  it("are always all there, but for days to come, which have those that hold something", () => {
    for (const moment of ["morning", "midday", "evening", "past"] as const) {
      for (const view of [EMPTY, LIVED]) {
        expect(partsOf(view, moment)).toEqual(expect.arrayContaining([...partsOf(LIVED, "past")]));
      }
    }
    expect(partsOf(LIVED, "future")).toEqual(["entries"]);
    const planned = { ...LIVED, feels: { morning, evening: null } };
    expect(partsOf(planned, "future")).toEqual(["pulse", "entries"]);
  });

  it("are open when it is their time, until they are filled in", () => {
    const openIn = (view: DayView, moment: Parameters<typeof openAtFirst>[1]) =>
      [...openAtFirst(view, moment)].sort();
    expect(openIn(LIVED, "morning")).toEqual(["habits", "pulse"]);
    expect(openIn({ ...LIVED, feels: { morning, evening: null } }, "morning")).toEqual(["habits"]);
    const begun = { ...morning, avoiding: undefined };
    expect(openIn({ ...LIVED, feels: { morning: begun, evening: null } }, "morning")).toContain(
      "pulse",
    );
    expect(openIn(LIVED, "midday")).toEqual(["habits"]);
    expect(openIn(LIVED, "evening")).toEqual(["habits", "recap", "reflection"]);
    expect(openIn(LIVED, "past")).toEqual(["habits"]);
    // No wall of forms on the first evening.
    expect(openIn(EMPTY, "evening")).toEqual(["habits"]);
  });
});
