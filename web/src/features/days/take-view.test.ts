/** @jest-environment node */
import { describe, expect, it } from "@jest/globals";
import { type DayView, takeView } from "./take-view.ts";

const META = { id: "a", rev: 1, createdAt: "", updatedAt: "" };
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
const check = {
  ...META,
  habitId: "a",
  day: "2026-11-21",
  state: "done",
  value: null,
  note: "",
} as const;
const log = { ...META, day: "2026-11-21", at: "2026-11-21T07:00:00.000Z", moodId: "m", note: "" };
const BARE: DayView = {
  day: "2026-11-21",
  entries: [],
  feels: { morning: null, evening: null },
  habits: [{ habit, check: null, isDue: true }],
  moodLogs: [],
  scores: [],
  recap: null,
  isComplete: true,
};

describe("an answer about a day", () => {
  it("is taken as it is, when nothing was changed here meanwhile", () => {
    expect(takeView(undefined, BARE, true)).toBe(BARE);
    expect(takeView({ ...BARE, moodLogs: [log] }, BARE, false)).toBe(BARE);
  });

  it("takes no tap back that it may not know of", () => {
    const tapped = { ...BARE, moodLogs: [log], habits: [{ habit, check, isDue: true }] };
    const other = { habit: { ...habit, id: "b" }, check: null, isDue: true };
    const found = { ...BARE, habits: [...BARE.habits, other], unreadable: 1 };
    expect(takeView(tapped, found, true)).toEqual({
      ...tapped,
      habits: [...tapped.habits, other],
      unreadable: 1,
    });
  });
});
