import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "@jest/globals";
import { atLeast, atMost, compare, inRow, median, rounded } from "./measure.ts";

const BRIEF = { rounds: 4, batchMs: 1 };

describe("a comparison", () => {
  it("measures each contender against the first, whose own ratio is 1", async () => {
    const measured = await compare(
      [
        { name: "one", run: () => Buffer.alloc(10) },
        { name: "two", run: () => Buffer.alloc(20) },
      ],
      BRIEF,
    );
    expect(measured.map(({ name }) => name)).toEqual(["one", "two"]);
    expect(measured[0].ratio).toBe(1);
    expect(measured[1].ratio).toBeGreaterThan(0);
    for (const { microseconds, perSecond, quartiles } of measured) {
      expect(perSecond).toBeCloseTo(1e6 / microseconds);
      expect(quartiles[0]).toBeLessThanOrEqual(quartiles[1]);
    }
  });

  it("lets the contenders take turns, and another one begin each round", async () => {
    const ran: string[] = [];
    const contender = (name: string) => ({ name, run: () => ran.push(name) });
    await compare([contender("a"), contender("b"), contender("c")], { rounds: 3, batchMs: 0.001 });
    const turns = ran.filter((name, i) => name !== ran[i - 1]);
    // After one turn each to find out how much is a batch, three rounds.
    expect(turns.join("")).toBe("abc" + "abc" + "bca" + "cab");
  });

  it("waits for one operation before it begins the next", async () => {
    let running = 0;
    let most = 0;
    const run = async () => {
      most = Math.max(most, ++running);
      await sleep(1);
      running--;
    };
    await compare([{ name: "slow", run }], BRIEF);
    expect(most).toBe(1);
  });
});

describe("a figure", () => {
  it.each([
    [1234567.8, "1,234,568"],
    [100, "100"],
    [99.94, "99.9"],
    [1, "1.00"],
    [0.01234, "0.0123"],
  ])("%d is printed as %s", (value, text) => {
    expect(rounded(value)).toBe(text);
  });

  it("is met on its limit and on the right side of it", () => {
    expect(atMost("x", 1.5, 1.5)).toEqual({ name: "x", wanted: "≤ 1.5", seen: 1.5, isMet: true });
    expect(atMost("x", 1.5, 1.51).isMet).toBe(false);
    expect(atLeast("x", 95, 95).isMet).toBe(true);
    expect(atLeast("x", 95, 94.9).isMet).toBe(false);
  });

  it("is the median, whatever order the rounds came in", () => {
    expect(median([9, 1, 5])).toBe(5);
  });

  it("stands in a row under its unit", () => {
    const row = inRow({
      name: "seal",
      microseconds: 8,
      quartiles: [7.5, 9],
      cpuMicroseconds: 8.5,
      perSecond: 125_000,
      ratio: 1.25,
      clockRatio: 1.3,
    });
    expect(row).toMatchObject({ operation: "seal", µs: 8, "half of the rounds": "7.50 – 9.00" });
  });
});
