import {
  decodeLeaves,
  encodeLeaves,
  eventMac,
  NO_HASH,
  sealedBy,
  sealHash,
  type ChainKey,
} from "../crypto/audit-chain.ts";
import type { Execute } from "../lib/database.ts";
import { IdSet } from "../lib/id-set.ts";
import type { Logger } from "../lib/logger.ts";
import {
  countEventsByPage,
  eventIds,
  EVENTS_AT_ONCE,
  findEvents,
  findNewestSeal,
  findSealBefore,
  fromDatetime,
  insertSeal,
  LAST_ID,
  listEventsWithin,
  listSealsFrom,
  toDatetime,
  type StoredEvent,
  type StoredSeal,
  wasPutBack,
} from "../platform/audit-statements.ts";

/** How old an event is when it is sealed: nearly all transactions that were begun before it have ended by then. */
const DELAY_MS = 60_000;
/** How often it looks for events that came late: of transactions that took longer than that. */
const LOOK_BACK_EVERY_MS = 60_000;
/** How far back, from the newest seal on. MariaDB ends a connection that has been idle for eight hours. */
const LOOK_BACK_MS = 24 * 3_600_000;
/** How often what it knows of the chain is read anew, and its end is logged. */
const HEAD_EVERY_MS = 3_600_000;
/** How many seals are made in one turn, so that whoever ends the process does not wait for a long backlog. */
const SEALS_A_TURN = 100;

interface Deps {
  readonly execute: Execute;
  /** The first makes seals; the others made some. */
  readonly keys: readonly ChainKey[];
  readonly clock: () => Date;
  readonly logger: Logger;
}

/** What is known of the chain. */
interface Known {
  /** The newest seal; of none its id is 0. */
  head: Pick<StoredSeal, "id" | "hash" | "lastId">;
  /** The events from the id `from` on that are sealed. */
  readonly sealed: IdSet;
  readonly from: bigint;
  readonly readAt: Date;
  lookedBackAt: Date | null;
}

/**
 * Seals the audit: batches of events into a chain, each of which binds its events and the seal before (ADR 0022).
 *
 * Ids are given out before transactions commit, so an event may turn up below others that are sealed. A seal lists its
 * events one by one; those that came late are in a later one. Several processes may seal at once: the id of a seal is
 * the next after the newest, so that of two that are made at the same moment one is refused. A chain that ends before the
 * newest seal that is known was cut off, unless the platform was put back, which is noted in the audit within a minute.
 *
 * @returns what does one turn: seals what is there and old enough.
 */
export function auditSealer(deps: Deps): () => Promise<void> {
  let known: Known | null = null;
  return async () => {
    const now = deps.clock();
    // Followed first: what is read anew must still have the end that is known.
    if (known !== null && !(await follow(deps, known))) {
      if (!(await wasPutBack(deps.execute))) return;
      deps.logger.warn("the platform was put back: sealing goes on from the newest seal there is");
      known = null;
    }
    if (known === null || isOver(known.readAt, HEAD_EVERY_MS, now)) {
      const anew = await read(deps, now);
      if (anew === null) return;
      known = anew;
    }
    if (known.lookedBackAt === null || isOver(known.lookedBackAt, LOOK_BACK_EVERY_MS, now)) {
      known.lookedBackAt = now;
      if (!(await sealLate(deps, known))) return;
    }
    await sealNew(deps, known, now);
  };
}

/** Also when the clock was set back. */
const isOver = (since: Date, ms: number, now: Date) =>
  Math.abs(now.getTime() - since.getTime()) >= ms;

/**
 * Reads the chain from where looking back begins.
 *
 * @returns null when it cannot be gone on with.
 */
async function read(deps: Deps, now: Date): Promise<Known | null> {
  const newest = await findNewestSeal(deps.execute);
  const before = newest === null ? null : await findSealBefore(deps.execute, lookBack(newest));
  const head = before ?? { id: 0n, hash: NO_HASH, lastId: -1n };
  const from = head.lastId + 1n;
  const known = { head, from, sealed: new IdSet(), readAt: now, lookedBackAt: null };
  if (!(await follow(deps, known))) return null;
  const { id, hash } = known.head;
  const end = { seal: String(id), sealHash: Buffer.from(hash).toString("hex") };
  deps.logger.info(end, "the end of the audit's chain");
  return known;
}

const lookBack = ({ sealedAt }: StoredSeal) =>
  toDatetime(new Date(fromDatetime(sealedAt).getTime() - LOOK_BACK_MS));

/**
 * Reads the seals that others have made since.
 *
 * @returns whether the chain can be gone on with: not when the newest seal that was known is not there, or the newest
 * there is was made by no key. The log says why, and what to do.
 */
