import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import type { Connection, ResultSetHeader } from "mysql2/promise";
import { z } from "zod";
import { connectForMigrating, selectRows } from "./database.ts";
import { MigrationError } from "./migration-error.ts";

/** The table of the lease. It is not in any schema and no migration makes it. */
export const LEASE_TABLE = "_timos_lease";

const LEASE_DDL = `CREATE TABLE IF NOT EXISTS ${LEASE_TABLE} (
    name        VARCHAR(64) PRIMARY KEY NOT NULL,
    holder      VARCHAR(191) NOT NULL,
    expires_at  DATETIME(3) NOT NULL
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`;

const NAME = "migrate";
const POLL_MS = 200;
const LONG_AGO = "1970-01-02 00:00:00";

export interface LeaseTimes {
  /** How long a holder that died keeps others waiting. */
  leaseMs: number;
  /** How long to wait for a living holder. */
  waitMs: number;
}

export interface Lease {
  holder: string;
  /** Rejects with a MigrationError when another has taken the lease over; never resolves. */
  lost: Promise<never>;
  release(): Promise<void>;
}

const LeaseRow = z.object({ holder: z.string(), secondsLeft: z.coerce.number() });

/**
 * The right to migrate this database, as a row that one holder at a time has until it expires.
 *
 * A row, because it is replicated: `GET_LOCK` is known to one node of a Galera cluster only. Taken and renewed by
 * compare-and-swap; a holder that dies is succeeded once its lease has expired. Whoever writes on the strength
 * of the lease must say so in the same statement (see `ledger.ts`), since a holder can be overtaken while asleep.
 *
 * Throws a MigrationError when another holder is still at it after `waitMs`.
 */
export async function takeLease(
  url: string,
  { leaseMs, waitMs }: LeaseTimes,
  log: (line: string) => void,
): Promise<Lease> {
  const connection = await connectForMigrating(url);
  try {
    const holder = `${hostname().slice(0, 100)} ${process.pid} ${randomUUID()}`;
    await connection.query(LEASE_DDL);
    await waitForLease(connection, holder, { leaseMs, waitMs }, log);
    return keepLease(connection, holder, leaseMs);
  } catch (error) {
    await connection.end();
    throw error;
  }
}

async function waitForLease(
  connection: Connection,
  holder: string,
  { leaseMs, waitMs }: LeaseTimes,
  log: (line: string) => void,
): Promise<void> {
  const giveUpAt = Date.now() + waitMs;
  let announced = false;
  while (!(await tryTake(connection, holder, leaseMs))) {
    const [other] = await selectRows(
      connection,
      LeaseRow,
      `SELECT holder, TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(3), expires_at) AS secondsLeft
       FROM ${LEASE_TABLE} WHERE name = ?`,
      [NAME],
    );
    const whose = other?.holder ?? "another process";
    if (Date.now() > giveUpAt) {
      throw new MigrationError(
        "lease_busy",
        `${whose} has been migrating this database for ${Math.round(waitMs / 1000)} s and is still at it. ` +
          "Wait for it to end, or stop it and try again.",
      );
    }
    if (!announced) log(`waiting for ${whose}, which is migrating this database`);
    announced = true;
    await sleep(POLL_MS);
  }
}

async function tryTake(connection: Connection, holder: string, leaseMs: number): Promise<boolean> {
  try {
    await connection.execute(
      `INSERT IGNORE INTO ${LEASE_TABLE} (name, holder, expires_at) VALUES (?, '', ?)`,
      [NAME, LONG_AGO],
    );
    return await changesLease(
      connection,
      `UPDATE ${LEASE_TABLE} SET holder = ?, expires_at = UTC_TIMESTAMP(3) + INTERVAL ? MICROSECOND
       WHERE name = ? AND expires_at < UTC_TIMESTAMP(3)`,
      [holder, leaseMs * 1000, NAME],
    );
  } catch (error) {
    // On a cluster the loser of two simultaneous takers is told by a certification conflict.
    if (isDeadlock(error)) return false;
    throw error;
  }
}

function keepLease(connection: Connection, holder: string, leaseMs: number): Lease {
  const { promise: lost, reject: lose } = withRejecter();
  let renewing = Promise.resolve();
  const renew = async (): Promise<void> => {
    try {
      // Without a condition on the time: a holder that overslept goes on if nobody has taken over.
      const isStillOurs = await changesLease(
        connection,
        `UPDATE ${LEASE_TABLE} SET expires_at = UTC_TIMESTAMP(3) + INTERVAL ? MICROSECOND
         WHERE name = ? AND holder = ?`,
        [leaseMs * 1000, NAME, holder],
      );
      if (!isStillOurs) throw new Error("another process holds it now");
    } catch (error) {
      lose(
        new MigrationError("lease_lost", `The lease on migrating was lost: ${String(error)}`, {
          cause: error,
        }),
      );
    }
  };
  const timer = setInterval(() => {
    renewing = renewing.then(renew);
  }, leaseMs / 3);
  timer.unref();
  return {
    holder,
    lost,
    release: async () => {
      clearInterval(timer);
      await renewing;
      try {
        await connection.execute(
          `UPDATE ${LEASE_TABLE} SET expires_at = ? WHERE name = ? AND holder = ?`,
          [LONG_AGO, NAME, holder],
        );
      } finally {
        await connection.end();
      }
    },
  };
}

function withRejecter(): { promise: Promise<never>; reject: (reason: Error) => void } {
  let reject: (reason: Error) => void = () => undefined;
  const promise = new Promise<never>((_, fail) => (reject = fail));
  // Whoever races against it hears of it; nobody racing is no unhandled rejection.
  promise.catch(() => undefined);
  return { promise, reject };
}

async function changesLease(
  connection: Connection,
  sql: string,
  values: (string | number)[],
): Promise<boolean> {
  const [result] = await connection.execute<ResultSetHeader>(sql, values);
  return result.affectedRows === 1;
}

function isDeadlock(error: unknown): boolean {
  return error instanceof Error && "errno" in error && error.errno === 1213;
}
