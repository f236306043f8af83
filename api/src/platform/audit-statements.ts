import type { ResultSetHeader, RowDataPacket } from "mysql2/promise";
import type { AuditEventModel, AuditSealModel } from "../../generated/platform/models.ts";
import { decodeLeaves, type Columns, type SealedBatch } from "../crypto/audit-chain.ts";
import type { Execute } from "../lib/database.ts";
import { isDuplicate } from "../lib/database-errors.ts";
import { inserter } from "./insert.ts";

/** An event as it lies in the database. */
export interface StoredEvent {
  readonly id: bigint;
  /** UTC, as the database writes it. */
  readonly at: string;
  readonly columns: Columns;
}

export type StoredSeal = SealedBatch & { readonly hash: Uint8Array };

/** The columns of an event, each of which is sealed. A new one has to be put here, at the end. */
const EVENT = {
  id: "CAST(e.id AS CHAR)",
  tenantId: "e.tenant_id",
  userId: "e.user_id",
  actor: "e.actor",
  actorId: "e.actor_id",
  action: "e.action",
  outcome: "e.outcome",
  purpose: "e.purpose",
  target: "e.target",
  requestId: "e.request_id",
  sealed: "e.sealed",
  at: "CAST(e.at AS CHAR)",
} satisfies Record<keyof AuditEventModel, string>;

/** Numbers as text: they may be larger than a number of JavaScript is exact. Times too: a row may hold any. */
const SEAL = {
  id: "CAST(s.id AS CHAR)",
  firstId: "CAST(s.first_id AS CHAR)",
  lastId: "CAST(s.last_id AS CHAR)",
  leaves: "s.leaves",
  hash: "s.hash",
  sealedAt: "CAST(s.sealed_at AS CHAR)",
} satisfies Record<keyof AuditSealModel, string>;

const list = (columns: Readonly<Record<string, string>>) =>
  Object.entries(columns)
    .map(([name, sql]) => `${sql} AS ${name}`)
    .join(", ");

/** An event as it is written: the database numbers it. */
export type NewEvent = Readonly<Omit<AuditEventModel, "id">>;

export const insertEvent = inserter("audit_events", {
  tenantId: "tenant_id",
  userId: "user_id",
  actor: "actor",
  actorId: "actor_id",
  action: "action",
  outcome: "outcome",
  purpose: "purpose",
  target: "target",
  requestId: "request_id",
  sealed: "sealed",
  at: "at",
} satisfies Record<keyof NewEvent, string>);

/** How many events are read at once: some milliseconds' work. */
export const EVENTS_AT_ONCE = 500;
/** How many seals are read at once. Each has the leaves of as many events as are read at once, at most. */
const SEALS_AT_ONCE = 20;

const ID = "CAST(? AS UNSIGNED)";
const EVENTS_WITHIN = `SELECT ${list(EVENT)} FROM audit_events e WHERE e.id BETWEEN ${ID} AND ${ID} ORDER BY e.id LIMIT ${EVENTS_AT_ONCE}`;
const EVENTS_BY_ID = `SELECT ${list(EVENT)} FROM audit_events e WHERE e.id IN (${Array<string>(EVENTS_AT_ONCE).fill(ID).join(", ")})`;
const IDS_WITHIN = `SELECT ${EVENT.id} AS id FROM audit_events e WHERE e.id BETWEEN ${ID} AND ${ID} ORDER BY e.id LIMIT 5000`;
const SEALS_AFTER = `SELECT ${list(SEAL)} FROM audit_seals s WHERE s.id > ${ID} ORDER BY s.id LIMIT ${SEALS_AT_ONCE}`;
const SEALS_FROM = SEALS_AFTER.replace("s.id >", "s.id >=");
const LATE_SEALS = SEALS_AFTER.replace("ORDER BY", `AND s.first_id <= ${ID} ORDER BY`);
const NEWEST_SEAL = `SELECT ${list(SEAL)} FROM audit_seals s ORDER BY s.id DESC LIMIT 1`;
const INSERT_FIRST_SEAL = `INSERT INTO audit_seals (id, first_id, last_id, leaves, hash, sealed_at) SELECT ${ID}, ${ID}, ${ID}, ?, ?, ? FROM DUAL`;
const INSERT_SEAL = `${INSERT_FIRST_SEAL} WHERE EXISTS (SELECT 1 FROM audit_seals s WHERE s.id = ${ID} AND s.hash = ?)`;

