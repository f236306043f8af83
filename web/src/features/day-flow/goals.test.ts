/** @jest-environment node */
import { describe, expect, it } from "@jest/globals";
import { amountOf, doneBy, isMet, shareOf, stepOf, stepped } from "./goals.ts";

const atLeast = { type: "at_least", value: 8, unit: "glasses" } as const;
const atMost = { type: "at_most", value: 60, unit: "minutes" } as const;
const done = (value: number | null) => ({ state: "done", value }) as const;

describe("a habit's goal", () => {
  it("is met by its amount, or by word alone, and not by what was skipped", () => {
    expect(isMet(atLeast, done(8))).toBe(true);
    expect(isMet(atLeast, done(7.5))).toBe(false);
    expect(isMet(atMost, done(60))).toBe(true);
    expect(isMet(atMost, done(61))).toBe(false);
    expect(isMet(atMost, done(null))).toBe(true);
    expect(isMet({ type: "yes_no" }, { state: "skipped", value: null })).toBe(false);
    expect(isMet({ type: "yes_no" }, null)).toBe(false);
    for (const goal of [atLeast, atMost, { type: "yes_no" } as const]) {
      expect(isMet(goal, doneBy(goal))).toBe(true);
    }
  });

  it("fills as its amount grows", () => {
    expect(shareOf(atLeast, done(2))).toBe(0.25);
    expect(shareOf(atLeast, done(20))).toBe(1);
    expect(shareOf(atLeast, null)).toBeNull();
    expect(shareOf(atMost, done(20))).toBeNull();
  });
});

describe("the stepper", () => {
  it.each([
    [1, 1],
    [8, 1],
    [30, 2],
    [60, 5],
    [100, 10],
    [10_000, 1000],
  ])("for %i goes by %i", (goal, step) => {
    expect(stepOf(goal)).toBe(step);
  });

  it("stays on whole steps, and never goes below nothing", () => {
    expect(stepped(0, 1, 5)).toBe(5);
    expect(stepped(7, 1, 5)).toBe(10);
    expect(stepped(7, -1, 5)).toBe(5);
    expect(stepped(5, -1, 5)).toBe(0);
    expect(stepped(0, -1, 5)).toBe(0);
    expect(stepped(2.5, -1, 1)).toBe(2);
  });

  it.each([
    ["7", 7],
    [" 2,5 ", 2.5],
    ["0", 0],
    ["", null],
    ["-1", null],
    ["1e9", null],
    ["9999999999", null],
  ])("reads %p as %p", (typed, value) => {
    expect(amountOf(typed)).toBe(value);
  });
});
