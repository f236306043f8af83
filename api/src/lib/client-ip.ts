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
    const [address = "", prefix] = network.split("/");
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    list.addSubnet(address, Number(prefix ?? (family === "ipv6" ? 128 : 32)), family);
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
  const groups = groupsOf(address.split("%")[0] ?? "");
  const [a = 0, b = 0] = groups.slice(6);
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (isMapped) return [a >> 8, a & 0xff, b >> 8, b & 0xff].join(".");
  const network = groups.slice(0, 4).map((group) => group.toString(16));
  return `${network.join(":")}::/64`;
}

/** The eight groups of an IPv6 address. */
function groupsOf(address: string): number[] {
  const [left = [], right] = address.split("::").map((half) =>
    half.split(":").flatMap((group) => {
      if (group === "") return [];
      if (!group.includes(".")) return [Number.parseInt(group, 16)];
      const [a = 0, b = 0, c = 0, d = 0] = group.split(".").map(Number);
      return [a * 256 + b, c * 256 + d];
    }),
  );
  if (right === undefined) return left;
  return [...left, ...Array<number>(8 - left.length - right.length).fill(0), ...right];
}
