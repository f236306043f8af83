import { writeFileSync } from "node:fs";
import { join } from "node:path";
import mysql, { type Connection } from "mysql2/promise";
import type { DatabaseRole } from "../../lib/backup-sets.ts";

/** The private MariaDB of a data folder: its files are ours to read and write, and its root is who runs it. */
export interface PrivateServer {
  readonly kind: "private";
  /** With the server's files in its folder `mariadb`. */
  readonly dataFolder: string;
  /** Its unix socket, in a folder that nobody else may enter. */
  readonly socket: string;
}

/** Any other server, or two of them. */
export interface OtherServers {
  readonly kind: "servers";
  /** Where scratch files are kept: in its folder `backup`. */
  readonly dataFolder: string;
  /**
   * The address of each database with an account: for a backup one that may read it, for a restore one that may also
   * make and drop databases called `timos_<role>_restore_…` and `timos_<role>_before_…`.
   */
  readonly urls: Readonly<Record<DatabaseRole, string>>;
}

/** Where the databases are that are backed up, or restored. */
export type SnapshotPlace = PrivateServer | OtherServers;

/** What every step of an engine may be given. */
export interface StepOptions {
  /** Ends the step, and every program it started. */
  readonly signal?: AbortSignal | undefined;
  /** Told in a line what is done now, or what the operator should know. */
  readonly note?: ((line: string) => void) | undefined;
}

/** The name of the database that the servers use. */
export function liveDatabase(place: SnapshotPlace, role: DatabaseRole): string {
  if (place.kind === "private") return `timos_${role}`;
  const name = decodeURIComponent(new URL(place.urls[role]).pathname.slice(1));
  if (name === "") throw new Error(`The address of the ${role} names no database.`);
  return name;
}

/**
 * A connection without a database of its own: with one, the binlog would file what names others under it. It speaks UTC
 * and utf8mb4, takes one statement at a time, and gives large numbers as text.
 */
export async function connectTo(place: SnapshotPlace, role: DatabaseRole): Promise<Connection> {
  const connection = await mysql.createConnection({
    ...addressOf(place, role),
    charset: "utf8mb4_unicode_ci",
    timezone: "Z",
    supportBigNumbers: true,
    bigNumberStrings: true,
    connectTimeout: 10_000,
  });
  // Whoever uses it next is told that it is gone.
  connection.on("error", () => undefined);
  await connection.query(
    "SET time_zone = '+00:00', sql_mode = 'NO_AUTO_VALUE_ON_ZERO', lock_wait_timeout = 60, wait_timeout = 604800",
  );
  return connection;
}

function addressOf(place: SnapshotPlace, role: DatabaseRole) {
  if (place.kind === "private") return { socketPath: place.socket, user: "root" };
  const server = new URL(place.urls[role]);
  server.pathname = "";
  return { uri: server.href };
}

/**
 * The first arguments of one of MariaDB's client programs. The password goes through a file in `folder` that only this
 * user may read, since everybody may list the arguments of a process.
 */
export function clientArguments(
  place: SnapshotPlace,
  role: DatabaseRole,
  folder: string,
): readonly string[] {
  if (place.kind === "private") return ["--no-defaults", `--socket=${place.socket}`, "--user=root"];
  const url = new URL(place.urls[role]);
  const socket = url.searchParams.get("socketPath");
  const options = {
    ...(socket === null
      ? { host: url.hostname, port: url.port === "" ? "3306" : url.port, protocol: "tcp" }
      : { socket }),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
  };
  const lines = Object.entries(options).map(([name, value]) => `${name}=${quoteOption(value)}`);
  if (url.searchParams.has("ssl")) lines.push("ssl", "ssl-verify-server-cert");
  const file = join(folder, `${role}.cnf`);
  writeFileSync(file, ["[client]", ...lines, ""].join("\n"), { mode: 0o600 });
  return [`--defaults-file=${file}`];
}

const quoteOption = (value: string) => `"${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;

/** Do both addresses lead to one server by one account? */
export function isOneAccount({ urls }: OtherServers): boolean {
  const accounts = Object.values(urls).map((address) => {
    const url = new URL(address);
    return [url.host, url.searchParams.get("socketPath"), url.username, url.password].join("\n");
  });
  return new Set(accounts).size === 1;
}

/** The part of an identifier's name that an id of a backup, or a moment, becomes: letters and digits only. */
const slug = (id: string) => id.toLowerCase().replaceAll(/[^a-z0-9]/g, "");

/** The database that a backup is loaded into before it takes the place of the one in use. */
export const restoreDatabaseName = (role: DatabaseRole, id: string): string =>
  `timos_${role}_restore_${slug(id)}`;

/**
 * The database that keeps what a restore took the place of.
 *
 * @param at - The moment of it, in ISO 8601: of one backup there may be several, and none may be lost.
 */
export const beforeDatabaseName = (role: DatabaseRole, at: string): string =>
  `timos_${role}_before_${slug(at)}`;

/** A name as it stands in a statement. */
export const quoteName = (name: string): string => `\`${name.replaceAll("`", "``")}\``;
