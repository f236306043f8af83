import { describe, expect, it } from "@jest/globals";
import { MekSetupError, MekUnavailable, MekUnknown } from "./provider.ts";

describe("what is said of a master key that cannot be used", () => {
  it.each([
    ["slow", true, "no answer came in time"],
    ["unreachable", true, "cannot be reached"],
    ["throttled", true, "fewer calls"],
    ["denied", false, "credentials"],
    ["unbound", false, "does not bind"],
  ] as const)("is which it is and why, in fixed words: %s", (trouble, passes, words) => {
    const error = new MekUnavailable("awskms:eu:key", trouble);
    expect(error).toMatchObject({
      name: "MekUnavailable",
      mekRef: "awskms:eu:key",
      trouble,
      code: `awskms:${trouble}`,
      passes,
    });
    expect(error.message).toContain("awskms:eu:key");
    expect(error.message).toContain(words);
    expect(error.cause).toBeUndefined();
  });

  it("is told from a key that nobody has, and from a provider that cannot be set up", () => {
    expect(new MekUnknown("local:gone")).toMatchObject({
      name: "MekUnknown",
      mekRef: "local:gone",
      code: "local:gone",
      message: "the master key local:gone is not at hand",
    });
    const fault = new MekSetupError("do this");
    expect(fault).toMatchObject({ name: "MekSetupError", message: "do this" });
    expect(fault).not.toBeInstanceOf(MekUnavailable);
  });
});
