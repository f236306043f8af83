/**
 * Deadlock, lock wait timeout, (MariaDB, Galera) a record changed since it was read, and a table that a restore replaced
 * while the transaction was under way.
 */
const CONFLICTS = new Set([1213, 1205, 1020, 1412]);

/** Error names of drivers and the system by which a database is gone, full or not answering. */
const UNAVAILABLE = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
  "ENOENT",
  "ENOTFOUND",
  "EHOSTUNREACH",
  "PROTOCOL_CONNECTION_LOST",
  "PROTOCOL_SEQUENCE_TIMEOUT",
  "PROTOCOL_ENQUEUE_AFTER_FATAL_ERROR",
  "PROTOCOL_ENQUEUE_AFTER_QUIT",
  "POOL_ENQUEUE_TIMEOUT",
  "ER_SERVER_SHUTDOWN",
  "ER_NORMAL_SHUTDOWN",
  "ER_CON_COUNT_ERROR",
  "ER_TOO_MANY_USER_CONNECTIONS",
  "ER_DISK_FULL",
  "ER_RECORD_FILE_FULL",
  "ER_OPTION_PREVENTS_STATEMENT",
  "ER_CONNECTION_KILLED",
  "ER_QUERY_INTERRUPTED",
  // Prisma: cannot connect, timed out, connection closed, pool timed out.
  "P1001",
  "P1002",
  "P1008",
  "P1017",
  "P2024",
  // Prisma: a transaction that was not done in time, and was rolled back.
  "P2028",
  "P2039",
]);

const UNAVAILABLE_KINDS = new Set([
  "DatabaseNotReachable",
  "ConnectionClosed",
  "SocketTimeout",
  "TooManyConnections",
]);

/** MariaDB Connector/Node.js's own numbers for connections that closed, or that nobody answers on. */
const CONNECTION_LOST = new Set([
  45001, 45004, 45009, 45012, 45013, 45019, 45026, 45028, 45035, 45042,
]);

/**
 * Whether a transaction lost to another one and may be tried again from its start: the drivers' errors 1213, 1205, 1020
 * and 1412, Prisma's P2034, and the bare `DriverAdapterError` that Prisma throws when it happens at COMMIT.
 */
export function isConflict(error: unknown): boolean {
  return chain(error).some(
    (link) =>
      link["code"] === "P2034" ||
      link["kind"] === "TransactionWriteConflict" ||
      CONFLICTS.has(Number(link["errno"])) ||
      CONFLICTS.has(Number(link["originalCode"])),
  );
}

/** Whether a database could not be reached or could not take anything, as opposed to having refused a statement. */
export function isUnavailable(error: unknown): boolean {
  return chain(error).some(
    (link) =>
      UNAVAILABLE.has(String(link["code"])) ||
      UNAVAILABLE_KINDS.has(String(link["kind"])) ||
      CONNECTION_LOST.has(Number(link["errno"])) ||
      CONNECTION_LOST.has(Number(link["originalCode"])) ||
      link["fatal"] === true,
  );
}

/** Whether a row with the same unique key is there already. */
export function isDuplicate(error: unknown): boolean {
  return chain(error).some((link) => link["code"] === "P2002" || link["errno"] === 1062);
}

/** The error and everything it was made from, wherever the drivers put that. */
function chain(error: unknown): Record<string, unknown>[] {
  const links: Record<string, unknown>[] = [];
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null || links.length > 8) return;
    const link = value as Record<string, unknown>;
    links.push(link);
    for (const name of ["cause", "meta", "driverAdapterError"]) visit(link[name]);
  };
  visit(error);
  return links;
}
