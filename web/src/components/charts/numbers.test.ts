/** @jest-environment node */
import { describe, expect, it } from "@jest/globals";
import { figure, rounded, signed } from "./numbers.ts";

describe("numbers", () => {
  it("are written as the language has them, those around nought with their sign", () => {
    expect([figure(7.25, "en-GB"), figure(7.25, "de")]).toEqual(["7.25", "7,25"]);
    expect([rounded(7.25, "en-GB"), rounded(7, "de")]).toEqual(["7.3", "7"]);
    expect([signed(0.5, "de"), signed(0, "de"), signed(-0.5, "de")]).toEqual(["+0,5", "0", "-0,5"]);
  });

  it("have no sign when nothing is left of them", () => {
    expect(signed(-0.001, "en-GB")).toBe("0");
  });
});
