import { describe, expect, it } from "@jest/globals";
import { clientKey, trustedProxies } from "./client-ip.ts";

describe("a trusted proxy", () => {
  const trusts = trustedProxies(["10.1.0.0/16", "192.0.2.7", "2001:db8:1::/48", "::1"]);

  it.each([
    ["the peer of our own socket, which has no address", undefined],
    ["an address of a network that is named", "10.1.255.255"],
    ["the same, as a socket for both families shows it", "::ffff:10.1.2.3"],
    ["an address that is named", "192.0.2.7"],
    ["one of a named IPv6 network", "2001:db8:1:ffff::9"],
    ["a named IPv6 address", "::1"],
  ])("is %s", (_, address) => {
    expect(trusts(address)).toBe(true);
  });

  it.each([
    "10.2.0.0",
    "10.0.255.255",
    "192.0.2.8",
    "127.0.0.1",
    "::ffff:10.2.0.1",
    "2001:db8:2::1",
    "::2",
  ])("is not %s", (address) => {
    expect(trusts(address)).toBe(false);
  });

  it.each(["", "unknown", "10.1.2.3:4711", "10.1.2", "[::1]", "_hidden", "<script>"])(
    "is not %j, which is no address",
    (address) => {
      expect(trusts(address)).toBe(false);
    },
  );

  it("is nobody with an address when none is named", () => {
    const trustsNobody = trustedProxies([]);
    expect(["127.0.0.1", "::1", "10.0.0.1"].map(trustsNobody)).toEqual([false, false, false]);
    expect(trustsNobody(undefined)).toBe(true);
  });
});

describe("what a client is counted by", () => {
  it.each([
    ["no address", undefined, "local"],
    ["an IPv4 address", "198.51.100.7", "198.51.100.7"],
    ["the same as IPv6", "::ffff:198.51.100.7", "198.51.100.7"],
    ["the same in capitals", "::FFFF:198.51.100.7", "198.51.100.7"],
    ["the same in hexadecimal", "::ffff:c633:6407", "198.51.100.7"],
    ["the same with all zeros", "0:0:0:0:0:ffff:198.51.100.7", "198.51.100.7"],
    ["the same with all leading zeros", "0000:0000:0000:0000:0000:FFFF:C633:6407", "198.51.100.7"],
    ["the same with an interface", "::ffff:198.51.100.7%eth0", "198.51.100.7"],
    ["one that only ends like IPv4", "64:ff9b::198.51.100.7", "64:ff9b:0:0::/64"],
    ["an IPv6 address", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["one with leading zeros", "2001:0DB8:0001:0002:0003:4:5:6", "2001:db8:1:2::/64"],
    ["one with zeros left out at the end", "2001:db8:1:2::", "2001:db8:1:2::/64"],
    ["one with zeros left out within the network", "2001:db8::9", "2001:db8:0:0::/64"],
    ["one with zeros left out in front", "::9", "0:0:0:0::/64"],
    ["one with an interface", "fe80::1%eth0", "fe80:0:0:0::/64"],
  ])("is the network of one customer: %s", (_, address, key) => {
    expect(clientKey(address)).toBe(key);
  });

  it("is the same for every address of a /64, and another for the next", () => {
    const keys = ["2001:db8:0:1::1", "2001:db8:0:1:ffff:ffff:ffff:ffff", "2001:db8:0:1::"];
    expect(new Set(keys.map(clientKey)).size).toBe(1);
    expect(clientKey("2001:db8:0:2::1")).not.toBe(clientKey("2001:db8:0:1::1"));
  });
});
