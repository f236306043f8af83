import { findProgram } from "../lib/bootstrap.mjs";

/** Where the private MariaDB and Redis come from: programs of this system, or containers of a Docker engine. */
export interface Engine {
  /** The command line of a server. Paths in `args` are those of this system in either case. */
  readonly server: (server: Server, args: readonly string[]) => [string, ...string[]];
  /** The command line that makes an empty MariaDB data folder. */
  readonly installer: (
    folders: readonly string[],
    args: readonly string[],
  ) => [string, ...string[]];
  /** The address a server listens on so that only this machine reaches it. */
  readonly bindAddress: string;
  /** Hosts the database accounts may come from. */
  readonly accountHosts: readonly string[];
  /** Can this system open the unix socket the server makes? */
  readonly hasSocket: boolean;
}

interface Server {
  readonly kind: "mariadb" | "redis";
  readonly port: number;
  /** Folders it reads or writes. */
  readonly folders: readonly string[];
}

export type ServerKind = Server["kind"];

/** The programs installed on this system, or undefined when one of those needed is missing. */
export function systemEngine(kinds: readonly ServerKind[]): Engine | undefined {
  const mariadb = findProgram("mariadbd");
  const installer = findProgram("mariadb-install-db");
  const redis = findProgram("redis-server", "valkey-server");
  const hasMariadb = mariadb !== undefined && installer !== undefined;
  if (kinds.includes("mariadb") && !hasMariadb) return undefined;
  if (kinds.includes("redis") && redis === undefined) return undefined;
  return {
    server: ({ kind }, args) => [(kind === "mariadb" ? mariadb : redis) ?? kind, ...args],
    installer: (_folders, args) => [installer ?? "mariadb-install-db", ...args],
    bindAddress: "127.0.0.1",
    accountHosts: ["localhost", "127.0.0.1"],
    hasSocket: true,
  };
}
