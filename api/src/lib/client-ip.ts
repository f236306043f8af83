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

/** What a client is counted by: its IPv4 address, or the /64 of its IPv6 address, which one customer owns whole. */
export function clientKey(address: string | undefined): string {
  if (address === undefined) return "local";
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (isIP(address) !== 6) return address;
  const [head = "", tail] = address.split("%")[0]?.split("::") ?? [];
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length;
  const groups = [...left, ...Array.from({ length: zeros }, () => "0"), ...right];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":")}::/64`;
}
