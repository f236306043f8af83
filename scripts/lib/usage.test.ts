import { parseArgs } from "node:util";
import { describe, expect, it } from "@jest/globals";
import { isWrongUsage, UsageError } from "./usage.ts";

function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

describe("a command that fails", () => {
  it("was used wrongly when it got what it does not take", () => {
    const options = { head: { type: "string" } } as const;
    for (const args of [["--other"], ["--head"], ["more"]]) {
      expect(isWrongUsage(thrownBy(() => parseArgs({ args, options })))).toBe(true);
    }
    expect(isWrongUsage(new UsageError())).toBe(true);
  });

  it("was not when something broke in it, also by a wrong type", () => {
    expect(isWrongUsage(new TypeError("x is not a function"))).toBe(false);
    expect(isWrongUsage(thrownBy(() => new URL("no URL")))).toBe(false);
    expect(isWrongUsage(new Error("x"))).toBe(false);
  });
});
