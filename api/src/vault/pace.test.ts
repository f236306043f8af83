import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { forEachItem, pace } from "./pace.ts";

describe("work that goes on for long", () => {
  let now: number;
  /** How often others had their turn. */
  let turns: number;
  let others: NodeJS.Immediate;
  beforeEach(() => {
    [now, turns] = [1000, 0];
    jest.spyOn(performance, "now").mockImplementation(() => now);
    const takeTurn = () => {
      turns++;
      others = setImmediate(takeTurn);
    };
    others = setImmediate(takeTurn);
  });
  afterEach(() => {
    clearImmediate(others);
    jest.restoreAllMocks();
  });

  it("goes on without a break for two milliseconds", async () => {
    const breathe = pace();
    for (now of [1000, 1001, 1001.9]) await breathe();
    expect(turns).toBe(0);
  });

  it("gives way to others after that, once, and has as long again", async () => {
    const breathe = pace();
    now = 1002;
    await breathe();
    expect(turns).toBe(1);
    now = 1003.9;
    await breathe();
    expect(turns).toBe(1);
    now = 1004;
    await breathe();
    expect(turns).toBe(2);
  });
});

describe("items that are worked on at the same time", () => {
  it.each([
    { items: 10, atOnce: 3, most: 3 },
    { items: 2, atOnce: 5, most: 2 },
    { items: 4, atOnce: 1, most: 1 },
    { items: 0, atOnce: 3, most: 0 },
  ])("are $most when $items may be $atOnce, each once", async ({ items, atOnce, most }) => {
    const all = Array.from({ length: items }, (_, i) => i);
    const done: number[] = [];
    let [running, peak] = [0, 0];
    await forEachItem(all, atOnce, async (item) => {
      peak = Math.max(peak, ++running);
      await new Promise(setImmediate);
      running--;
      done.push(item);
    });
    expect(done.toSorted((a, b) => a - b)).toEqual(all);
    expect(peak).toBe(most);
  });

  it("fail with the first that fails", async () => {
    const fault = new Error("broken");
    const work = (item: number) => (item === 2 ? Promise.reject(fault) : Promise.resolve());
    await expect(forEachItem([1, 2, 3], 2, work)).rejects.toBe(fault);
  });
});
