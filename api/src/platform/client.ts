import { PrismaMariaDb } from "@prisma/adapter-mariadb";
import { Prisma, PrismaClient } from "../../generated/platform/client.ts";
import { AppError } from "../contract/errors.ts";
import type { KeyObject } from "../crypto/digest.ts";
import type { Execute } from "../lib/database.ts";
import { isUnavailable } from "../lib/database-errors.ts";
import { UNWATCHED, type DatabaseMeter, type PoolState } from "../lib/metrics.ts";
import { retryConflicts } from "../lib/retry.ts";
import { within } from "../lib/within.ts";
import type { DatabaseAddress } from "../config.ts";
import { tenancy } from "./tenancy.ts";

const CONNECTIONS = 10;
/** A database that does not answer within this is answered for. */
const PATIENCE_MS = 3000;
/** And a statement that has no answer by then is given up: its request must not hang with it. */
const STATEMENT_TIMEOUT_MS = 10_000;

/** Any failure to reach the database leaves here as `platform_unavailable`. */
const availability = (meter: DatabaseMeter) =>
  Prisma.defineExtension({
    name: "availability",
    query: {
      async $allOperations({ args, query }) {
        const began = performance.now();
        try {
          return (await within(STATEMENT_TIMEOUT_MS, query(args))) as unknown;
        } catch (error) {
          meter.failed(error);
          if (!isUnavailable(error)) throw error;
          throw new AppError("platform_unavailable", { cause: error });
        } finally {
          meter.took(performance.now() - began);
        }
      },
    },
  });

/** The adapter, which knows its pool once it is connected. */
class WatchedMariaDb extends PrismaMariaDb {
  #pool: ReturnType<Awaited<ReturnType<PrismaMariaDb["connect"]>>["underlyingDriver"]> | undefined;

  override async connect() {
    const adapter = await super.connect();
    this.#pool = adapter.underlyingDriver();
    return adapter;
  }

  state(): PoolState {
    return {
      inUse: this.#pool?.activeConnections() ?? 0,
      waiting: this.#pool?.taskQueueSize() ?? 0,
      limit: CONNECTIONS,
    };
  }
}

/**
 * Opens the queryable database: accounts, sessions, wrapped keys. Connects at the first query.
 *
 * @param detailsKeys - What events have of a person is sealed under the first, and opened under any: see `audit.ts`.
 * Without one it is not kept.
 */
export function openPlatform(
  address: DatabaseAddress,
  detailsKeys: readonly KeyObject[] = [],
  meter: DatabaseMeter = UNWATCHED,
) {
  const adapter = new WatchedMariaDb({
    ...address,
    connectionLimit: CONNECTIONS,
    acquireTimeout: PATIENCE_MS,
    connectTimeout: PATIENCE_MS,
    // 0, its default, prepares each statement anew and has lost acknowledged transactions on Galera: ADR 0002.
    prepareCacheLength: 256,
  });
  meter.watch(() => adapter.state());
  return new PrismaClient({ adapter })
    .$extends(availability(meter))
    .$extends(tenancy)
    .$extends({ name: "audit", client: { $detailsKeys: () => detailsKeys } });
}

export type Platform = ReturnType<typeof openPlatform>;

/** What works inside a transaction as well as outside of one. */
export type PlatformQueries = Omit<
  Platform,
  "$connect" | "$disconnect" | "$extends" | "$on" | "$transaction" | "$use"
>;

/**
 * What is written as statements, in a transaction of Prisma's: it sees and is part of what else is done there. It is
 * confined to no tenant, and throws unless it is called as the system.
 */
export function statementsIn(queries: PlatformQueries): Execute {
  return async (sql, values) => {
    const result = /^\s*SELECT\b/.test(sql)
      ? await queries.$queryRawUnsafe(sql, ...values)
      : { affectedRows: await queries.$executeRawUnsafe(sql, ...values) };
    return result as never;
  };
}

/**
 * Runs `work` in one transaction, again when it lost to another.
 *
 * @throws AppError `platform_unavailable` when the database went away; nothing was changed then, or everything.
 */
export async function inTransaction<T>(
  platform: Platform,
  work: (tx: PlatformQueries) => Promise<T>,
): Promise<T> {
  try {
    return await retryConflicts(() => platform.$transaction(work, { maxWait: PATIENCE_MS }));
  } catch (error) {
    throw isUnavailable(error) ? new AppError("platform_unavailable", { cause: error }) : error;
  }
}