/** A range of ids, both ends included. */
export interface Ids {
  readonly from: bigint;
  readonly to: bigint;
}

/** The highest id there can be. */
export const LAST_ID = 2n ** 64n - 1n;

/** The first events of a range, in the order of their ids: no more than {@link EVENTS_AT_ONCE}. */
export async function listEventsWithin(
  execute: Execute,
  { from, to }: Ids,
): Promise<StoredEvent[]> {
  const rows = await execute<RowDataPacket[]>(EVENTS_WITHIN, [String(from), String(to)]);
  return rows.map(toEvent);
}

/** Those of `ids`, {@link EVENTS_AT_ONCE} at most, that are there, in no order. */
export async function findEvents(execute: Execute, ids: readonly bigint[]): Promise<StoredEvent[]> {
  // As many as the statement takes, so that it is always the same one.
  const values = Array.from({ length: EVENTS_AT_ONCE }, (_, at) => String(ids[at] ?? ids[0] ?? 0n));
  return (await execute<RowDataPacket[]>(EVENTS_BY_ID, values)).map(toEvent);
}

/** The ids of the events of a range, in their order. */
export async function* eventIds(execute: Execute, { from, to }: Ids): AsyncGenerator<bigint> {
  for (let next = from; ;) {
    const rows = await execute<RowDataPacket[]>(IDS_WITHIN, [String(next), String(to)]);
    const ids = rows.map((row) => BigInt(String(row["id"])));
    yield* ids;
    const last = ids.at(-1);
    if (last === undefined) return;
    next = last + 1n;
  }
}

/** How many events of a range there are, by the page of `pageSize` ids. */
export async function countEventsByPage(
  execute: Execute,
  { from, to }: Ids,
  pageSize: bigint,
): Promise<Map<bigint, number>> {
  const rows = await execute<RowDataPacket[]>(
    `SELECT CAST(t.page AS CHAR) AS page, COUNT(*) AS count
     FROM (SELECT e.id DIV ${pageSize} AS page FROM audit_events e WHERE e.id BETWEEN ${ID} AND ${ID}) t
     GROUP BY t.page`,
    [String(from), String(to)],
  );
  return new Map(rows.map((row) => [BigInt(String(row["page"])), Number(row["count"])]));
}

/** The next seals after the id `after`, in their order. */
export async function listSealsAfter(execute: Execute, after: bigint): Promise<StoredSeal[]> {
  return (await execute<RowDataPacket[]>(SEALS_AFTER, [String(after)])).map(toSeal);
}

/** The seal `id`, if there is one, and the next after it. */
export async function listSealsFrom(execute: Execute, id: bigint): Promise<StoredSeal[]> {
  return (await execute<RowDataPacket[]>(SEALS_FROM, [String(id)])).map(toSeal);
}

export async function findNewestSeal(execute: Execute): Promise<StoredSeal | null> {
  const [row] = await execute<RowDataPacket[]>(NEWEST_SEAL, []);
  return row === undefined ? null : toSeal(row);
}

/**
 * Whether it was noted that the platform was put back, and no seal holds that yet: its chain is then another than the one
 * that went on before.
 */
export async function wasPutBack(execute: Execute): Promise<boolean> {
  const rows = await execute<RowDataPacket[]>(
    `SELECT 1 FROM audit_events e WHERE e.action = 'platform.restored'
     AND e.id > COALESCE((SELECT s.last_id FROM audit_seals s ORDER BY s.id DESC LIMIT 1), 0) LIMIT 1`,
    [],
  );
  return rows.length > 0;
}

/** The newest seal that was made at `sealedAt` or before; null when there is none. */
export async function findSealBefore(
  execute: Execute,
  sealedAt: string,
): Promise<StoredSeal | null> {
  const [row] = await execute<RowDataPacket[]>(
    `SELECT ${list(SEAL)} FROM audit_seals s WHERE s.sealed_at <= ? ORDER BY s.id DESC LIMIT 1`,
    [sealedAt],
  );
  return row === undefined ? null : toSeal(row);
}

/**
 * Adds a seal to the chain that ends with the seal `before`, whose id is 0 where there is none.
 *
 * @returns false when there is a seal with this id, since another process was faster, or not the one before, since the
 *   chain was replaced.
 */