async function follow(deps: Deps, known: Known): Promise<boolean> {
  for (;;) {
    const { id, hash } = known.head;
    const seals = await listSealsFrom(deps.execute, id === 0n ? 1n : id);
    if (id !== 0n) {
      const same = seals.shift();
      if (same?.id !== id || !isSame(same.hash, hash)) {
        deps.logger.error({ seal: String(id) }, REPLACED);
        return false;
      }
    }
    if (seals.length === 0) return true;
    for (const seal of seals) {
      if (sealedBy(deps.keys, known.head.hash, seal) === null) {
        const newest = await findNewestSeal(deps.execute);
        const isNewest = newest?.id === seal.id;
        deps.logger.error({ seal: String(seal.id) }, isNewest ? NOT_MADE : ALTERED);
        if (isNewest) return false;
      }
      append(known, seal);
    }
  }
}

const ALTERED = "a seal of the audit was altered: npm run audit:verify says more";
const REPLACED =
  "the newest seal of the audit is gone, or another is in its place: npm run audit:verify says more. Nothing is sealed until it is noted that the platform was put back, or this process is started again";
const NOT_MADE =
  "the newest seal of the audit was made under another TOKEN_KEY, or was altered: npm run audit:verify says more. Nothing is sealed until that is settled";

const isSame = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;

function append(known: Known, seal: StoredSeal): void {
  known.head = seal;
  for (const { id } of decodeLeaves(seal.leaves)) if (id >= known.from) known.sealed.add(id);
}

async function sealNew(deps: Deps, known: Known, now: Date): Promise<void> {
  for (let made = 0; made < SEALS_A_TURN; made++) {
    const above = { from: known.head.lastId + 1n, to: LAST_ID };
    const events = await listEventsWithin(deps.execute, above);
    const young = events.findIndex((event) => isYoung(event, now));
    const batch = young === -1 ? events : events.slice(0, young);
    if (batch.length === 0 || !(await seal(deps, known, batch))) return;
  }
}

/** What bears a time to come was written by another clock, or before this one was set back: it does not wait for it. */
function isYoung({ at }: StoredEvent, now: Date): boolean {
  return at > toDatetime(new Date(now.getTime() - DELAY_MS)) && at <= toDatetime(now);
}

/**
 * Seals what has turned up among events that were sealed before.
 *
 * @returns false when another process was faster.
 */
async function sealLate(deps: Deps, known: Known): Promise<boolean> {
  const late = await findLate(deps, known);
  for (let at = 0; at < late.length; at += EVENTS_AT_ONCE) {
    const batch = await findEvents(deps.execute, late.slice(at, at + EVENTS_AT_ONCE));
    batch.sort((a, b) => (a.id < b.id ? -1 : 1));
    if (batch.length > 0 && !(await seal(deps, known, batch))) return false;
  }
  return true;
}

/** Compares numbers first: only where they differ are ids read. */
async function findLate({ execute, logger }: Deps, known: Known): Promise<bigint[]> {
  const { from, sealed } = known;
  const to = known.head.lastId;
  if (to < from) return [];
  const { pageSize } = IdSet;
  const there = await countEventsByPage(execute, { from, to }, pageSize);
  const counted = sealed.counts();
  const isLacking = [...counted].some(([page, count]) => (there.get(page) ?? 0) < count);
  if (isLacking) logger.error("events that were sealed are gone: npm run audit:verify says which");
  const late: bigint[] = [];
  for (const [page, count] of there) {
    if (count === counted.get(page)) continue;
    const within = {
      from: larger(from, page * pageSize),
      to: smaller(to, (page + 1n) * pageSize - 1n),
    };
    for await (const id of eventIds(execute, within)) if (!sealed.has(id)) late.push(id);
  }
  return late;
}

const larger = (a: bigint, b: bigint) => (a > b ? a : b);
const smaller = (a: bigint, b: bigint) => (a < b ? a : b);

/** @returns false when another process was faster, or the chain was replaced. */
async function seal(
  { execute, keys, clock }: Deps,
  known: Known,
  events: readonly StoredEvent[],
): Promise<boolean> {
  const [key] = keys;
  const [first, last] = [events[0], events.at(-1)];
  if (key === undefined || first === undefined || last === undefined) return false;
  const { head } = known;
  const batch = {
    id: head.id + 1n,
    firstId: first.id,
    lastId: larger(last.id, head.lastId),
    leaves: encodeLeaves(events.map(({ id, columns }) => ({ id, mac: eventMac(key, columns) }))),
    sealedAt: toDatetime(clock()),
  };
  const made = { ...batch, hash: sealHash(key, head.hash, batch) };
  if (!(await insertSeal(execute, made, head))) return false;
  append(known, made);
  return true;
}
