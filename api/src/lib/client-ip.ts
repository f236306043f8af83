import { BlockList, isIP } from "node:net";

/** Whether `address` is a proxy whose word on the client's address is taken. */
export type TrustsProxy = (address: string | undefined) => boolean;

/**
 * Trusts the peers of our own unix socket, which have no address and are whom the file's permissions let in, and the
 * networks named. Nobody else can claim to be somebody else.
 *
 * @param networks - Addresses and CIDR ranges.
 */
export function trustedProxies(networks: readonly string[]): TrustsProxy {
  const list = new BlockList();
  for (const network of networks) {
    const address = network.replace(/\/.*/, "");
    const prefix = network.slice(address.length + 1);
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    list.addSubnet(address, Number(prefix || (family === "ipv6" ? 128 : 32)), family);
  }
  return (address) =>
    address === undefined || list.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
}

/**
 * What a client is counted by: its IPv4 address, or the /64 of its IPv6 address, which one customer owns whole. However
 * an address is written, it is one client: also an IPv4 address in IPv6 (CVE-2026-45364).
 */
export function clientKey(address: string | undefined): string {
  if (address === undefined) return "local";
  if (isIP(address) !== 6) return address;
  const canonical = canonicalOf(address);
  const mapped = /^::ffff:([0-9a-f]+):([0-9a-f]+)$/.exec(canonical);
  if (mapped !== null) {
    const groups = mapped.slice(1).map((group) => Number.parseInt(group, 16));
    return groups.flatMap((group) => [group >> 8, group & 0xff]).join(".");
  }
  const zeros = 8 - groupsOf(canonical).length;
  const whole = canonical.replace("::", `:${"0:".repeat(zeros)}`);
  return `${groupsOf(whole).slice(0, 4).join(":")}::/64`;
}

/** An IPv6 address as RFC 5952 has it, with an IPv4 address in it as two groups, and without a zone. */
const canonicalOf = (address: string) =>
  new URL(`http://[${address.replace(/%.*/, "")}]`).hostname.slice(1, -1);

const groupsOf = (address: string) => address.split(":").filter((group) => group !== "");
