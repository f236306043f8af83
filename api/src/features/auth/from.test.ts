import { describe, expect, it } from "@jest/globals";
import { deviceOf, networkOf, type From } from "./from.ts";

describe("the network of an address", () => {
  it.each([
    ["192.0.2.77", "192.0.2.0/24"],
    ["::ffff:192.0.2.77", "192.0.2.0/24"],
    ["2001:db8:aa:bb:1:2:3:4", "2001:db8:aa::/48"],
    ["2001:db8:aa:cc::9", "2001:db8:aa::/48"],
    ["2001:db8:ab::9", "2001:db8:ab::/48"],
    ["fe80::1%eth0", "fe80:0:0::/48"],
  ])("of %s is %s", (address, network) => {
    expect(networkOf(address)).toBe(network);
  });

  it("is nothing where there is no address: on our own socket", () => {
    expect(networkOf(undefined)).toBeNull();
  });
});

describe("the device cookie", () => {
  const from = (dev: string | undefined): From => ({
    address: undefined,
    userAgent: "",
    requestId: "",
    route: "",
    cookie: (name) => (name === "dev" ? dev : undefined),
  });

  it("is taken only in the form that we give it", () => {
    const ours = "aB-_".repeat(11).slice(0, 43);
    expect(deviceOf(from(ours))).toBe(ours);
    for (const value of [undefined, "", `${ours}A`, ours.slice(1), `${ours.slice(1)}\n`, "x y"]) {
      expect(deviceOf(from(value))).toBeUndefined();
    }
  });
});
