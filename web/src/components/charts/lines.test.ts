/** @jest-environment node */
import { describe, expect, it } from "@jest/globals";
import { linesOf } from "./lines.ts";

describe("a name beside a chart", () => {
  it.each([
    ["Health", ["Health"]],
    ["Client Retention", ["Client", "Retention"]],
    ["Net New Revenue", ["Net New", "Revenue"]],
    ["Persönlichkeitsentwicklung", ["Persönlich…"]],
    ["All that I do for the house", ["All that I", "do for the…"]],
    // No letter of two halves is cut in two.
    ["🏡🏡🏡🏡🏡🏡🏡🏡🏡🏡🏡🏡", ["🏡🏡🏡🏡🏡🏡🏡🏡🏡🏡…"]],
  ])("%s", (name, lines) => {
    expect(linesOf(name)).toEqual(lines);
  });
});