export async function insertSeal(
  execute: Execute,
  seal: StoredSeal,
  before: Pick<StoredSeal, "id" | "hash">,
): Promise<boolean> {
  const { id, firstId, lastId, leaves, hash, sealedAt } = seal;
  const values = [...[id, firstId, lastId].map(String), leaves, hash, sealedAt];
  const isFirst = before.id === 0n;
  try {
    const { affectedRows } = await execute<ResultSetHeader>(
      isFirst ? INSERT_FIRST_SEAL : INSERT_SEAL,
      isFirst ? values : [...values, String(before.id), before.hash],
    );
    return affectedRows === 1;
  } catch (error) {
    if (isDuplicate(error)) return false;
    throw error;
  }
}

/** Whether a seal after the seal `after` holds the event `id`: one that came late. */
export async function isSealedAfter(execute: Execute, after: bigint, id: bigint): Promise<boolean> {
  for (let from = after; ;) {
    const rows = await execute<RowDataPacket[]>(LATE_SEALS, [String(from), String(id)]);
    const seals = rows.map(toSeal);
    if (seals.some(({ leaves }) => decodeLeaves(leaves).some((leaf) => leaf.id === id))) {
      return true;
    }
    const last = seals.at(-1);
    if (last === undefined) return false;
    from = last.id;
  }
}

/** Events that wait for a seal. */
export interface Unsealed {
  /** Counted to no more than 100,000. */
  readonly count: number;
  /** The times of the earliest and the latest, as the database writes them. */
  readonly since: string | null;
  readonly until: string | null;
}

/** Those above the ids that the newest seal looked at. */
export async function countUnsealed(execute: Execute): Promise<Unsealed> {
  const [row] = await execute<RowDataPacket[]>(
    `SELECT COUNT(*) AS count, CAST(MIN(t.at) AS CHAR) AS since, CAST(MAX(t.at) AS CHAR) AS until FROM (
       SELECT e.at FROM audit_events e
       WHERE e.id > COALESCE((SELECT s.last_id FROM audit_seals s ORDER BY s.id DESC LIMIT 1), 0)
       ORDER BY e.id LIMIT 100000) t`,
    [],
  );
  const text = (value: unknown) => (typeof value === "string" ? value : null);
  return {
    count: Number(row?.["count"] ?? 0),
    since: text(row?.["since"]),
    until: text(row?.["until"]),
  };
}

/** The first of the events from the id `from` on that bears a time before `before`; null when none does. */
export async function findEventBefore(
  execute: Execute,
  from: bigint,
  before: string,
): Promise<Pick<StoredEvent, "id" | "at"> | null> {
  const [row] = await execute<RowDataPacket[]>(
    `SELECT ${EVENT.id} AS id, ${EVENT.at} AS at FROM audit_events e
     WHERE e.id >= ${ID} AND e.at < ? ORDER BY e.id LIMIT 1`,
    [String(from), before],
  );
  return row === undefined ? null : { id: BigInt(String(row["id"])), at: String(row["at"]) };
}

/** A moment as the database writes it: UTC, `YYYY-MM-DD HH:MM:SS.mmm`. So written, moments compare as text. */
export const toDatetime = (at: Date): string => at.toISOString().slice(0, 23).replace("T", " ");

/** The inverse of {@link toDatetime}; an invalid date for what is none. */
export const fromDatetime = (text: string): Date => new Date(`${text.replace(" ", "T")}Z`);

function toEvent(row: RowDataPacket): StoredEvent {
  const columns = Object.keys(EVENT).map((name) => [name, textOrBytes(row[name])] as const);
  return { id: BigInt(String(row["id"])), at: String(row["at"]), columns };
}

function toSeal(row: RowDataPacket): StoredSeal {
  return {
    id: BigInt(String(row["id"])),
    firstId: BigInt(String(row["firstId"])),
    lastId: BigInt(String(row["lastId"])),
    leaves: bytesOf(row["leaves"]),
    hash: bytesOf(row["hash"]),
    sealedAt: String(row["sealedAt"]),
  };
}

const textOrBytes = (value: unknown): string | Uint8Array | null =>
  typeof value === "string" || value instanceof Uint8Array ? value : null;

const bytesOf = (value: unknown): Uint8Array =>
  value instanceof Uint8Array ? value : new Uint8Array();
