/** @jest-environment node */
import { describe, expect, it } from "@jest/globals";
import { inOrder, movedTo, placeAt } from "./reorder.ts";

describe("an order", () => {
  it.each([
    ["a", 1, "bacd"],
    ["a", 3, "bcda"],
    ["d", 0, "dabc"],
    ["c", 2, "abcd"],
    ["b", 99, "acdb"],
    ["b", -5, "bacd"],
  ])("has %s at %d as %s, each still once", (id, index, order) => {
    expect(movedTo(["a", "b", "c", "d"], id, index).join("")).toBe(order);
  });

  it("is that of the rows whose middles a pointer has passed", () => {
    const middles = [20, 60, 100];
    expect([-10, 19, 21, 60, 61, 400].map((y) => placeAt(middles, y))).toEqual([0, 0, 1, 1, 2, 3]);
  });

  it("of records keeps those it does not name behind the others, as they were", () => {
    const records = ["x", "a", "b", "y"].map((id) => ({ id }));
    expect(inOrder(records, ["b", "a"]).map(({ id }) => id)).toEqual(["b", "a", "x", "y"]);
  });
});
